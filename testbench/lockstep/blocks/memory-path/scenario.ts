/** What one run of the memory path is made of. */
import { plainSubordinate, type SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export type Lengths = readonly number[];

export interface Stalls {
  readonly writeData: Lengths;
  readonly writeResponse: Lengths;
  readonly readData: Lengths;
  readonly registerWriteResponse: Lengths;
  readonly registerReadData: Lengths;
}

/** Something that happens after so many cycles of traffic, counted from the end of the reset before, for so many. */
export interface Event {
  readonly after: number;
  readonly cycles: number;
}

/** What the scanner looks for, and where. */
export interface Scan {
  readonly form: number;
  /** Address in bytes, a multiple of 64. */
  readonly address: number;
  readonly lines: number;
  /** The pattern's words. */
  readonly low: number;
  readonly high: number;
}

/** A scan whose pattern is in memory. */
export interface HeldScan extends Scan {
  /** Which word of 8 bytes differs, and in which bit. */
  readonly different: { readonly word: number; readonly bit: number } | null;
}

export interface MemoryPathScenario {
  /** Cycles of reset before anything else. */
  readonly initialReset: number;
  /** What memory holds at the start, encrypted by the forms of the settings. */
  readonly held: readonly HeldScan[];
  /** Made before the first transaction: keys, forms. */
  readonly settings: readonly LiteAccess[];
  /** Their addresses are of the memory; the form of each is its user signal, or above the address. */
  readonly transactions: readonly Transaction[];
  /** Transactions of the processor under way at once, in each direction. */
  readonly outstanding: number;
  /** Writes whose data may come before their addresses. */
  readonly lead: number;
  readonly memory: SubordinateBehaviour;
  /** Made while transactions flow. */
  readonly accesses: readonly LiteAccess[];
  readonly tampers: readonly Event[];
  readonly resets: readonly Event[];
  readonly stalls: Stalls;
  /** Cycles of rest after the last transaction. */
  readonly rest: number;
  /** Whether the registers that the hardware changes are read at the end. */
  readonly readBack: boolean;
}

export const noStalls: Stalls = {
  writeData: [],
  writeResponse: [],
  readData: [],
  registerWriteResponse: [],
  registerReadData: [],
};

export const emptyScenario = (change: Partial<MemoryPathScenario> = {}): MemoryPathScenario => ({
  initialReset: 1,
  held: [],
  settings: [],
  transactions: [],
  outstanding: 16,
  lead: 0,
  memory: plainSubordinate,
  accesses: [],
  tampers: [],
  resets: [],
  stalls: noStalls,
  rest: 0,
  readBack: true,
  ...change,
});
