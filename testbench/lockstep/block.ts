import type { Arbitrary } from 'fast-check';
import type { Module } from '../../rtl/hdl/ir.ts';
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import type { ParameterSchema, ParameterValue } from '../../rtl/parts/parameters.ts';
import type { Driver, Scoreboard } from './driver.ts';

export type BlockParameters = Readonly<Record<string, ParameterValue>>;

/** A hand-written model: see `Way` for what its functions do. */
export interface BlockModel {
  readonly layout: PortLayout;
  reset(): void;
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

/** One run of a block from power-on: what drives it, and what judges it. */
export interface Bench {
  readonly driver: Driver;
  readonly scoreboards: readonly Scoreboard[];
  /** Cycles after which the run is given up. */
  readonly limit: number;
}

/** A capture file's packet, as far as traffic needs it. */
export interface CapturedFrame {
  readonly data: Uint8Array;
}

/**
 * All that lockstep needs to know of a block. A scenario is plain data that says everything about one run; the same scenario always
 * makes the same run.
 */
export interface BlockUnderTest<Scenario = unknown> {
  readonly name: string;
  /** What the command line calls it, word by word, where that is not its name. */
  readonly command?: readonly string[];
  readonly schema: ParameterSchema;
  /** Checks parameters and fills in the defaults. Throws `ParameterError`. */
  resolve(values: BlockParameters): BlockParameters;
  /** The hardware, elaborated. */
  module(parameters: BlockParameters): Module;
  model(parameters: BlockParameters): BlockModel;
  /**
   * Random scenarios, shrinking towards few and plain things.
   * @param frames captured frames to mix into the traffic; empty for none.
   */
  scenarios(parameters: BlockParameters, frames: readonly CapturedFrame[]): Arbitrary<Scenario>;
  /** The scenario that plays a capture as it is; null for a block that takes no frames. */
  fromCapture(parameters: BlockParameters, frames: readonly CapturedFrame[]): Scenario | null;
  bench(scenario: Scenario, parameters: BlockParameters, layout: PortLayout): Bench;
  /** The scenario in a few lines for people. */
  describe(scenario: Scenario): readonly string[];
  /** The frames of a scenario, for a capture file; empty for a block that takes none. */
  frames(scenario: Scenario): readonly Uint8Array[];
  /** A value that `JSON.stringify` keeps whole. */
  toJson(scenario: Scenario): unknown;
  /** Throws `ReplayError` that says which part of the value is wrong. */
  fromJson(value: unknown): Scenario;
}
