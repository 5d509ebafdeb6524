import { all, any, type Bits, bits, lit, mux, popCount } from '../hdl/index.ts';
import { countOnes, range } from '../parts/seen.ts';
import { beatBytes, dataBeats } from './interface.ts';
import { jobIsWhole } from './properties-jobs.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * What is filled, whatever the stream: each frame becomes one packet, in a buffer that no other packet is in, and the end of a chain comes once, behind all of its packets and
 * before those of the next. The writer frees the buffer of a packet as it takes the packet, which the proof of the rings shows.
 */

export const besideFilling: readonly string[] = ['registers', 'writer', 'under_way', 'rings', 'moderation'];

const jobFields = ['chain', 'buffer', 'stored', 'truncated'] as const;
/** Packets and ends of chains that wait for the writer. */
const waiting = 4;
const placeName = (index: number): string => (index === 0 ? 'head' : `waiting_${index - 1}`);

export const fillingPaths: readonly string[] = [
  ...['takes', 'ends', 'closes', 'starts', 'full', 'fill', 'in_frame', 'beats', 'length', 'open', 'count'].map(
    (name) => `filling.${name}`,
  ),
  ...['job_valid', 'job_ready', 'job_length', 'job_stored', 'job_truncated', 'job_buffer', 'job_chain', 'cuts'].map(
    (name) => `filling.${name}`,
  ),
  ...['beat_tkeep', 'beat_tlast', 'record_ready', 'record_valid', 'record_packets', 'record_mask'].map(
    (name) => `filling.${name}`,
  ),
  'jobs.occupied',
  ...range(waiting).flatMap((index) => jobFields.map((field) => `jobs.${placeName(index)}_${field}`)),
];

export const fillingProperties = (p: Geometry, engine: ProvenEngine): void => {
  const { m, given, seen } = engine;
  const of = (name: string): Bits => seen(`filling.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  const jobs = range(waiting).map((index) => ({
    present: seen('jobs.occupied').bit(index),
    ...(Object.fromEntries(jobFields.map((field) => [field, seen(`jobs.${placeName(index)}_${field}`)])) as Record<
      (typeof jobFields)[number],
      Bits
    >),
  }));
  const [head] = jobs;
  if (head === undefined) throw new Error('there are places for jobs');
  const popped = all([head.present, given('writer.job_ready').bit(0), head.chain.bit(0).not()]);
  m.assume(
    given('writer.freed').eq(mux(popped, lit<number>(2, 1).shiftLeft(head.buffer), lit<number>(2, 0)) as Bits),
    'writer: a buffer is freed as its packet is done with',
  );

  const packets = jobs.map(({ present, chain }) => all([present, chain.bit(0).not()]));
  const full = of('full');
  for (const [index, job] of jobs.entries()) {
    const packet = packets[index] ?? popped;
    m.assert(
      job.present.implies(jobIsWhole(p, job)),
      `job ${index}: a packet has beats, as many as an entry holds at most`,
    );
    m.assert(packet.implies(full.at(job.buffer)), `job ${index}: the buffer of a packet is full`);
    for (const [other, second] of jobs.entries())
      if (other < index)
        m.assert(
          all([packet, packets[other] ?? packet]).implies(job.buffer.ne(second.buffer)),
          `jobs ${other} and ${index}: no two packets are in one buffer`,
        );
  }
  m.assert(
    countOnes(packets).eq(popCount(full).resize<number>(8)),
    'a buffer is full just while its packet waits or is written',
  );
  m.assert(flag('takes').implies(full.at(of('fill')).not()), 'no beat goes into a buffer that is full');

  // The frame that comes, counted anew.
  const bytes = beatBytes(p);
  const r = m.regs({
    own_beats: { type: bits(16), reset: 0 },
    own_length: { type: bits(16), reset: 0 },
    own_open: { type: bits(1), reset: 0 },
    own_frames: { type: bits(16), reset: 0 },
  });
  const most = dataBeats(p);
  const keep = of('beat_tkeep');
  const ones = range(bytes).map((index) => keep.resize<number>(index + 1).reduceAnd());
  const length = r.own_length.add(
    mux(flag('beat_tlast'), countOnes(ones).resize<number>(16), lit<number>(16, bytes)) as Bits,
  );
  m.when(flag('takes'), () => {
    r.own_beats.set(
      mux(flag('ends'), lit(16, 0), mux(r.own_beats.eq(most + 1), r.own_beats, r.own_beats.add(1)) as Bits<16>),
    );
    r.own_length.set(mux(flag('ends'), lit(16, 0), length.resize<number>(16)) as Bits<16>);
  });
  m.assert(r.own_beats.le(most + 1), 'the beats of a frame are counted to one more than an entry holds');
  m.assert(
    of('beats')
      .resize<number>(16)
      .eq(mux(r.own_beats.gt(most), lit<number>(16, most), r.own_beats) as Bits),
    'as many beats are stored as came, or as an entry holds',
  );
  m.assert(of('length').eq(r.own_length), 'the bytes of a frame are counted');
  m.assert(flag('in_frame').eq(r.own_beats.isNonZero()), 'a frame is in progress from its first beat to its last');
  const packet = all([flag('job_valid'), flag('job_chain').not()]);
  m.assert(packet.eq(flag('ends')), 'each frame becomes one packet, and nothing else does');
  m.assert(flag('ends').implies(flag('job_ready')), 'the end of a frame is taken only where its packet can go');
  const whole = r.own_beats.lt(most);
  m.assert(
    packet.implies(
      all([
        of('job_length').eq(length),
        of('job_stored').eq(mux(whole, r.own_beats.add(1), lit<number>(16, most)).resize<number>(10)),
        flag('job_truncated').eq(whole.not()),
        flag('cuts').eq(whole.not()),
        of('job_buffer').eq(of('fill')),
      ]),
    ),
    'a packet has the length of its frame, the beats that an entry holds, and is truncated where that is less',
  );

  // The chain that is open.
  const open = r.own_open.bit(0);
  const closes = flag('closes');
  const starts = all([flag('takes'), flag('starts')]);
  const before = mux(starts, lit(16, 0), r.own_frames) as Bits<16>;
  m.when(closes, () => r.own_open.set(0));
  m.when(starts, () => r.own_open.set(1));
  m.when(flag('takes'), () => r.own_frames.set(before.add(flag('ends').extend<number>(16)) as Bits<16>));
  m.assert(of('open').eq(open), 'a chain is open from its first frame to its end');
  m.assert(of('count').eq(r.own_frames), 'the frames of a chain are counted');
  m.assert(starts.implies(all([open.not(), closes.not()])), 'no chain begins before the end of the one before it');
  m.assert(
    closes.implies(all([open, of('record_packets').eq(r.own_frames), r.own_beats.isZero(), flag('job_ready')])),
    'the end of a chain comes behind all of its packets',
  );
  m.assert(closes.eq(all([flag('job_valid'), flag('job_chain')])), 'only the end of a chain is one');
  const taken = all([flag('record_valid'), flag('record_ready')]);
  m.assert(
    taken.implies(any([closes, of('record_mask').isZero()])),
    'each record ends its chain, once, or is for nobody',
  );
  m.assert(closes.implies(all([taken, of('record_mask').isNonZero()])), 'a chain ends with its record');
};
