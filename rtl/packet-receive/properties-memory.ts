import { all, any, type Bits, lit, mux } from '../hdl/index.ts';
import { writeEdge } from '../parts/axi/edge-properties.ts';
import { countOnes } from '../parts/seen.ts';
import { beatBytes, burstBeats } from './interface.ts';
import { jobPaths, jobSeen, writerPaths, writerSeen } from './properties-jobs.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import { underWayPaths, underWaySeen } from './properties-under-way.ts';
import type { Geometry } from './shapes.ts';

/** The rules of AXI4 at `m_axi`, and what ties the checker's writes to the engine: each is a burst on its way, and the data that are owed are those of the entry that is written. */

export const memoryPaths = (p: Geometry): readonly string[] => [...jobPaths, ...writerPaths, ...underWayPaths(p)];

export const memoryRules = (p: Geometry, engine: ProvenEngine): void => {
  const { m, io } = engine;
  const { m_axi } = io;
  const job = jobSeen(p, engine);
  const writer = writerSeen(engine);
  const items = underWaySeen(p, engine);
  const lists = writeEdge(
    m,
    m_axi,
    { busBytes: beatBytes(p), most: p.outstanding, dataAhead: 0 },
    { edge: 'm_axi', proves: 'manager', trusts: true },
  );
  m.assert(m_axi.arvalid.not(), 'nothing is read');
  m.assert(m_axi.awlock.not(), 'no write is exclusive');
  m.assert(
    countOnes([...lists.writes.entries.map(({ present }) => present), m_axi.awvalid]).eq(
      countOnes(items.map(({ present, chain }) => all([present, chain.not()]))),
    ),
    'the checker counts the bursts on their way',
  );

  const { beat, burst, asks, sends, writes } = writer;
  const at = writer.of('at');
  const entryBits = Math.log2(p.slotBytes);
  m.assert(writes.implies(at.resize<number>(entryBits).isZero()), 'an entry begins at a multiple of its size');
  m.assert(all([writes, job.chain]).not(), 'an entry is of a packet');
  m.assert(asks.implies(beat.eq(burst)), 'a burst begins at a multiple of its length');
  const burstBytes = burstBeats * beatBytes(p);
  m.assert(
    m_axi.awvalid.implies(
      all([m_axi.awaddr.resize<number>(Math.log2(burstBytes)).isZero(), m_axi.awlen.lt(burstBeats)]),
    ),
    'a burst is at a multiple of the longest',
  );

  // The data that are owed, as the checker and as the writer have it.
  const held = writer.flag('data_full');
  const heldLast = all([held, writer.flag('data_payload_last')]);
  const shown = all([m_axi.awvalid, lists.aheadDone.not()]);
  const present = lists.bursts.entries.map((entry) => entry.present);
  const [head, second] = lists.bursts.entries;
  if (head === undefined || second === undefined) throw new Error('a list has entries');
  for (const [what, flags] of [
    ['burst', present],
    ['write', lists.writes.entries.map((entry) => entry.present)],
  ] as const)
    for (const [index, one] of flags.entries())
      if (index > 0) m.assert(one.implies(flags[index - 1] ?? one), `data: ${what} ${index} follows another`);
  m.assert(
    countOnes([...present, shown]).eq(countOnes([sends, heldLast])),
    'data: the checker waits for the burst whose data come, and for its last beat',
  );
  m.assert(
    all([held, heldLast.not()]).implies(sends),
    'data: a held beat that is not the last is of the burst whose data come',
  );
  for (const { present: early } of lists.early.entries)
    m.assert(early.not(), 'data: none come before their burst is shown');
  m.assert(lists.aheadDone.implies(m_axi.awvalid), 'data: what came ahead is of the burst that is shown');
  const rest = job.beats.subtract(burst);
  const length = mux(rest.le(burstBeats), rest.resize<number>(8), lit<number>(8, burstBeats)).subtract(1) as Bits;
  const frontLength = mux(head.present, head.len, m_axi.awlen) as Bits;
  const ownLength = mux(
    heldLast,
    mux(head.present, mux(second.present, second.len, m_axi.awlen), m_axi.awlen) as Bits,
    frontLength,
  ) as Bits;
  m.assert(sends.implies(ownLength.eq(length)), 'data: the burst whose data come has its length');
  const within = beat.resize<number>(4).extend<number>(8);
  m.assert(
    held.implies(
      mux(
        heldLast,
        lists.beat.eq(frontLength),
        all([within.isNonZero(), lists.beat.eq(within.subtract(1)), lists.beat.lt(frontLength)]),
      ) as Bits<1>,
    ),
    'data: the checker has the number of the held beat',
  );
  m.assert(
    held.not().implies(lists.beat.eq(mux(sends, within, lit<number>(8, 0)) as Bits)),
    'data: the checker has the number of the next beat',
  );
  m.assert(all([sends, heldLast]).implies(within.isZero()), 'data: behind a last beat the next burst begins');
  m.assert(any([heldLast, held.not()]).or(sends), 'data: nothing is held that is not owed');
  const incrementing = (entry: { readonly size: Bits; readonly burst: Bits; readonly addr: Bits }): Bits<1> =>
    all([entry.size.eq(Math.log2(beatBytes(p))), entry.burst.eq(1), entry.addr.isZero()]);
  for (const [index, entry] of lists.bursts.entries.entries())
    m.assert(entry.present.implies(incrementing(entry)), `data: burst ${index} is of whole beats`);
  m.assert(
    lists.delivered
      .resize<number>(8)
      .add(countOnes([...present]).resize<number>(8))
      .eq(countOnes([...lists.writes.entries.map((entry) => entry.present), lists.aheadDone]).resize<number>(8)),
    'data: the oldest writes have had theirs',
  );
};
