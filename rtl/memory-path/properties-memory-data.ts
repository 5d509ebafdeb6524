import { all, any, type Bits, lit, mux } from '../hdl/index.ts';
import type { WriteLists } from '../parts/axi/write-properties.ts';
import { burstFields, type OwnBeat } from './properties-bursts.ts';
import { count } from './properties-read-slots.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import { type Geometry, widthsOf } from './shapes.ts';

type Burst = Readonly<Record<(typeof burstFields)[number], Bits>>;

/** Whose data memory waits for: of the burst whose last beat is shown, and of the one that owns the W side. */
export const memoryData = (p: Geometry, { m, io, seen }: ProvenPath, own: OwnBeat, lists: WriteLists): void => {
  const { m_axi } = io;
  const w = widthsOf(p);
  const plain = seen('write_bursts.plain_owns').bit(0);
  const owner = (field: string): Bits => seen(`write_launch.owner_${field}`);
  const piece = owner('active').bit(0);
  const owns = plain.or(piece);
  const [shown, ends] = [m_axi.wvalid, all([m_axi.wvalid, m_axi.wlast])];
  const present = lists.bursts.entries.map((entry) => entry.present);
  const [head, second] = lists.bursts.entries;
  if (head === undefined || second === undefined) throw new Error('a list has entries');
  for (const [index, one] of present.entries())
    if (index > 0) m.assert(one.implies(present[index - 1] ?? one), `data: burst ${index} follows another`);
  m.assert(any(lists.early.entries.map((entry) => entry.present)).not(), 'data: none come before their request');
  m.assert(all([plain, piece]).not(), 'data: one burst owns the W side');
  const waits = all([m_axi.awvalid, lists.aheadDone.not()]);
  m.assert(count([...present, waits]).eq(count([ends, owns])), 'data: memory waits for those that are on their way');
  m.assert(
    lists.aheadDone.implies(all([m_axi.awvalid, head.present.not(), lists.beat.isZero()])),
    'data: those of the request that is shown are the newest',
  );
  m.assert(all([shown, ends.not()]).implies(owns), 'data: after a beat that is not the last others come');
  const asked: Burst = {
    addr: m_axi.awaddr.resize<number>(head.addr.width),
    len: m_axi.awlen,
    size: m_axi.awsize,
    burst: m_axi.awburst,
  };
  const either = (condition: Bits<1>, one: Burst, other: Burst): Burst =>
    Object.fromEntries(burstFields.map((field) => [field, mux(condition, one[field], other[field]) as Bits])) as never;
  const front = either(head.present, head, asked);
  const behind = either(second.present, second, asked);
  m.assert(ends.implies(lists.beat.eq(front.len)), 'data: the last beat is the last');
  m.assert(all([owns.not(), ends.not()]).implies(lists.beat.isZero()), 'data: no beat is counted before its burst');
  const owners = either(ends, behind, front);
  const done = mux(ends, lit<number>(9, 0), lists.beat.extend<number>(9).add(shown.extend<number>(9))) as Bits;
  m.assert(
    plain.implies(
      all([
        ...burstFields.map((field) => owners[field].eq(own.current[field])),
        done.eq(own.beat.extend<number>(9)),
        own.beat.le(own.current.len),
      ]),
    ),
    'data: the plain burst that owns the W side is the one that memory waits for',
  );
  const blocks = owner('last').subtract(owner('place')).extend<number>(9);
  const left =
    w.beats === 1 ? blocks : (blocks.shiftLeft(1).add(owner('second').bit(0).not().extend<number>(9)) as Bits);
  m.assert(
    piece.implies(
      all([
        owner('place').le(owner('last')),
        owners.len.extend<number>(9).eq(done.add(left)),
        owners.size.eq(Math.log2(w.bytes)),
        owners.burst.eq(1),
        owners.addr.isZero(),
      ]),
    ),
    'data: the piece that owns the W side is the one that memory waits for',
  );
};
