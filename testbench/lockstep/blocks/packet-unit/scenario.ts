/** What one run of the packet hash unit is made of. */
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';

/**
 * How `tkeep` and unused bytes look. `plain`: ones for the bytes that count, zeros above. `noisy`: noise wherever the specification says that
 * bits do not count. `empty_last`: a last beat without a byte after the frame's beats.
 */
export type KeepStyle = 'plain' | 'noisy' | 'empty_last';

export interface TrafficFrame {
  readonly data: Uint8Array;
  /** Cycles in which nothing is offered before its first beat. */
  readonly gap: number;
  readonly keep: KeepStyle;
}

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export interface Stalls {
  /** Between beats on `s_axis`. */
  readonly source: readonly number[];
  readonly output: readonly number[];
  readonly chain: readonly number[];
  readonly writeResponse: readonly number[];
  readonly readResponse: readonly number[];
}

export interface Accepting {
  readonly cycles: number;
  readonly mask: number;
}

export interface MidReset {
  /** Cycles of traffic before it, counted from the end of the reset before. */
  readonly after: number;
  readonly cycles: number;
}

export interface PacketUnitScenario {
  /** Cycles of reset before anything else. */
  readonly initialReset: number;
  /** Written before the first frame. */
  readonly settings: readonly LiteWrite[];
  readonly frames: readonly TrafficFrame[];
  /** Made while frames flow. */
  readonly accesses: readonly LiteAccess[];
  /** The `accepting` input over time, repeated; empty: every client accepts. */
  readonly accepting: readonly Accepting[];
  readonly stalls: Stalls;
  readonly resets: readonly MidReset[];
  /** Cycles of rest after the last frame has left. */
  readonly rest: number;
  /** Whether all registers and counters are read at the end. */
  readonly readBack: boolean;
}

export const noStalls: Stalls = { source: [], output: [], chain: [], writeResponse: [], readResponse: [] };

export const plainScenario = (
  frames: readonly Uint8Array[],
  change: Partial<PacketUnitScenario> = {},
): PacketUnitScenario => ({
  initialReset: 0,
  settings: [],
  frames: frames.map((data) => ({ data, gap: 0, keep: 'plain' })),
  accesses: [],
  accepting: [],
  stalls: noStalls,
  resets: [],
  rest: 0,
  readBack: true,
  ...change,
});
