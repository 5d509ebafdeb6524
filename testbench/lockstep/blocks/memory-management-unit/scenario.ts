/** What one run of units, their keeper and two memories is made of. */
import { plainSubordinate, type SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export type Lengths = readonly number[];

/** An entry of a table, of 16 bytes, lowest word first. */
export interface TableEntry {
  /** Bit m for memory m. */
  readonly memories: number;
  /** Byte address in these memories. */
  readonly address: number;
  readonly words: readonly number[];
}

/** Whose register port: that of a unit, by its number, or the keeper's. */
export type Port = number | 'keeper';

/** What software does, one step after the other. */
export type Step =
  /** @param answered whether the next step waits for the answer. */
  | { readonly kind: 'access'; readonly port: Port; readonly access: LiteAccess; readonly answered: boolean }
  /** Reads a register until the bits of the mask are as in `value`. */
  | {
      readonly kind: 'until';
      readonly port: Port;
      readonly address: number;
      readonly mask: number;
      readonly value: number;
    }
  /** Writes to memory past the units, as another unit of the machine would. */
  | ({ readonly kind: 'store' } & TableEntry)
  | { readonly kind: 'rest'; readonly cycles: number }
  /** An empty memory is put in a memory's place. */
  | { readonly kind: 'replace'; readonly memory: 0 | 1 };

export interface UnitTraffic {
  /** Their addresses are virtual; the domain of each is its user signal, where the units have one. */
  readonly transactions: readonly Transaction[];
  /** Transactions under way at once, in each direction. */
  readonly outstanding: number;
  /** Writes whose data may come before their addresses. */
  readonly lead: number;
  readonly stalls: Readonly<Record<'w' | 'b' | 'r', Lengths>>;
}

/** A reset that comes after so many cycles of traffic, counted from the end of the reset before, for so many. */
export interface ResetEvent {
  readonly after: number;
  readonly cycles: number;
}

export interface SystemScenario {
  /** Cycles of reset before anything else. */
  readonly initialReset: number;
  /** What the memories hold at the beginning. */
  readonly tables: readonly TableEntry[];
  /** Done before the first transaction. */
  readonly settings: readonly Step[];
  /** Done while transactions flow. */
  readonly software: readonly Step[];
  /** One for each unit; a unit without one does nothing. */
  readonly traffic: readonly UnitTraffic[];
  readonly memories: readonly [SubordinateBehaviour, SubordinateBehaviour];
  /** Cycles from the request that a memory be reset to its acknowledgement, and from the end of the request to that of the acknowledgement. */
  readonly memoryReset: { readonly rise: number; readonly fall: number };
  readonly resets: readonly ResetEvent[];
  /** Of the register ports. */
  readonly registerStalls: Readonly<Record<'b' | 'r', Lengths>>;
  /** Cycles without anything moving after which the run ends. */
  readonly patience: number;
  /** Whether to be stuck is no fault: a memory may hang, and nobody takes it out of use. */
  readonly mayHang: boolean;
  /** Cycles of rest after the last transaction. */
  readonly rest: number;
  /** Whether the registers are read at the end. */
  readonly readBack: boolean;
}

export const plainTraffic: UnitTraffic = {
  transactions: [],
  outstanding: 16,
  lead: 0,
  stalls: { w: [], b: [], r: [] },
};

export const emptyScenario = (change: Partial<SystemScenario> = {}): SystemScenario => ({
  initialReset: 1,
  tables: [],
  settings: [],
  software: [],
  traffic: [],
  memories: [plainSubordinate, plainSubordinate],
  memoryReset: { rise: 2, fall: 2 },
  resets: [],
  registerStalls: { b: [], r: [] },
  patience: 3000,
  mayHang: false,
  rest: 0,
  readBack: true,
  ...change,
});
