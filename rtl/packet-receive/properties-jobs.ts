import { all, any, type Bits, bits, concat } from '../hdl/index.ts';
import { streamRule } from '../parts/stream/properties.ts';
import { dataBeats, headerBeats } from './interface.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import { type Geometry, job } from './shapes.ts';

/** The packets and ends of chains that the writer is given, as the proofs of what follows it speak of them. */

/** All before the writer, and software. */
export const besideWriting: readonly string[] = ['registers', 'incoming', 'records', 'filling', 'jobs', 'moderation'];

type Fields = ReturnType<typeof job>['fields'];
export interface JobSeen extends Readonly<Record<Exclude<keyof Fields, 'chain' | 'truncated'>, Bits>> {
  readonly valid: Bits<1>;
  readonly chain: Bits<1>;
  readonly truncated: Bits<1>;
  /** Beats of its entry, header and data. */
  readonly beats: Bits;
}

export const jobPaths: readonly string[] = ['ends_packet', 'passes_chain'].map((name) => `writer.${name}`);

/** What is true of each job, wherever in the queue of them. */
export const jobIsWhole = (p: Geometry, { chain, stored, truncated }: Readonly<Record<string, Bits>>): Bits<1> => {
  if (chain === undefined || stored === undefined || truncated === undefined) throw new Error('a job has these');
  return chain
    .bit(0)
    .or(all([stored.isNonZero(), stored.le(dataBeats(p)), truncated.bit(0).implies(stored.eq(dataBeats(p)))]));
};

/** The job at the writer. Assumed of it is what "what is filled" proves. */
export const jobSeen = (p: Geometry, { m, given, seen }: ProvenEngine): JobSeen => {
  const names = Object.keys(job(p).fields) as (keyof Fields)[];
  const fields = Object.fromEntries(names.map((name) => [name, given(`jobs.pop_${name}`)])) as Record<
    keyof Fields,
    Bits
  >;
  const valid = given('jobs.pop_valid').bit(0);
  const ready = any([seen('writer.ends_packet').bit(0), seen('writer.passes_chain').bit(0)]);
  const data = concat(...names.map((name) => fields[name])) as Bits;
  streamRule(m, 'assume', 'jobs', bits<number>(data.width), { valid, ready, data });
  m.assume(valid.implies(jobIsWhole(p, fields)), 'jobs: a packet has beats, as many as an entry holds at most');
  return {
    ...fields,
    valid,
    chain: fields.chain.bit(0),
    truncated: fields.truncated.bit(0),
    beats: fields.stored.add(headerBeats(p)),
  };
};

/** Where the writer is. */
export const writerPaths: readonly string[] = [
  ...['phase', 'begun', 'left', 'client', 'at', 'beat', 'asking', 'sending', 'opens', 'looks', 'chosen'],
  ...['request_full', 'data_full', 'data_payload_last', 'word_address'],
].map((name) => `writer.${name}`);

export const writerSeen = ({ seen }: ProvenEngine) => {
  const of = (name: string): Bits => seen(`writer.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  const phase = of('phase');
  return {
    of,
    flag,
    asks: phase.eq(1),
    sends: phase.eq(2),
    writes: phase.isNonZero(),
    beat: of('beat'),
    /** The first beat of the burst that it is at. */
    burst: of('beat').and(of('beat').resize<number>(4).extend<number>(of('beat').width).not()),
  };
};
export type WriterSeen = ReturnType<typeof writerSeen>;
