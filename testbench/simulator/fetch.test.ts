/** A fetch from a memory, with and without `enable`, in every way that runs a design, against what its words promise. */
import { describe, expect, test } from 'vitest';
import { type Bits, bit, bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import { isInstalled, runIcarus } from '../../rtl/verilog/random/icarus.ts';
import { readNetlist } from '../../synth/yosys/index.ts';
import { compile, fromYosysNetlist } from './index.ts';
import { Random } from './random.ts';

/** Not a power of two: addresses 6 and 7 hold nothing. */
const depth = 6;

const fetches = elaborate(
  module(
    'fetches',
    {
      at: input(bits(3)),
      get: input(bit),
      to: input(bits(3)),
      data: input(bits(8)),
      mask: input(bits(2)),
      old_always: output(bits(8)),
      old_enabled: output(bits(8)),
      new_always: output(bits(8)),
      new_enabled: output(bits(8)),
      old_within: output(bits(8)),
      new_within: output(bits(8)),
    },
    (io, m) => {
      const within: Bits<8>[] = [];
      const { earlier, later } = m.memories({
        earlier: { type: bits(8), depth, readDuringWrite: 'old', contents: [0x11n, 0x22n] },
        later: { type: bits(8), depth, readDuringWrite: 'new', contents: [0x11n, 0x22n] },
      });
      for (const words of [earlier, later]) words.write(io.to, io.data, io.mask);
      io.old_always.set(earlier.fetch(io.at));
      io.old_enabled.set(earlier.fetch(io.at, io.get));
      io.new_always.set(later.fetch(io.at));
      io.new_enabled.set(later.fetch(io.at, io.get));
      // A branch enables as the argument does.
      m.when(io.get, () => within.push(earlier.fetch(io.at), later.fetch(io.at)));
      const [old, fresh] = within;
      if (old !== undefined) io.old_within.set(old);
      if (fresh !== undefined) io.new_within.set(fresh);
    },
  ),
);

const inputs = ['at', 'get', 'to', 'data', 'mask'] as const;
type Cycle = Readonly<Record<(typeof inputs)[number], number>>;

/** The first cycle fetches everywhere, so that every output is known from then on. */
const stimulus = (cycles: number): readonly Cycle[] => {
  const random = new Random(7);
  return Array.from({ length: cycles }, (_, cycle) => {
    const at = random.below(8);
    // The word that is fetched is often the one that is written.
    const to = random.below(2) === 0 ? at : random.below(8);
    return { at, get: cycle === 0 ? 1 : random.below(2), to, data: random.below(256), mask: random.below(4) };
  });
};

/** The outputs in each cycle but the first, by the words of the language alone. */
const expected = (cycles: readonly Cycle[]): readonly string[] => {
  const words = Array.from({ length: depth }, (_, address) => [0x11, 0x22][address] ?? 0);
  const shown = [0, 0, 0, 0, 0, 0];
  return cycles
    .map(({ at, get, to, data, mask }) => {
      const line = shown.join(' ');
      const old = words[at] ?? 0;
      if (to < depth) {
        const lanes = (mask & 1 ? 0x0f : 0) | (mask & 2 ? 0xf0 : 0);
        words[to] = ((words[to] ?? 0) & ~lanes) | (data & lanes);
      }
      const written = words[at] ?? 0;
      shown[0] = old;
      shown[2] = written;
      if (get === 1) [shown[1], shown[3], shown[4], shown[5]] = [old, written, old, written];
      return line;
    })
    .slice(1);
};

const outputs = ['old_always', 'old_enabled', 'new_always', 'new_enabled', 'old_within', 'new_within'] as const;

const simulated = (simulator: ReturnType<typeof compile>, cycles: readonly Cycle[]): readonly string[] =>
  cycles
    .map((cycle) => {
      Object.assign(simulator.in, cycle, { aresetn: 1 });
      simulator.settle();
      const line = outputs.map((name) => simulator.out[name]).join(' ');
      simulator.step();
      return line;
    })
    .slice(1);

const cycles = stimulus(400);
const texts = Object.fromEntries(emitVerilog(fetches).map(({ path, text }) => [path, text]));

describe('a fetched word is as its memory promises', () => {
  test.each(['wasm', 'javascript'] as const)('compiled to %s', (backend) => {
    expect(simulated(compile(fetches, { backend }), cycles)).toEqual(expected(cycles));
  });

  test.each(['word', 'gates'] as const)('in the Verilog as Yosys reads it back, %s level', async (flow) => {
    const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
    const netlist = await readNetlist(files, fetches.name, { flow });
    expect(simulated(compile(fromYosysNetlist(netlist, fetches.name)), cycles)).toEqual(expected(cycles));
  });

  test.runIf(isInstalled('iverilog', '-V'))('in Icarus Verilog', () => {
    const widths = { at: 3, get: 1, to: 3, data: 8, mask: 2 };
    const bench = [
      'module test_bench;',
      '  reg aclk = 0; reg aresetn = 1;',
      ...inputs.map((name) => `  reg [${widths[name] - 1}:0] ${name};`),
      ...outputs.map((name) => `  wire [7:0] ${name};`),
      `  fetches it (.aclk(aclk), .aresetn(aresetn), ${[...inputs, ...outputs].map((name) => `.${name}(${name})`).join(', ')});`,
      '  initial begin',
      ...cycles.flatMap((cycle) => [
        ...inputs.map((name) => `    ${name} = ${cycle[name]};`),
        `    #1 $display("${outputs.map(() => '%0d').join(' ')}", ${outputs.join(', ')}); #1 aclk = 1; #1 aclk = 0;`,
      ]),
      '  end',
      'endmodule',
    ].join('\n');
    const printed = runIcarus({ ...texts, 'bench.v': bench }, 'test_bench')
      .trim()
      .split('\n')
      .slice(1);
    expect(printed).toEqual(expected(cycles));
  });
});
