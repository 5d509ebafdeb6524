import { all, any, type Bits, bits, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { beatAddressOf, beatLanes } from '../parts/axi/beat.ts';
import { range } from '../parts/seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { BurstSeen } from './properties-write-seen.ts';
import { type Geometry, widthsOf } from './shapes.ts';

/** Write bursts and their data as the proofs follow them. What one proof takes of another is stated here, once. */

/** The signals inside the path that `ownBeat` speaks of. */
export const ownBeatPaths: readonly string[] = [
  ...['w_full', 'w_held_last', 'w_held_strb'].map((name) => `write_bursts.${name}`),
  ...['addr', 'len', 'size', 'burst', 'lock'].map((field) => `write_bursts.aw_held_signals_${field}`),
];

/** The signals inside the path that `plainAnswersGood` speaks of. */
export const plainAnswerPaths: readonly string[] = ['plain_match', 'plain_wins', 'b_full', 'b_held_resp'].map(
  (name) => `write_bursts.${name}`,
);

export interface OwnBeat {
  /** The burst that the data belong to, as the processor asked for it. */
  readonly addr: Bits;
  readonly len: Bits;
  readonly size: Bits;
  readonly burst: Bits;
  /** Beats of the current burst that were looked at. */
  readonly beat: Bits;
  /** Of the current burst. */
  readonly current: Readonly<Record<'addr' | 'len' | 'size' | 'burst', Bits>>;
  /** A beat that moves is the last if it is, and writes in its lanes alone. */
  readonly good: Bits<1>;
}

export const burstFields = ['addr', 'len', 'size', 'burst'] as const;

/** Follows the beats of the current burst, which the path counts by the processor's last beat. */
export const ownBeat = (p: Geometry, { m, io, seen }: ProvenPath): OwnBeat => {
  const { s_axi } = io;
  const { bytes } = widthsOf(p);
  const lowWidth = Math.log2(bytes);
  const of = (name: string): Bits => seen(`write_bursts.${name}`);
  const flag = (name: string): Bits<1> => of(name).bit(0);
  const r = m.regs({
    own_addr: { type: bits<number>(lowWidth), reset: 0 },
    own_len: { type: bits<number>(8), reset: 0 },
    own_size: { type: bits<number>(3), reset: 0 },
    own_burst: { type: bits<number>(2), reset: 0 },
    own_beat: { type: bits<number>(8), reset: 0 },
  });
  const current = { addr: r.own_addr, len: r.own_len, size: r.own_size, burst: r.own_burst };
  const asked = (field: (typeof burstFields)[number]): Bits => {
    const held = of(`aw_held_signals_${field}`);
    const shown = s_axi[`aw${field}`].resize<number>(held.width);
    return (mux(flag('aw_full'), held, shown) as Bits).resize<number>(current[field].width);
  };
  const active = flag('current_active');
  const own = Object.fromEntries(
    burstFields.map((field) => [field, mux(active, current[field], asked(field)) as Bits]),
  ) as Record<(typeof burstFields)[number], Bits>;
  const beat = mux(active, r.own_beat, lit<number>(8, 0)) as Bits;
  const [moves, enters] = [flag('moves'), flag('enters')];
  m.when(any([moves, enters]), () => {
    for (const field of burstFields) current[field].set(own[field]);
    r.own_beat.set(beat);
  });
  m.when(moves, () => r.own_beat.set(beat.add(1)));
  const last = mux(flag('w_full'), flag('w_held_last'), s_axi.wlast) as Bits<1>;
  const strobes = mux(flag('w_full'), of('w_held_strb'), s_axi.wstrb) as Bits;
  const lanes = beatLanes(beatAddressOf(own, beat, lowWidth), own.size, bytes);
  return {
    ...own,
    beat: r.own_beat,
    current,
    good: moves.implies(all([last.eq(beat.eq(own.len)), strobes.and(lanes.not()).isZero()])),
  };
};

/** The locks of bursts, which the path does not keep. */
export const burstLocks = (p: Geometry, { m, io, seen }: ProvenPath): readonly Bits<1>[] => {
  const { locks } = m.regs({ locks: { type: bits<number>(p.writes), reset: 0 } });
  const held = seen('write_bursts.aw_full').bit(0);
  const lock = mux(held, seen('write_bursts.aw_held_signals_lock').bit(0), io.s_axi.awlock) as Bits<1>;
  for (const index of range(p.writes))
    m.when(all([seen('write_bursts.enters').bit(0), seen('write_bursts.burst_tail').eq(index)]), () =>
      locks.bit(index).set(lock),
    );
  return range(p.writes).map((index) => locks.bit(index));
};

/** What is taken of memory's answers to plain writes: they come after the data, and are EXOKAY as AXI4 has it. */
export const plainAnswersGood = (
  { io, seen }: ProvenPath,
  bursts: readonly BurstSeen[],
  locks: readonly Bits<1>[],
): Bits<1> => {
  const exclusive = seen('write_bursts.b_full').bit(0);
  const response = mux(exclusive, seen('write_bursts.b_held_resp'), io.m_axi.bresp) as Bits;
  return all(
    bursts.map((burst, index) =>
      all([seen('write_bursts.plain_wins').bit(0), seen('write_bursts.plain_match').bit(index)]).implies(
        all([burst.closed, response.eq(1).implies(locks[index] ?? exclusive)]),
      ),
    ),
  );
};

/** What the proofs need of the bursts in the ring. */
export const ring = (m: ModuleBody, { seen }: ProvenPath, bursts: readonly BurstSeen[]): void => {
  for (const [index, burst] of bursts.entries()) {
    m.assert(burst.current.implies(burst.valid), `burst ${index}: it is there while its data come`);
    m.assert(
      burst.current.implies(burst.class.eq(seen('write_bursts.current_class'))),
      `burst ${index}: its data go as it does`,
    );
    m.assert(
      burst.valid.implies(burst.closed.eq(burst.current.not())),
      `burst ${index}: it is closed when its data have come`,
    );
  }
  m.assert(
    seen('write_bursts.current_active')
      .bit(0)
      .implies(seen('write_bursts.current_index').eq(seen('write_bursts.burst_tail').subtract(1))),
    'the data that come are of the newest burst',
  );
};
