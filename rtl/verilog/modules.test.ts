import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModuleInterpreter } from '../hdl/interpreter.ts';
import type { Module } from '../hdl/ir.ts';
import { emitVerilog } from './index.ts';
import { isInstalled, runIcarus, withFiles } from './random/icarus.ts';
import { RandomModules } from './random/modules.ts';
import { Random } from './random/random.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const designs = thorough ? 150 : 8;
const cycles = 50;

interface Cycle {
  readonly reset: boolean;
  readonly inputs: Readonly<Record<string, bigint>>;
}

const stimulusFor = (module: Module, random: Random): Cycle[] =>
  Array.from({ length: cycles }, (_, cycle) => ({
    reset: cycle < 2 || random.chance(20),
    inputs: Object.fromEntries(
      module.signals
        .filter((signal) => signal.port === 'input')
        .map((signal) => [signal.name, random.bits(signal.width)]),
    ),
  }));

const outputsOf = (module: Module) => module.signals.filter((signal) => signal.port === 'output');

/** The outputs before each edge, from the third cycle on, when everything is known. */
const interpret = (module: Module, stimulus: readonly Cycle[]): string[] => {
  const interpreter = new ModuleInterpreter(module);
  const lines: string[] = [];
  for (const { reset, inputs } of stimulus) {
    interpreter.set(inputs);
    interpreter.settle();
    lines.push(
      outputsOf(module)
        .map((signal) => interpreter.get(signal.name).toString(2).padStart(signal.width, '0'))
        .join(' '),
    );
    interpreter.step({ reset });
  }
  return lines.slice(2);
};

/** Registers begin as in the interpreter: in hardware that holds anything, memories could be written before the first reset. */
const beginnings = (module: Module, path: string): string[] => [
  ...module.signals
    .filter((signal) => signal.kind === 'register')
    .map((signal) => `    ${path}.${signal.name} = ${signal.width}'h${(signal.reset ?? 0n).toString(16)};`),
  ...module.instances.flatMap((instance) => beginnings(instance.module, `${path}.${instance.name}`)),
];

const testBench = (module: Module, stimulus: readonly Cycle[]): string => {
  const inputs = module.signals.filter((signal) => signal.port === 'input');
  const outputs = outputsOf(module);
  const names = [...inputs, ...outputs].map((signal) => `.${signal.name}(${signal.name})`);
  const steps = stimulus.flatMap((cycle) => [
    `    aresetn = 1'b${cycle.reset ? 0 : 1};`,
    ...inputs.map(
      (signal) => `    ${signal.name} = ${signal.width}'h${(cycle.inputs[signal.name] ?? 0n).toString(16)};`,
    ),
    `    #1 $display("${outputs.map(() => '%b').join(' ')}", ${outputs.map((signal) => signal.name).join(', ')});`,
    '    aclk = 1; #1 aclk = 0;',
  ]);
  return [
    'module test_bench;',
    '  reg aclk = 0;',
    '  reg aresetn = 0;',
    ...inputs.map((signal) => `  reg [${signal.width - 1}:0] ${signal.name};`),
    ...outputs.map((signal) => `  wire [${signal.width - 1}:0] ${signal.name};`),
    `  ${module.name} it (.aclk(aclk), .aresetn(aresetn), ${names.join(', ')});`,
    '  initial begin',
    '    #1;',
    ...beginnings(module, 'it'),
    ...steps,
    '    $finish;',
    '  end',
    'endmodule',
    '',
  ].join('\n');
};

/** In the thorough run among the others: a memory written before the first reset, a word that says how far to shift. */
const telling = [1002, 1021];
const seeds = thorough
  ? Array.from({ length: designs }, (_, index) => index + 1000)
  : [...Array.from({ length: designs }, (_, index) => index + 1), ...telling];

describe('random sequential modules', () => {
  test.runIf(isInstalled('iverilog', '-V')).for(seeds)(
    'run in Icarus as in the reference interpreter, seed %i',
    (seed) => {
      const random = new Random(seed);
      const module = new RandomModules(random).module('random', 1);
      const stimulus = stimulusFor(module, random);
      const files = Object.fromEntries(emitVerilog(module).map((file) => [file.path, file.text]));
      const printed = runIcarus({ ...files, 'test_bench.v': testBench(module, stimulus) }, 'test_bench')
        .trim()
        .split('\n')
        .slice(2);
      expect(printed).toEqual(interpret(module, stimulus));
    },
  );

  test.runIf(isInstalled('verilator', '--version')).for(seeds.slice(0, thorough ? 40 : 4))(
    'are text that Verilator takes without error, seed %i',
    (seed) => {
      const module = new RandomModules(new Random(seed)).module('random', 1);
      const files = Object.fromEntries(emitVerilog(module).map((file) => [file.path, file.text]));
      withFiles(files, (directory) => {
        const paths = Object.keys(files).map((name) => join(directory, name));
        // What is constant, out of range and never used is random here; widths and everything else are the printer's.
        const quiet = ['CMPCONST', 'UNSIGNED', 'UNOPTFLAT', 'UNUSED', 'CASEOVERLAP', 'SELRANGE'].map(
          (rule) => `-Wno-${rule}`,
        );
        const { stderr } = spawnSync('verilator', [
          '--lint-only',
          '-Wall',
          ...quiet,
          '--top-module',
          module.name,
          ...paths,
        ]);
        expect(stderr.toString()).toBe('');
      });
    },
  );
});
