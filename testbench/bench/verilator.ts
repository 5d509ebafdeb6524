/** Builds Verilator's simulation of emitted Verilog, with a driver that replays recorded inputs and computes our checksum. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { checksumSourceCpp } from '../simulator/checksum.ts';

export interface BuiltRace {
  readonly simulator: string;
  readonly flags: string;
  /** Seconds that Verilator and the C++ compiler took. */
  readonly buildSeconds: number;
  /** Replays so many cycles, the stimulus again from its start where it is shorter; tells the seconds of processor time that it took. */
  run(cycles: number): { readonly seconds: number; readonly checksum: number };
}

const verilatorFlags = ['-O3', '--x-assign', 'fast', '--x-initial', 'fast', '--noassert'];
/** Files and functions that g++ can optimise in minutes: its time grows faster than a function does. */
const splitFlags = ['--output-split', '20000', '--output-split-cfuncs', '2000'];
/** A port may have a name that C++ has too. */
const quietFlags = ['-Wno-SYMRSVDWORD'];
const compilerFlags = '-O3 -march=native';

export const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

/** Reads a port's words into the simulation, in the form that Verilator gives ports of its width. */
const setPort = ({ width, word, words }: PortSlot, name: string): string => {
  if (width <= 32) return `top->${name} = in[${word}];`;
  if (width <= 64) return `top->${name} = (uint64_t)in[${word + 1}] << 32 | in[${word}];`;
  return `for (int i = 0; i < ${words}; i++) top->${name}[i] = in[${word} + i];`;
};

const sumPort = ({ width, word, words }: PortSlot, name: string): string => {
  if (width <= 32) return `sum += checksum_term(top->${name}, ${word});`;
  if (width <= 64) {
    return `sum += checksum_term((uint32_t)top->${name}, ${word}) + checksum_term((uint32_t)(top->${name} >> 32), ${word + 1});`;
  }
  return `for (int i = 0; i < ${words}; i++) sum += checksum_term(top->${name}[i], ${word} + i);`;
};

/** Outputs come from registers, so they are read before the edge and one evaluation an edge is enough. */
const mainSource = (layout: PortLayout, resetCycles: number, nameOf: (port: string) => string): string => `
#include "Vdut.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>
${checksumSourceCpp}
static void set_inputs(Vdut* top, const uint32_t* in) {
${layout.inputs.map((slot) => `  ${setPort(slot, nameOf(slot.name))}`).join('\n')}
}
static uint32_t sum_outputs(Vdut* top) {
  uint32_t sum = 0;
${layout.outputs.map((slot) => `  ${sumPort(slot, nameOf(slot.name))}`).join('\n')}
  return sum;
}
int main(int, char** argv) {
  const long cycles = atol(argv[2]);
  std::vector<uint32_t> stimulus;
  FILE* file = fopen(argv[1], "rb");
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  stimulus.resize(ftell(file) / 4);
  rewind(file);
  if (fread(stimulus.data(), 4, stimulus.size(), file) != stimulus.size()) return 2;
  fclose(file);
  const long stride = ${layout.inputWords};
  const long records = stimulus.size() / stride;
  std::vector<uint32_t> zero(stride, 0);
  Vdut* top = new Vdut;
  set_inputs(top, zero.data());
  for (int i = 0; i < ${resetCycles}; i++) {
    top->aclk = 0; top->eval();
    top->aclk = 1; top->eval();
  }
  top->aclk = 0; top->eval();
  uint32_t checksum = 0;
  const std::clock_t began = std::clock();
  for (long cycle = 0, record = 0; cycle < cycles; cycle++) {
    checksum = checksum_fold(checksum, sum_outputs(top));
    set_inputs(top, stimulus.data() + record * stride);
    if (++record == records) record = 0;
    top->aclk = 1; top->eval();
    top->aclk = 0; top->eval();
  }
  const std::clock_t took = std::clock() - began;
  printf("%.9f %u\\n", (double)took / CLOCKS_PER_SEC, checksum);
  delete top;
  return 0;
}
`;

const invoke = (command: string, args: readonly string[], directory: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr.slice(-2000)}`);
  return stdout;
};

/** @param compiler `g++` or `clang++`. */
export const buildVerilator = (request: {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly top: string;
  readonly layout: PortLayout;
  readonly stimulus: Uint32Array;
  readonly resetCycles: number;
  readonly compiler: 'g++' | 'clang++';
  /** Whether the design is so large that its C++ is made in many files of small functions. Default false. */
  readonly large?: boolean;
  readonly directory: string;
}): BuiltRace => {
  const { directory, compiler, layout, stimulus } = request;
  const flags = [...verilatorFlags, ...(request.large === true ? splitFlags : [])];
  mkdirSync(directory, { recursive: true });
  for (const { path, text } of request.files) writeFileSync(join(directory, path), text);
  writeFileSync(
    join(directory, 'stimulus.bin'),
    new Uint8Array(stimulus.buffer, stimulus.byteOffset, stimulus.byteLength),
  );
  const began = performance.now();
  const sources = request.files.map(({ path }) => path);
  invoke(
    'verilator',
    ['--cc', '--exe', ...flags, ...quietFlags, '--prefix', 'Vdut', '--top-module', request.top, ...sources, 'main.cpp'],
    directory,
  );
  // Names that C++ has too are changed.
  const header = readFileSync(join(directory, 'obj_dir', 'Vdut.h'), 'utf8');
  const nameOf = (port: string): string => (header.includes(`&__SYM__${port},`) ? `__SYM__${port}` : port);
  writeFileSync(join(directory, 'main.cpp'), mainSource(layout, request.resetCycles, nameOf));
  const optimise = ['OPT_FAST', 'OPT_SLOW', 'OPT_GLOBAL'].map((name) => `${name}=${compilerFlags}`);
  const jobs = `-j${availableParallelism()}`;
  invoke(
    'make',
    ['-s', jobs, '-C', 'obj_dir', '-f', 'Vdut.mk', `CXX=${compiler}`, `LINK=${compiler}`, ...optimise],
    directory,
  );
  const buildSeconds = (performance.now() - began) / 1000;
  return {
    simulator: `verilator (${compiler})`,
    flags: `${flags.join(' ')}; ${compiler} ${compilerFlags}`,
    buildSeconds,
    run(cycles) {
      const [seconds, checksum] = invoke(
        join(directory, 'obj_dir', 'Vdut'),
        ['stimulus.bin', String(cycles)],
        directory,
      )
        .trim()
        .split(' ')
        .map(Number);
      if (seconds === undefined || checksum === undefined) throw new Error('the simulation printed no result');
      return { seconds, checksum };
    },
  };
};
