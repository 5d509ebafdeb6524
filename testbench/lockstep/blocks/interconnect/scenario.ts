/** What one run of the interconnect is made of. */
import { plainSubordinate, type SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export type Lengths = readonly number[];

/** What is done at one manager's port. */
export interface ManagerPart {
  readonly transactions: readonly Transaction[];
  /** Transactions of it under way at once, in each direction. */
  readonly outstanding: number;
  /** Writes whose data may come before their addresses. */
  readonly lead: number;
  readonly stalls: { readonly w: Lengths; readonly b: Lengths; readonly r: Lengths };
}

/** A reset after so many cycles of traffic, counted from the end of the reset before, for so many. */
export interface ResetEvent {
  readonly after: number;
  readonly cycles: number;
}

export interface InterconnectScenario {
  /** Cycles of reset before anything else. */
  readonly initialReset: number;
  /** One for each manager. */
  readonly managers: readonly ManagerPart[];
  /** One for each subordinate. */
  readonly subordinates: readonly SubordinateBehaviour[];
  readonly resets: readonly ResetEvent[];
}

export const plainManager: ManagerPart = {
  transactions: [],
  outstanding: 64,
  lead: 0,
  stalls: { w: [], b: [], r: [] },
};

/** Transactions for the first managers, and subordinates that hold nothing up. */
export const plainScenario = (
  lists: readonly (readonly Transaction[])[],
  p: { readonly managers: number; readonly subordinates: number },
  change: Partial<InterconnectScenario> = {},
): InterconnectScenario => ({
  initialReset: 1,
  managers: Array.from({ length: p.managers }, (_, manager) => ({
    ...plainManager,
    transactions: lists[manager] ?? [],
  })),
  subordinates: Array.from({ length: p.subordinates }, () => plainSubordinate),
  resets: [],
  ...change,
});
