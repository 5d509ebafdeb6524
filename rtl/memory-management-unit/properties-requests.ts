/**
 * What a memory is asked to read, but for where its page is, is what the processor asked for: so it keeps AXI4's rules for requests (IHI 0022, A3.4.1, A4.4,
 * A7.2.4) where the processor does, and crosses no 4 KiB boundary. For one chosen request, any: if the processor never makes it, no memory sees it.
 * A memory may be asked for less than exclusive access where the processor asked for it, and never the other way round. Requests of the walker keep
 * the rules whatever the processor does.
 */
import { all, type Bits, bits } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { range } from '../parts/seen.ts';
import { pageBits } from './interface.ts';
import { walkStates } from './properties-pages.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** All that the rules speak of, and what goes with it unchanged. */
const fields = { addr: pageBits, len: 8, size: 3, burst: 2, cache: 4, prot: 3, qos: 4, region: 4 } as const;
const names = Object.keys(fields) as (keyof typeof fields)[];

/** Writes are not there; what is looked up, and when, is anything. */
export const withoutWrites: readonly string[] = ['registers', 'lookup', 'turns', 'faults', 'writes'];

export const readRequestPaths = (p: Geometry): readonly string[] => [
  ...['walker.state', 'reads.lookup_valid', 'reads.valid', 'reads.ar_full'],
  ...['id', 'lock', ...names].flatMap((field) => [
    `reads.ar_held_${field}`,
    ...range(p.reads).map((slot) => `reads.slot_${slot}_request_${field}`),
  ]),
];

/** What the lookup, which is not there, is proved to keep: "nothing by a translation that was taken back". And that no write is begun. */
const trusted = ({ m, given, seen }: ProvenUnit): void => {
  const asks = seen('reads.lookup_valid').bit(0);
  m.assume(given('lookup.read_looks').bit(0).implies(asks), 'only what asks is looked up');
  const state = seen('walker.state');
  const rests = state.eq(walkStates.idle).or(state.eq(walkStates.fault));
  m.assume(given('lookup.starts').bit(0).implies(rests), 'one walk at a time');
  for (const name of ['launches', 'loads']) m.assume(given(`writes.${name}`).isZero(), `no write: ${name}`);
};

export const readRequests = (p: Geometry, unit: ProvenUnit): void => {
  const { m, io, seen } = unit;
  trusted(unit);
  const chosen = m.regs(
    Object.fromEntries(
      Object.entries({ ...fields, id: p.idWidth, lock: 1 }).map(([field, width]) => [
        `some_${field}`,
        { type: bits<number>(width), reset: 'none' as const },
      ]),
    ),
  ) as Readonly<Record<string, Bits & { set(value: Bits): void }>>;
  for (const each of Object.values(chosen)) each.set(each);
  const own = (field: string): Bits => chosen[`some_${field}`] as Bits;
  /** Whether it is the chosen one. Where that is not exclusive, the same with exclusive access is taken for it too. */
  const isIt = (valid: Bits<1>, of: (field: string) => Bits): Bits<1> =>
    all([
      valid,
      of('id').resize<number>(p.idWidth).eq(own('id')),
      own('lock').bit(0).implies(of('lock').bit(0)),
      ...names.map((field) => of(field).resize<number>(fields[field]).eq(own(field))),
    ]);
  const on =
    (bus: object) =>
    (name: string): Bits =>
      Reflect.get(bus, `ar${name}`) as Bits;
  const asked = on(io.s_axi);
  m.assume(isIt(asked('valid').bit(0), asked).not(), 's_axi: the chosen request is never made');
  m.assert(
    isIt(seen('reads.ar_full').bit(0), (field) => seen(`reads.ar_held_${field}`)).not(),
    'the held request is one that was made',
  );
  for (const slot of range(p.reads))
    m.assert(
      isIt(seen('reads.valid').bit(slot), (field) => seen(`reads.slot_${slot}_request_${field}`)).not(),
      `slot ${slot} has a request that was made`,
    );
  for (const memory of [0, 1] as const) {
    const edge = `m${memory}_axi`;
    const of = on(memory === 0 ? io.m0_axi : io.m1_axi);
    const valid = of('valid').bit(0);
    const isWalk = all([valid, of('id').bit(p.idWidth)]);
    m.assert(isIt(all([valid, isWalk.not()]), of).not(), `${edge}: a request is one that was made`);
    m.cover(all([valid, isWalk.not()]), `${edge}: a request is offered`);
    m.cover(isWalk, `${edge}: a walk's request is offered`);
    const walk = {
      addr: of('addr').resize<number>(4).eq(0),
      len: of('len').eq(128 / p.dataWidth - 1),
      size: of('size').eq(Math.log2(p.dataWidth / 8)),
      burst: of('burst').eq(1),
      lock: of('lock').eq(0),
      cache: of('cache').eq(3),
    };
    for (const [field, holds] of Object.entries(walk))
      m.assert(isWalk.implies(holds), `${edge}: a walk's ${field} is as it must be`);
    const { addr, len, size, burst, cache } = Object.fromEntries(
      Object.keys(walk).map((field) => [field, of(field)]),
    ) as Readonly<Record<keyof typeof walk, Bits>>;
    addressRules(
      'ar',
      { valid: isWalk, addr, len, size, burst, cache, lock: of('lock').bit(0) },
      p.dataWidth / 8,
      (rule, broken) => m.assert(broken.not(), `${edge}, of walks: ${rule}`),
    );
  }
};
