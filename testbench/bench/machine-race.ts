/** The whole machine of the platform, on every kind of simulation of it: one recorded stimulus, the same outputs of all. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createModelMachine,
  createPlatform,
  type Machine,
  type PlatformParameters,
  platformParameters,
} from '../../model/hardware/platform/index.ts';
import { elaborate } from '../../rtl/hdl/index.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import { platform } from '../../rtl/platform/platform.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import { longestRunSeconds } from '../../synth/flow/targets.ts';
import { readNetlist } from '../../synth/yosys/index.ts';
import { runScenario } from '../boot/run.ts';
import { onMachine, readScenario } from '../boot/scenario.ts';
import { scenarioPath } from '../boot/shipped.ts';
import { compile, fromYosysNetlist } from '../simulator/index.ts';
import { modelRacer } from './model-racer.ts';
import { type BenchRow, compiledRacer, type RaceOptions, raceBuilt, resetCycles } from './race.ts';
import { type BuiltRace, buildVerilator, isInstalled } from './verilator.ts';

/** One processor, and the smallest parts: larger machines take minutes to compile. */
export const racedMachine = { processors: 1, unrolled: 1, princeRounds: 1, tlbEntries: 4, clients: 4 } as const;

/** What comes to the machine in a scenario, a record of inputs a cycle from power-on to the end of its programs. */
export interface MachineStimulus {
  readonly parameters: PlatformParameters;
  readonly stimulus: Uint32Array;
  readonly cycles: number;
}

/** A machine of which every cycle is stepped and its inputs kept. */
const recording = (machine: Machine, records: Uint32Array[]): Machine => ({
  layout: machine.layout,
  step(inputs, outputs) {
    records.push(inputs.slice());
    machine.step(inputs, outputs);
  },
});

/** Runs a scenario that ships, on the models. @throws Error where what it expects does not hold */
export const recordMachine = async (name: string): Promise<MachineStimulus> => {
  const path = scenarioPath(name);
  const scenario = onMachine(readScenario(readFileSync(path, 'utf8'), path, name), racedMachine);
  const records: Uint32Array[] = [];
  const { expectations } = await runScenario(
    (request = {}) => createPlatform('model', request, (p) => recording(createModelMachine(p), records)),
    scenario,
    [],
    { event: () => {}, record: () => {} },
  );
  const broken = expectations.find(({ held }) => !held);
  if (broken !== undefined) throw new Error(`${name}: '${broken.text}' does not hold: ${broken.why}`);
  const cycles = records.length;
  const words = records[0]?.length ?? 0;
  const stimulus = new Uint32Array(cycles * words);
  for (const [cycle, record] of records.entries()) stimulus.set(record, cycle * words);
  return { parameters: platformParameters(scenario.parameters), stimulus, cycles };
};

export type MachineSimulator = 'model' | 'rtl' | 'verilog' | 'verilator';

export interface MachineRaceOptions extends Omit<RaceOptions, 'cycles'> {
  /** Of the bare scenarios that ship. */
  readonly scenario: string;
  /** What is raced: the models with and without passing over idle cycles, the hardware compiled, its Verilog read back and compiled, Verilator on that Verilog. */
  readonly on: readonly MachineSimulator[];
}

/** Makes what is raced. @param directory for Verilator's files */
const makeRacers = async (
  { parameters, stimulus }: MachineStimulus,
  on: readonly MachineSimulator[],
  directory: string,
  tell: (line: string) => void,
): Promise<readonly BuiltRace[]> => {
  const racers: BuiltRace[] = [];
  if (on.includes('model'))
    for (const passesOver of [false, true]) racers.push(modelRacer(parameters, stimulus, resetCycles, passesOver));
  if (on.every((simulator) => simulator === 'model')) return racers;
  tell('elaborating the hardware');
  const module = elaborate(platform(parameters));
  const layout = portLayout(module);
  const top = module.name;
  if (on.includes('rtl')) {
    tell('compiling the hardware');
    racers.push(await compiledRacer('rtl', stimulus, () => compile(module, { checkProperties: false })));
  }
  const files = emitVerilog(module);
  if (on.includes('verilog')) {
    tell('reading the Verilog back and compiling it');
    const make = async () => {
      const netlist = await readNetlist(files, top, { flow: 'word', timeoutSeconds: longestRunSeconds });
      return compile(fromYosysNetlist(netlist, top), { checkProperties: false });
    };
    racers.push(await compiledRacer('verilog', stimulus, make));
  }
  if (on.includes('verilator')) {
    tell("building Verilator's simulation with g++, which takes many minutes");
    racers.push(buildVerilator({ files, top, layout, stimulus, resetCycles, compiler: 'g++', large: true, directory }));
  }
  return racers;
};

/**
 * Races what simulates the machine over what comes to it in a scenario, once in each round. Verilator is left out where it
 * is not installed.
 *
 * @throws Error when two of them disagree about the outputs
 */
export const raceMachine = async (options: MachineRaceOptions): Promise<readonly BenchRow[]> => {
  const design = `platform, ${options.scenario}`;
  const tell = (line: string): void => options.tell(`${design}: ${line}`);
  const installed = isInstalled('verilator') && isInstalled('g++');
  if (options.on.includes('verilator') && !installed) tell('verilator with g++ is not installed and is left out');
  const on = options.on.filter((simulator) => simulator !== 'verilator' || installed);
  tell('recording what comes to the machine');
  const recorded = await recordMachine(options.scenario);
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-race-'));
  try {
    const racers = await makeRacers(recorded, on, directory, tell);
    return raceBuilt(design, racers, { ...options, cycles: recorded.cycles });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
