/** What a unit tells the keeper and software of a cycle. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import type { Slot } from './slots.ts';

/** The events of a cycle, gathered; sets of memories. */
export class Events {
  error = 0;
  failure = 0;
  timeout = 0;
  failovers = 0;
  restarts = 0;
  hits = 0;
  misses = 0;
  differences = 0;
  /** The slot of a pair that differed, and the number of that beat. */
  different: { readonly slot: Slot; readonly beat: number } | undefined;
  /** Slots whose last beat or answer is a fault. */
  readFault: Slot | undefined;
  writeFault: Slot | undefined;
  writeCause = 0;

  clear(): void {
    this.error = 0;
    this.failure = 0;
    this.timeout = 0;
    this.failovers = 0;
    this.restarts = 0;
    this.hits = 0;
    this.misses = 0;
    this.differences = 0;
    this.different = undefined;
    this.readFault = undefined;
    this.writeFault = undefined;
  }
}
