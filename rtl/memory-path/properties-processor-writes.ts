import { all, any, type Bits, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { beatAddressOf, beatLanes } from '../parts/axi/beat.ts';
import { writeEdge } from '../parts/axi/edge-properties.ts';
import type { WriteLists } from '../parts/axi/write-properties.ts';
import {
  burstFields,
  burstLocks,
  type OwnBeat,
  ownBeat,
  ownBeatPaths,
  plainAnswerPaths,
  plainAnswersGood,
  ring,
} from './properties-bursts.ts';
import { count } from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type BurstSeen, burstPaths, burstsSeen } from './properties-write-seen.ts';
import { type Geometry, refusedClass, widthsOf } from './shapes.ts';

/**
 * The rules of AXI4 on the write channels of `s_axi`, and what ties the checker's writes to the path's bursts: each is held, is in the ring, or is the response in the B
 * register.
 */

/** Only the bursts and their answers: where data go, and when pieces are answered, is anything. */
export const besideBursts: readonly string[] = [
  'registers',
  'keys',
  'tweaks',
  'decryption',
  'encryption',
  'read_requests',
  'read_slots',
  'scanner',
  'write_pieces',
  'write_launch',
];

/** The signals inside the path that `processorWrites` speaks of. */
export const processorWritePaths = (p: Geometry): readonly string[] => [
  ...new Set([...burstPaths(p), ...ownBeatPaths, ...plainAnswerPaths]),
];

export const processorWrites = (p: Geometry, path: ProvenPath): void => {
  const { m, io, seen, given } = path;
  const { s_axi } = io;
  const bursts = burstsSeen(p, seen);
  const locks = burstLocks(p, path);
  const own = ownBeat(p, path);
  m.assume(plainAnswersGood(path, bursts, locks), 'memory: it answers a plain write after its data, as AXI4 has it');
  for (const [what, valid, burst] of [
    ['answered', 'answered_valid', 'answered_burst'],
    ['dropped', 'dropped_valid', 'dropped_burst'],
  ] as const)
    m.assume(
      given(`write_pieces.${valid}`)
        .bit(0)
        .implies(
          any(bursts.map((one, index) => all([one.valid, one.encrypted, given(`write_pieces.${burst}`).eq(index)]))),
        ),
      `write pieces: what is ${what} is of a burst that is there`,
    );
  m.assume(
    given('write_pieces.dropped_valid').bit(0).implies(given('write_pieces.dropped_response').ne(1)),
    'write pieces: none is dropped as EXOKAY',
  );
  const heldResponse = mux(
    seen('write_bursts.b_full').bit(0),
    seen('write_bursts.b_held_resp'),
    io.m_axi.bresp,
  ) as Bits;
  m.assume(
    given('write_pieces.answered_valid').bit(0).implies(heldResponse.ne(1)),
    'memory: it answers no piece with EXOKAY',
  );
  // In the ring, held, and in the B register.
  const lists = writeEdge(
    m,
    s_axi,
    { busBytes: widthsOf(p).bytes, most: p.writes + 2, dataAhead: 1 },
    { edge: 's_axi', proves: 'subordinate', trusts: true },
  );
  const flag = (name: string): Bits<1> => seen(`write_bursts.${name}`).bit(0);
  const held = flag('aw_full');
  const shown = s_axi.bvalid;
  const { entries } = lists.writes;
  m.assert(
    count(entries.map(({ present }) => present)).eq(count([shown, ...bursts.map(({ valid }) => valid), held])),
    'writes: the checker counts what is in flight',
  );
  const complete = count([shown, ...bursts.map(({ valid, closed }) => all([valid, closed]))]);
  const ranks = bursts.map((burst, index) =>
    count(
      bursts.map((other, at) =>
        at === index ? lit(1, 0) : all([other.valid, other.id.eq(burst.id), burst.after(at)]),
      ),
    ),
  );
  for (const [index, entry] of entries.entries()) {
    if (index > 0)
      m.assert(entry.present.implies(entries[index - 1]?.present ?? shown), `writes: entry ${index} follows another`);
    const mine = (id: Bits): Bits<1> => id.eq(entry.id);
    const before = count([lit(1, 0), ...entries.slice(0, index).map((other) => all([other.present, mine(other.id)]))]);
    const isShown = all([shown, mine(s_axi.bid)]);
    const place = before.subtract(isShown.resize<number>(before.width));
    const isDone = all([isShown, before.isZero()]);
    const early = lit(4, index).lt(complete);
    const lock = entry.lock.bit(0);
    const inRing = bursts.map((burst, at) =>
      all([
        burst.valid,
        mine(burst.id),
        ranks[at]?.eq(place) ?? shown,
        burst.plain.implies(lock.eq(locks[at] ?? lock)),
        mux(burst.closed, early, complete.eq(index)) as Bits<1>,
      ]),
    );
    const sameId = count(bursts.map((burst) => all([burst.valid, mine(burst.id)])));
    const isHeld = all([
      held,
      mine(seen('write_bursts.aw_held_signals_id')),
      sameId.eq(place),
      lock.eq(flag('aw_held_signals_lock')),
      early.not(),
    ]);
    m.assert(
      entry.present.implies(
        mux(isDone, all([early, s_axi.bresp.eq(1).implies(lock)]), any([...inRing, isHeld])) as Bits<1>,
      ),
      `writes: entry ${index} is a burst in flight`,
    );
  }
  ring(m, path, bursts);
  responses(m, bursts);
  data(m, path, own, lists, complete);
};

/** What bursts that are not plain are answered with, and how they go with others of their identifier. */
const responses = (m: ModuleBody, bursts: readonly BurstSeen[]): void => {
  for (const [index, burst] of bursts.entries()) {
    const refused = burst.class.eq(refusedClass);
    m.assert(
      all([burst.valid, burst.plain.not()]).implies(burst.response.ne(1)),
      `burst ${index}: none but a plain one is EXOKAY`,
    );
    m.assert(all([burst.valid, refused]).implies(burst.response.eq(3)), `burst ${index}: a refused one is DECERR`);
    for (const [at, other] of bursts.entries())
      if (at < index)
        m.assert(
          all([burst.valid, other.valid, burst.id.eq(other.id)]).implies(
            all([burst.plain.eq(other.plain), refused.eq(other.class.eq(refusedClass))]),
          ),
          `bursts ${at} and ${index}: one identifier, one way`,
        );
  }
};

/** Which bursts the checker still waits for data of. */
const data = (m: ModuleBody, { seen }: ProvenPath, own: OwnBeat, lists: WriteLists, complete: Bits): void => {
  const of = (name: string): Bits => seen(`write_bursts.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  const active = flag('current_active');
  const heldAddress = flag('aw_full');
  const heldData = flag('w_full');
  const heldLast = all([heldData, flag('w_held_last')]);
  const some = active.or(heldAddress);
  const [early] = lists.early.entries;
  const [head, second] = lists.bursts.entries;
  if (early === undefined || head === undefined || second === undefined) throw new Error('a list has entries');
  const present = lists.bursts.entries.map((entry) => entry.present);
  for (const [index, one] of present.entries())
    if (index > 0) m.assert(one.implies(present[index - 1] ?? one), `data: burst ${index} follows another`);
  m.assert(lists.aheadDone.not(), 'data: those of a burst end after its address is taken');
  m.assert(early.present.eq(all([heldData, some.not()])), 'data that came before their address are held');
  m.assert(
    early.present.implies(all([early.last.bit(0).eq(heldLast), early.strb.eq(of('w_held_strb'))])),
    'data that came before their address are held as they came',
  );
  const finished = all([heldLast, some]);
  m.assert(
    count([...present, finished]).eq(count([active, heldAddress])),
    'data: the checker waits for those in flight',
  );
  const taken = heldData.extend<number>(8);
  const same = (
    entry: Readonly<Record<(typeof burstFields)[number], Bits>>,
    other: (field: (typeof burstFields)[number]) => Bits,
  ) => all(burstFields.map((field) => entry[field].eq(other(field).resize<number>(entry[field].width))));
  const isCurrent = (field: (typeof burstFields)[number]): Bits => own.current[field];
  const isHeld = (field: (typeof burstFields)[number]): Bits => of(`aw_held_signals_${field}`);
  m.assert(
    all([active, finished.not()]).implies(
      all([same(head, isCurrent), lists.beat.eq(own.beat.add(taken)), lists.beat.le(head.len)]),
    ),
    'data: the checker counts the beats of the current burst',
  );
  m.assert(
    all([active, finished]).implies(all([own.beat.eq(own.current.len), lists.beat.isZero()])),
    'data: the last beat is the last',
  );
  m.assert(
    all([active.not(), heldAddress, finished.not()]).implies(
      all([same(head, isHeld), lists.beat.eq(taken), taken.le(head.len)]),
    ),
    'data: the checker waits for the first beats of the held burst',
  );
  m.assert(
    all([active.not(), heldAddress, finished]).implies(all([of('aw_held_signals_len').isZero(), lists.beat.isZero()])),
    'data: a held burst of one beat has it',
  );
  m.assert(
    all([active, heldAddress]).implies(mux(finished, same(head, isHeld), same(second, isHeld)) as Bits<1>),
    'data: the checker has the held burst',
  );
  m.assert(some.not().implies(lists.beat.isZero()), 'data: no beat is counted before its burst');
  m.assert(
    active.implies(mux(all([heldData, heldLast.not()]), own.beat.lt(own.current.len), own.beat.le(own.current.len))),
    'data: no beat of the current burst is looked at that it does not have',
  );
  const lanesOf = (of: (field: (typeof burstFields)[number]) => Bits, beat: Bits, bytes: number): Bits => {
    const low = Math.log2(bytes);
    const burst = Object.fromEntries(
      burstFields.map((field) => [field, field === 'addr' ? of(field).resize<number>(low) : of(field)]),
    ) as Record<(typeof burstFields)[number], Bits>;
    return beatLanes(beatAddressOf(burst, beat, low), of('size'), bytes);
  };
  const strobes = of('w_held_strb');
  m.assert(
    all([heldData, active]).implies(strobes.and(lanesOf(isCurrent, own.beat, strobes.width).not()).isZero()),
    'data: a held beat of the current burst writes in its lanes',
  );
  m.assert(
    all([heldData, active.not(), heldAddress]).implies(
      strobes.and(lanesOf(isHeld, lit<number>(8, 0), strobes.width).not()).isZero(),
    ),
    'data: a held beat of the held burst writes in its lanes',
  );
  const ahead = heldLast;
  m.assert(
    lists.delivered.resize<number>(4).eq(complete.add(ahead.extend<number>(4))),
    'writes: the checker counts the data that came',
  );
  m.assert(own.good, 'a beat is the last, and writes in its lanes alone, as AXI4 has it');
};
