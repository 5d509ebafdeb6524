import { all, any, type Bits, bits, lit, mux } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { writeEdge } from '../parts/axi/edge-properties.ts';
import type { WriteLists } from '../parts/axi/write-properties.ts';
import { range } from '../parts/seen.ts';
import { burstLocks, ownBeat, ownBeatPaths, plainAnswerPaths, plainAnswersGood, ring } from './properties-bursts.ts';
import { memoryData } from './properties-memory-data.ts';
import { count } from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type BurstSeen, burstPaths, burstsSeen } from './properties-write-seen.ts';
import { type Geometry, widthsOf } from './shapes.ts';

/**
 * The rules of AXI4 on the write channels of `m_axi`, and what ties the checker's writes to the path: each is a plain burst or a piece that was launched, and their data come in the
 * order in which they were launched.
 */

/** All but the bursts and their launch: pieces are launched whenever they like. */
export const besideLaunch: readonly string[] = [
  'registers',
  'keys',
  'tweaks',
  'decryption',
  'encryption',
  'read_requests',
  'read_slots',
  'scanner',
  'write_pieces',
];

const requestFields = ['addr', 'len', 'size', 'burst', 'lock', 'cache'] as const;

/** The signals inside the path that `memoryWrites` speaks of. */
export const memoryWritePaths = (p: Geometry): readonly string[] => [
  ...new Set([
    ...burstPaths(p),
    ...ownBeatPaths,
    ...plainAnswerPaths,
    ...requestFields.map((field) => `write_bursts.aw_held_signals_${field}`),
    ...['b_held_id', 'piece_answered', 'piece_identifier', 'plain_owns'].map((name) => `write_bursts.${name}`),
    ...['piece_goes', 'owner_active', 'owner_place', 'owner_second', 'owner_last'].map(
      (name) => `write_launch.${name}`,
    ),
  ]),
];

/** Whether the pieces were launched and are not answered. */
const launchedPieces = (p: Geometry, { m, seen, given }: ProvenPath): readonly Bits<1>[] => {
  const { launched } = m.regs({ launched: { type: bits<number>(p.writes), reset: 0 } });
  const piece = given('write_pieces.launch_piece');
  for (const index of range(p.writes)) {
    m.when(all([seen('write_bursts.piece_answered').bit(0), seen('write_bursts.piece_identifier').eq(index)]), () =>
      launched.bit(index).set(0),
    );
    m.when(all([seen('write_launch.piece_goes').bit(0), piece.eq(index)]), () => launched.bit(index).set(1));
  }
  const cache = given('write_pieces.launch_attributes_cache');
  m.assume(
    given('write_pieces.launch_valid')
      .bit(0)
      .implies(
        all([
          launched.at(piece).not(),
          given('write_pieces.launch_first').le(given('write_pieces.launch_last')),
          cache.bit(1).or(cache.slice<number, number>(3, 2).isZero()),
        ]),
      ),
    'write pieces: one that is ready for memory is whole, and was not launched',
  );
  return range(p.writes).map((index) => launched.bit(index));
};

export const memoryWrites = (p: Geometry, path: ProvenPath): void => {
  const { m, io, seen } = path;
  const { m_axi } = io;
  const bursts = burstsSeen(p, seen);
  const locks = burstLocks(p, path);
  const own = ownBeat(p, path);
  const launched = launchedPieces(p, path);
  m.assume(own.good, 'processor: a beat is the last, and writes in its lanes alone, as AXI4 has it');
  const lists = writeEdge(
    m,
    m_axi,
    { busBytes: widthsOf(p).bytes, most: 2 * p.writes, dataAhead: 0 },
    { edge: 'm_axi', proves: 'manager', trusts: true },
  );
  requests(p, path);
  ring(m, path, bursts);
  memoryData(p, path, own, lists);
  answers(path, bursts, locks, launched, lists);
};

/** Requests on their way to memory are such as AXI4 allows, where the processor's are. */
const requests = (p: Geometry, { m, io, seen }: ProvenPath): void => {
  const { s_axi } = io;
  const busBytes = widthsOf(p).bytes;
  const shown = {
    valid: s_axi.awvalid,
    addr: s_axi.awaddr,
    len: s_axi.awlen,
    size: s_axi.awsize,
    burst: s_axi.awburst,
    lock: s_axi.awlock,
    cache: s_axi.awcache,
  };
  addressRules('aw', shown, busBytes, (rule, broken) => m.assume(broken.not(), `s_axi: ${rule}`));
  const of = (field: (typeof requestFields)[number]): Bits => seen(`write_bursts.aw_held_signals_${field}`);
  const held = {
    valid: seen('write_bursts.aw_full').bit(0),
    addr: of('addr'),
    len: of('len'),
    size: of('size'),
    burst: of('burst'),
    lock: of('lock').bit(0),
    cache: of('cache'),
  };
  addressRules('aw', held, busBytes, (rule, broken) => m.assert(broken.not(), `the held write: ${rule}`));
};

/** What memory answers. */
const answers = (
  path: ProvenPath,
  bursts: readonly BurstSeen[],
  locks: readonly Bits<1>[],
  launched: readonly Bits<1>[],
  lists: WriteLists,
): void => {
  const { m, io, seen } = path;
  const { m_axi } = io;
  const { entries } = lists.writes;
  const flag = (name: string): Bits<1> => seen(`write_bursts.${name}`).bit(0);
  const held = flag('b_full');
  const heldId = seen('write_bursts.b_held_id');
  const top = heldId.width - 1;
  const isOwn = (id: Bits): Bits<1> => id.bit(top);
  const plains = bursts.map((burst) => all([burst.valid, burst.plain]));
  const isOf = (burst: BurstSeen, id: Bits): Bits<1> => burst.id.resize<number>(heldId.width).eq(id);
  const ranks = bursts.map((burst, index) =>
    count(
      bursts.map((other, at) =>
        at === index ? lit(1, 0) : all([plains[at] ?? held, other.id.eq(burst.id), burst.after(at)]),
      ),
    ),
  );
  m.assert(
    count([...entries.map(({ present }) => present), m_axi.awvalid, held]).eq(count([...plains, ...launched])),
    'writes: the checker counts what memory owes',
  );
  const heldOf = (id: Bits): Bits<1> => all([held, heldId.eq(id)]);
  const sameId = (id: Bits, upTo: number): readonly Bits<1>[] => [
    lit(1, 0),
    ...entries.slice(0, upTo).map((entry) => all([entry.present, entry.id.eq(id)])),
  ];
  const isPlain = (id: Bits, lock: Bits<1>, rank: Bits): Bits<1> =>
    any(
      bursts.map((burst, index) =>
        all([plains[index] ?? held, isOf(burst, id), ranks[index]?.eq(rank) ?? held, lock.eq(locks[index] ?? held)]),
      ),
    );
  const isPiece = (id: Bits, lock: Bits<1>, others: readonly Bits<1>[]): Bits<1> =>
    all([
      lock.not(),
      any(others).not(),
      any(launched.map((one, index) => all([one, id.truncate<number>(top).eq(index)]))),
    ]);
  for (const [index, entry] of entries.entries()) {
    if (index > 0)
      m.assert(entry.present.implies(entries[index - 1]?.present ?? held), `writes: entry ${index} follows another`);
    const before = sameId(entry.id, index);
    const lock = entry.lock.bit(0);
    m.assert(
      entry.present.implies(
        mux(
          isOwn(entry.id),
          isPiece(entry.id, lock, before),
          isPlain(entry.id, lock, count([...before, heldOf(entry.id)])),
        ) as Bits<1>,
      ),
      `writes: entry ${index} is a burst or a piece that waits for it`,
    );
  }
  const inList = sameId(m_axi.awid, entries.length);
  m.assert(
    m_axi.awvalid.implies(
      mux(
        isOwn(m_axi.awid),
        isPiece(m_axi.awid, m_axi.awlock, inList),
        isPlain(m_axi.awid, m_axi.awlock, count([...inList, heldOf(m_axi.awid)])),
      ) as Bits<1>,
    ),
    'the request that is shown to memory is the last of its identifier',
  );
  m.assert(
    count(lists.bursts.entries.map(({ present }) => present))
      .add(lists.delivered.resize<number>(4))
      .eq(count([...entries.map(({ present }) => present), lists.aheadDone])),
    'writes: those whose data have not all come are the newest',
  );
  // The plain burst whose data come is the newest that memory knows, or the one that it is shown.
  const plain = flag('plain_owns');
  const current = any(bursts.map((burst) => all([burst.current, isOf(burst, m_axi.awid)])));
  const newest = any(
    entries.map((entry, index) =>
      all([
        entry.present,
        entries[index + 1]?.present.not() ?? lit(1, 1),
        any(bursts.map((burst) => all([burst.current, isOf(burst, entry.id)]))),
      ]),
    ),
  );
  m.assert(
    plain.implies(mux(m_axi.awvalid, all([current, lists.aheadDone.not()]), newest) as Bits<1>),
    'the plain burst whose data come is the newest at memory',
  );
  m.assert(
    held.implies(
      all([
        isOwn(heldId).not(),
        any(
          bursts.map((burst, index) =>
            all([
              plains[index] ?? held,
              isOf(burst, heldId),
              ranks[index]?.isZero() ?? held,
              burst.closed,
              seen('write_bursts.b_held_resp')
                .eq(1)
                .implies(locks[index] ?? held),
            ]),
          ),
        ),
      ]),
    ),
    'a held answer is for a plain burst that waits for it',
  );
  m.assert(plainAnswersGood(path, bursts, locks), 'memory answers a plain write after its data, as AXI4 has it');
  const response = mux(held, seen('write_bursts.b_held_resp'), m_axi.bresp) as Bits;
  m.assert(flag('piece_answered').implies(response.ne(1)), 'memory answers no piece with EXOKAY');
};
