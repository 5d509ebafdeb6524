/** What a platform needs of a machine, however it is built. */
import type { PortLayout } from '../primitives/ports.ts';

/** A machine with the ports of `platformPortList`. Outputs depend on the state only. */
export interface Machine {
  readonly layout: PortLayout;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
  /**
   * For how many cycles from now nothing happens in it, if its inputs stay as in the cycle that was stepped last.
   * Counters that run on are not counted as happening. Left out by machines that cannot tell.
   */
  rest?(): number;
  /** Passes over so many cycles, at most `rest()`. */
  skip?(cycles: number): void;
  close?(): void;
}
