/**
 * What a memory is asked for, but for where its page is, is what the processor asked for: so it keeps AXI4's rules for requests (IHI 0022, A3.4.1, A4.4, A7.2.4)
 * where the processor does, and crosses no 4 KiB boundary. For one chosen request, any: if the processor never makes it, no memory sees it. A memory
 * may be asked for less than exclusive access where the processor asked for it, and never the other way round. Requests of the walker keep the rules whatever
 * the processor does.
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
const channels = { reads: 'ar', writes: 'aw' } as const;
export type Side = keyof typeof channels;

/** The other direction is not there; what is looked up, and when, is anything. */
export const withoutOthers = (side: Side): readonly string[] => [
  ...['registers', 'lookup', 'turns', 'faults'],
  ...(side === 'reads' ? ['writes'] : ['reads', 'walker']),
];

export const requestPaths = (p: Geometry, side: Side): readonly string[] => [
  ...['lookup_valid', 'valid', `${channels[side]}_full`].map((name) => `${side}.${name}`),
  ...(side === 'reads' ? ['walker.state'] : ['writes.at_memory', 'writes.current_place']),
  ...['id', 'lock', ...names].flatMap((field) => [
    `${side}.${channels[side]}_held_${field}`,
    ...range(p[side]).map((slot) => `${side}.slot_${slot}_request_${field}`),
  ]),
];

/** What those that are not there are proved to keep, beside each other: "nothing by a translation that was taken back". */
const trusted = ({ m, given, seen }: ProvenUnit, side: Side): void => {
  const looks = side === 'reads' ? 'read_looks' : 'write_looks';
  m.assume(
    given(`lookup.${looks}`)
      .bit(0)
      .implies(seen(`${side}.lookup_valid`).bit(0)),
    'only what asks is looked up',
  );
  if (side === 'reads') {
    const state = seen('walker.state');
    m.assume(
      given('lookup.starts')
        .bit(0)
        .implies(state.eq(walkStates.idle).or(state.eq(walkStates.fault))),
      'one walk at a time',
    );
    for (const name of ['launches', 'loads']) m.assume(given(`writes.${name}`).isZero(), `no write: ${name}`);
    return;
  }
  m.assume(
    seen('writes.valid')
      .and(seen('writes.at_memory'))
      .and(given('lookup.write_compared_different'))
      .and(seen('writes.current_place').not())
      .isZero(),
    'what is launched and found different is current',
  );
  for (const name of ['reads.loads', 'walker.asks']) m.assume(given(name).isZero(), `no read: ${name}`);
};

export const requestProperties = (p: Geometry, unit: ProvenUnit, side: Side): void => {
  const { m, io, seen } = unit;
  const [channel, ring] = [channels[side], side];
  trusted(unit, side);
  const chosen = m.regs(
    Object.fromEntries(
      Object.entries({ ...fields, id: p.idWidth, lock: 1 }).map(([field, width]) => [
        `some_${channel}_${field}`,
        { type: bits<number>(width), reset: 'none' as const },
      ]),
    ),
  ) as Readonly<Record<string, Bits & { set(value: Bits): void }>>;
  for (const each of Object.values(chosen)) each.set(each);
  const own = (field: string): Bits => chosen[`some_${channel}_${field}`] as Bits;
  /** Whether it is the chosen one; with an exclusive one, so is the same that is not. */
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
      Reflect.get(bus, `${channel}${name}`) as Bits;
  const asked = on(io.s_axi);
  m.assume(isIt(asked('valid').bit(0), asked).not(), `s_axi: the chosen request is never made on ${channel}`);
  m.assert(
    isIt(seen(`${ring}.${channel}_full`).bit(0), (field) => seen(`${ring}.${channel}_held_${field}`)).not(),
    `${ring}: the held request is one that was made`,
  );
  for (const slot of range(p[ring]))
    m.assert(
      isIt(seen(`${ring}.valid`).bit(slot), (field) => seen(`${ring}.slot_${slot}_request_${field}`)).not(),
      `${ring}: slot ${slot} has a request that was made`,
    );
  for (const memory of [0, 1] as const) {
    const edge = `m${memory}_axi`;
    const of = on(memory === 0 ? io.m0_axi : io.m1_axi);
    const walks = of('id').bit(p.idWidth);
    const valid = of('valid').bit(0);
    m.assert(isIt(all([valid, walks.not()]), of).not(), `${edge}: a request on ${channel} is one that was made`);
    m.cover(valid, `${edge}: a request is offered on ${channel}`);
    if (side === 'writes') {
      m.assert(valid.implies(walks.not()), `${edge}: walks only read`);
      continue;
    }
    const beats = 128 / p.dataWidth;
    const walk = {
      addr: of('addr').resize<number>(4).eq(0),
      len: of('len').eq(beats - 1),
      size: of('size').eq(Math.log2(p.dataWidth / 8)),
      burst: of('burst').eq(1),
      lock: of('lock').eq(0),
      cache: of('cache').eq(3),
    };
    for (const [field, holds] of Object.entries(walk))
      m.assert(all([valid, walks]).implies(holds), `${edge}: a walk's ${field} is as it must be`);
    const request = {
      valid: all([valid, walks]),
      addr: of('addr'),
      len: of('len'),
      size: of('size'),
      burst: of('burst'),
      lock: of('lock').bit(0),
      cache: of('cache'),
    };
    addressRules('ar', request, p.dataWidth / 8, (rule, broken) =>
      m.assert(broken.not(), `${edge}, of walks: ${rule}`),
    );
  }
};
