import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Module } from '../../../rtl/hdl/ir.ts';
import { emitVerilog } from '../../../rtl/verilog/index.ts';
import { readNetlist, type VerilogFile } from '../../../synth/yosys/index.ts';
import { compile, fromYosysNetlist, UnsupportedCell } from '../index.ts';
import { randomModule, smallModule } from '../random-module.ts';
import { stimulusFor } from '../random-stimulus.ts';
import type { YosysNetlist } from './yosys-netlist.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/**
 * Registers begin in Verilog at their reset values, as in the simulator: with any other, memories could be written
 * otherwise before the first edge in reset has passed.
 */
const withBeginnings = (module: Module, files: readonly VerilogFile[]): VerilogFile[] => {
  const registers = new Map<string, string[]>();
  const collect = ({ name, signals, instances }: Module): void => {
    const values = signals.filter((signal) => signal.kind === 'register');
    registers.set(
      name,
      values.map((signal) => `${signal.name} = ${signal.width}'h${(signal.reset ?? 0n).toString(16)};`),
    );
    for (const instance of instances) collect(instance.module);
  };
  collect(module);
  return files.map(({ path, text }) => ({
    path,
    text: text.replace(/^module (\w+)[\s\S]*?^endmodule$/gm, (body: string, name: string) =>
      body.replace(/endmodule$/, `initial begin ${registers.get(name)?.join(' ')} end\nendmodule`),
    ),
  }));
};

const compare = async (module: Module, flow: 'word' | 'gates', seed: number): Promise<void> => {
  const files = withBeginnings(module, emitVerilog(module, { lines: true }));
  const netlist = await readNetlist(files, module.name, { flow });
  const [direct, read] = [compile(module), compile(fromYosysNetlist(netlist, module.name))];
  // Netlists know no signs of ports; their places are the same.
  expect(read.layout).toEqual(
    JSON.parse(JSON.stringify(direct.layout, (key, value: unknown) => (key === 'signed' ? undefined : value))),
  );
  const cycles = 100;
  const stimulus = stimulusFor(module, cycles, seed);
  const words = cycles * direct.layout.outputWords;
  const [expected, actual] = [new Uint32Array(words), new Uint32Array(words)];
  direct.run(stimulus, cycles, expected);
  read.run(stimulus, cycles, actual);
  expect(actual).toEqual(expected);
};

describe('netlists of emitted Verilog behave as the module they came from', () => {
  test.prop([fc.integer({ min: 0, max: 1_000_000 })], {
    numRuns: thorough ? 200 : 3,
    endOnFailure: true,
    examples: [[184_316]],
  })(
    'word level, with hierarchy',
    async (seed) => {
      await compare(randomModule(seed, { ...smallModule, unreset: false }), 'word', seed);
    },
    thorough ? 3_600_000 : 120_000,
  );

  // The examples: two reads of a memory that `share` would join into a combinational loop; a shift that `peepopt` would get wrong;
  // work of the simulator of which each part waits for another's.
  test.prop([fc.integer({ min: 0, max: 1_000_000 })], {
    numRuns: thorough ? 100 : 4,
    endOnFailure: true,
    examples: [[799_203], [118_111], [322_638]],
  })(
    'gate level',
    async (seed) => {
      await compare(randomModule(seed, { ...smallModule, unreset: false, maximumWidth: 40 }), 'gates', seed);
    },
    thorough ? 3_600_000 : 120_000,
  );
});

const oneCell = (
  type: string,
  parameters: Record<string, string>,
  connections: Record<string, number[]>,
): YosysNetlist => ({
  modules: {
    top: {
      attributes: {},
      ports: {
        aclk: { direction: 'input', bits: [2] },
        a: { direction: 'input', bits: [3] },
        y: { direction: 'output', bits: [4] },
      },
      cells: { one: { type, parameters, attributes: {}, connections } },
      netnames: {},
    },
  },
});

describe('what cannot be simulated is refused with the remedy', () => {
  test('a latch', () => {
    expect(() => fromYosysNetlist(oneCell('$_DLATCH_P_', {}, { E: [2], D: [3], Q: [4] }), 'top')).toThrow(
      UnsupportedCell,
    );
  });
  test('a falling edge', () => {
    expect(() => fromYosysNetlist(oneCell('$_DFF_N_', {}, { C: [2], D: [3], Q: [4] }), 'top')).toThrow(/falling edge/);
  });
  test('an unknown cell', () => {
    expect(() => fromYosysNetlist(oneCell('$div', {}, { A: [3], B: [3], Y: [4] }), 'top')).toThrow(/techmap/);
  });
  test('a missing module', () => {
    expect(() => fromYosysNetlist(oneCell('other', {}, {}), 'top')).toThrow(
      /no module 'other', which 'top' instantiates/,
    );
  });
});
