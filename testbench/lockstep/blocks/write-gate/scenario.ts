/** What one run of the write gate is made of. */
import type { SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export type Lengths = readonly number[];

export interface ResetEvent {
  readonly after: number;
  readonly cycles: number;
}

export interface WriteGateScenario {
  readonly initialReset: number;
  readonly transactions: readonly Transaction[];
  /** Transactions of the device under way at once, in each direction. */
  readonly outstanding: number;
  /** Writes whose data may come before their addresses. */
  readonly lead: number;
  readonly stalls: {
    readonly w: Lengths;
    readonly b: Lengths;
    readonly r: Lengths;
    readonly registerWriteResponse: Lengths;
    readonly registerReadData: Lengths;
  };
  readonly memory: SubordinateBehaviour;
  /** Made during traffic. When they are done and nothing moves, every page is let go. */
  readonly accesses: readonly LiteAccess[];
  readonly resets: readonly ResetEvent[];
}
