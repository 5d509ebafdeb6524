/** What one run of the resource access controller is made of. */
import { plainSubordinate, type SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess, LiteWrite } from '../../axi/lite-manager.ts';

/** Lengths in cycles of going and stopping, in turn, repeated; empty: always go. */
export type Lengths = readonly number[];

/** An AXI4 memory behind a port, what goes wrong with it, and how it takes a reset. */
export interface DeviceScript {
  readonly behaviour: SubordinateBehaviour;
  /** Cycles from a reset request to its acknowledgement; null: it is never acknowledged. */
  readonly acknowledge: number | null;
  /** Cycles from the end of the request to the end of the acknowledgement. */
  readonly release: number;
  /** Whether the faults come again after a reset, counted from its end. */
  readonly relapses: boolean;
}

/** What software does whenever the interrupt is raised. */
export interface Recovery {
  /** Cycles between the interrupt and the first access. */
  readonly delay: number;
  /** Whether devices are reset. */
  readonly resets: boolean;
  /** Whether ports and resources are put back into service. */
  readonly readmits: boolean;
  /** Whether the log is cleared. */
  readonly clears: boolean;
}

export interface Stalls {
  readonly writeData: Lengths;
  readonly writeResponse: Lengths;
  readonly readData: Lengths;
  readonly registerWriteResponse: Lengths;
  readonly registerReadData: Lengths;
}

export interface Interrupts {
  readonly cycles: number;
  readonly mask: number;
}

export interface MidReset {
  /** Cycles of traffic before it, counted from the end of the reset before. */
  readonly after: number;
  readonly cycles: number;
}

export interface RacScenario {
  /** Cycles of reset before anything else. */
  readonly initialReset: number;
  /** Written before the first transaction. */
  readonly settings: readonly LiteWrite[];
  readonly transactions: readonly Transaction[];
  /** Transactions of the processor under way at once, in each direction. */
  readonly outstanding: number;
  /** Writes whose data may come before their addresses. */
  readonly lead: number;
  /** One for each port. */
  readonly devices: readonly DeviceScript[];
  readonly recovery: Recovery | null;
  /** Made while transactions flow. */
  readonly accesses: readonly LiteAccess[];
  /** The device interrupts over time, repeated; empty: none. */
  readonly interrupts: readonly Interrupts[];
  readonly stalls: Stalls;
  readonly resets: readonly MidReset[];
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

export const healthyDevice: DeviceScript = {
  behaviour: plainSubordinate,
  acknowledge: 2,
  release: 1,
  relapses: false,
};

export const emptyScenario = (ports: number, change: Partial<RacScenario> = {}): RacScenario => ({
  initialReset: 1,
  settings: [],
  transactions: [],
  outstanding: 16,
  lead: 0,
  devices: Array.from({ length: ports }, () => healthyDevice),
  recovery: null,
  accesses: [],
  interrupts: [],
  stalls: noStalls,
  resets: [],
  rest: 0,
  readBack: true,
  ...change,
});
