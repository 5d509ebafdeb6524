/** Simulators side by side on one design and one stimulus, in turn, so that a machine's mood is shared. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Module } from '../../rtl/hdl/ir.ts';
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import { compile, type Simulator } from '../simulator/index.ts';
import { processorSeconds } from './processor-seconds.ts';
import { type BuiltRace, buildVerilator, isInstalled } from './verilator.ts';

export interface BenchRow {
  readonly design: string;
  readonly simulator: string;
  readonly flags: string;
  /** A second of processor time, in the best round: other work on the machine only ever slows a run. */
  readonly cyclesPerSecond: number;
  /** Of cycles per second to those of Verilator built with g++; null where Verilator is not installed. */
  readonly ratioToVerilator: number | null;
  /** Of all outputs in all cycles; equal for all simulators of a design. */
  readonly checksum: number;
  /** From Verilog or the intermediate representation to the first cycle. */
  readonly buildSeconds: number;
}

/** A long reset, so that every simulator starts from the same state. */
export const resetCycles = 16;

/** A design that our simulator compiles, timed together with what leads to it. */
export const compiledRacer = async (
  name: string,
  stimulus: Uint32Array,
  make: () => Simulator | Promise<Simulator>,
): Promise<BuiltRace & { readonly layout: PortLayout }> => {
  const began = performance.now();
  const simulator = await make();
  const buildSeconds = (performance.now() - began) / 1000;
  const quiet = new Uint32Array(simulator.layout.inputWords);
  return {
    simulator: name,
    flags: 'WebAssembly, one thread',
    buildSeconds,
    layout: simulator.layout,
    run(cycles) {
      simulator.reset();
      simulator.run(quiet, resetCycles);
      const start = processorSeconds();
      const checksum = simulator.run(stimulus, cycles);
      return { seconds: processorSeconds() - start, checksum };
    },
  };
};

export interface RaceOptions {
  /** Cycles of each run. */
  readonly cycles: number;
  readonly rounds: number;
  /** Told what is being done. */
  readonly tell: (line: string) => void;
}

/** The mean that a factor of two either way leaves where it is; null for no values. */
export const geometricMean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Runs what was built, in turn. @throws Error when two simulators disagree about the outputs. */
export const raceBuilt = (design: string, racers: readonly BuiltRace[], options: RaceOptions): readonly BenchRow[] => {
  const results = racers.map(() => [] as { seconds: number; checksum: number }[]);
  for (let round = 0; round < options.rounds; round += 1) {
    options.tell(`${design}: round ${round + 1} of ${options.rounds}`);
    for (const [index, racer] of racers.entries()) results[index]?.push(racer.run(options.cycles));
  }
  const checksums = new Set(results.flat().map(({ checksum }) => checksum));
  if (checksums.size !== 1) {
    const seen = racers.map((racer, index) => `${racer.simulator} ${results[index]?.[0]?.checksum.toString(16)}`);
    throw new Error(`${design}: the simulators disagree about the outputs: ${seen.join(', ')}`);
  }
  const rates = results.map((runs) => Math.max(...runs.map(({ seconds }) => options.cycles / seconds)));
  const baseline = racers.findIndex(({ simulator }) => simulator === 'verilator (g++)');
  return racers.map((racer, index) => ({
    design,
    simulator: racer.simulator,
    flags: racer.flags,
    cyclesPerSecond: Math.round(rates[index] ?? 0),
    ratioToVerilator: baseline < 0 ? null : (rates[index] ?? 0) / (rates[baseline] ?? 1),
    checksum: results[index]?.[0]?.checksum ?? 0,
    buildSeconds: racer.buildSeconds,
  }));
};

/** @throws Error when two simulators disagree about the outputs. */
export const race = async (
  design: string,
  module: Module,
  stimulus: Uint32Array,
  options: RaceOptions,
): Promise<readonly BenchRow[]> => {
  const own = await compiledRacer('portcullis', stimulus, () => compile(module, { checkProperties: false }));
  const { layout } = own;
  const racers: BuiltRace[] = [own];
  const directories: string[] = [];
  try {
    for (const compiler of ['g++', 'clang++'] as const) {
      if (!isInstalled('verilator') || !isInstalled(compiler)) {
        options.tell(`${design}: verilator with ${compiler} is not installed and is left out`);
        continue;
      }
      options.tell(`${design}: building Verilator's simulation with ${compiler}`);
      const directory = mkdtempSync(join(tmpdir(), 'portcullis-race-'));
      directories.push(directory);
      const files = emitVerilog(module);
      racers.push(buildVerilator({ files, top: module.name, layout, stimulus, resetCycles, compiler, directory }));
    }
    return raceBuilt(design, racers, options);
  } finally {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
};
