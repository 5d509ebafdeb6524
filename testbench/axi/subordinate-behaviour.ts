/** How an AXI4 subordinate behaves: when it stalls, how late and in which order it answers, and how it fails. */
import type { DeviceFault } from './device-faults.ts';

export interface SubordinateBehaviour {
  /** Run lengths of going and stopping: ready of `aw`, `w` and `ar`, new responses of `b` and `r`. */
  readonly stalls: Readonly<Record<'aw' | 'w' | 'ar' | 'b' | 'r', readonly number[]>>;
  /** Cycles from the end of a request to the first that may answer it, one transaction after the other, round and round. */
  readonly latencies: readonly number[];
  /** Which of those that could answer does, counted from the oldest, round and round; empty: the oldest. */
  readonly picks: readonly number[];
  /** Whether beats of read bursts of different identifiers mix. */
  readonly interleave: boolean;
  /** Whether exclusive accesses are watched; otherwise they answer OKAY. */
  readonly exclusive: boolean;
  /** Places that answer SLVERR (2) or DECERR (3): a read beat by beat, a write with the worst of its beats, and nothing of it is done. */
  readonly errors: readonly { readonly base: number; readonly size: number; readonly code: 2 | 3 }[];
  readonly faults: readonly DeviceFault[];
}

export const plainSubordinate: SubordinateBehaviour = {
  stalls: { aw: [], w: [], ar: [], b: [], r: [] },
  latencies: [],
  picks: [],
  interleave: false,
  exclusive: true,
  errors: [],
  faults: [],
};
