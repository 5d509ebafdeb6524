import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runYosys } from '../yosys/run-yosys.ts';
import { YosysError } from '../yosys/yosys-error.ts';
import { levelsOf } from './depth.ts';
import { mapDesign } from './map-design.ts';
import { placedClock, placementSteps } from './place-and-route.ts';
import { type SynthesisResult, synthesise, synthesisePeer } from './synthesise.ts';
import { targets } from './targets.ts';

const counter = `
\`line 20 "rtl/counter.ts" 0
module counter #(parameter WIDTH = 8) (input aclk, input aresetn, input enable, output reg [WIDTH-1:0] count);
\`line 23 "rtl/counter.ts" 0
  always @(posedge aclk)
    if (!aresetn) count <= 0;
    else if (enable) count <= count + 1;
endmodule
`;

const queue = `
module queue_memory(input aclk, input write, input [4:0] to, input [4:0] from, input [7:0] data, output reg [7:0] value);
  reg [7:0] words[0:31];
  always @(posedge aclk) begin
    if (write) words[to] <= data;
    value <= words[from];
  end
endmodule
module pair(input aclk, input write, input [4:0] to, input [4:0] from, input [7:0] data, output [7:0] sum);
  wire [7:0] first, second;
  queue_memory one(.aclk(aclk), .write(write), .to(to), .from(from), .data(data), .value(first));
  queue_memory two(.aclk(aclk), .write(write), .to(from), .from(to), .data(data), .value(second));
  assign sum = first + second;
endmodule
`;

/** From `data` through an adder and a choice, each on its own line, to the register. */
const chain = `
\`line 1 "rtl/chain.ts" 0
module chain(input aclk, input [7:0] data, input [7:0] other, output reg [7:0] chosen);
\`line 5 "rtl/chain.ts" 0
  wire [7:0] sum = data + other;
\`line 9 "rtl/chain.ts" 0
  wire [7:0] choice = sum[7] ? {sum[3:0], other[3:0]} ^ sum : {8{^sum}};
\`line 11 "rtl/chain.ts" 0
  always @(posedge aclk) chosen <= choice;
endmodule
`;

/** The tools share the machine with other tests. */
const patience = 300_000;

const target = (result: SynthesisResult, name: string) => {
  const report = result.targets.find((one) => one.target === name);
  if (report === undefined) throw new Error(`no report of ${name}`);
  return report;
};

describe('synthesise', () => {
  test(
    'counts a counter on every target',
    async () => {
      const labels: string[] = [];
      const result = await synthesise(
        {
          files: [{ path: 'counter.v', text: counter }],
          top: 'counter',
          block: 'counter',
          parameters: { width: 12 },
          verilogParameters: { WIDTH: 12 },
          place: false,
        },
        (done, total, label) => labels.push(`${done}/${total} ${label}`),
      );
      expect(result.targets.map((report) => report.target)).toEqual([...targets]);
      for (const report of result.targets) {
        expect(report.registers).toBe(12);
        expect(report.memories).toBe(0);
        expect(report.modules).toHaveLength(1);
        expect(report.modules[0]).toMatchObject({ module: 'counter', instances: 1, registers: 12 });
      }
      expect(target(result, 'ice40').cellsByType).toMatchObject({ SB_DFFESR: 12 });
      // One level for the whole carry chain, one for the table behind it.
      expect(target(result, 'xc7').depth).toBeLessThanOrEqual(2);
      // 12 flip-flops of 6, and gates.
      expect(result.gateEquivalents).toBeGreaterThan(72);
      expect(result.clock).toBeNull();
      expect(labels).toHaveLength(11);
      expect(labels.at(-1)).toMatch(/^11\/11 counter: /);
    },
    patience,
  );

  test(
    'finds memories, and counts modules by themselves',
    async () => {
      const result = await synthesise({
        files: [{ path: 'queue.v', text: queue }],
        top: 'pair',
        block: 'pair',
        parameters: {},
        place: false,
        targets: ['ice40', 'lut4'],
      });
      expect(result.memoryBits).toBe(2 * 32 * 8);
      expect(result.memories.map(({ words, width }) => [words, width])).toEqual([
        [32, 8],
        [32, 8],
      ]);
      expect(target(result, 'ice40').memories).toBe(2);
      expect(target(result, 'lut4').memories).toBe(0);
      expect(target(result, 'lut4').registers).toBe(2 * (32 * 8 + 8));
      const modules = target(result, 'ice40').modules.map(({ module, instances, memories }) => [
        module,
        instances,
        memories,
      ]);
      expect(modules).toContainEqual(['queue_memory', 2, 1]);
      expect(modules).toContainEqual(['pair', 1, 0]);
    },
    patience,
  );

  test(
    'maps modules that are kept by themselves, and puts them in their places',
    async () => {
      const request = { files: [{ path: 'queue.v', text: queue }], top: 'pair', block: 'pair', parameters: {} };
      const options = { place: false, targets: ['lut4'], modules: false } as const;
      const [flat, kept] = await Promise.all([
        synthesise({ ...request, ...options }),
        synthesise({ ...request, ...options, keep: ['queue_*'] }),
      ]);
      expect(kept.keep).toEqual(['queue_*']);
      const [one, other] = [target(flat, 'lut4'), target(kept, 'lut4')];
      // Two memories become registers, once each, and are both counted.
      expect(other.registers).toBe(2 * (32 * 8 + 8));
      expect(other.depth).toBeGreaterThanOrEqual(one.depth);
      expect(other.luts).toBeGreaterThanOrEqual(one.luts);
      expect(other.paths[0]?.levels).toBe(other.depth);
      expect(kept.gateEquivalents).toBeGreaterThanOrEqual(flat.gateEquivalents);
      await expect(synthesise({ ...request, ...options, keep: ['stack'] })).rejects.toThrow(
        "no module is called `stack'; modules: queue_memory, pair",
      );
      await expect(synthesise({ ...request, ...options, keep: ['a; b'] })).rejects.toThrow(
        "`a; b' is not a pattern of names of modules",
      );
    },
    patience,
  );

  test(
    'counts modules as often as a design has them, without making it one',
    async () => {
      const request = { files: [{ path: 'queue.v', text: queue }], top: 'pair', block: 'pair', parameters: {} };
      const options = { place: false, targets: ['lut4', 'ice40'], modules: false } as const;
      const [flat, counted] = await Promise.all([
        synthesise({ ...request, ...options }),
        synthesise({ ...request, ...options, hierarchical: true }),
      ]);
      expect(counted.keep).toEqual(['*']);
      expect(counted.memoryBits).toBe(flat.memoryBits);
      expect(counted.gateEquivalents).toBeGreaterThanOrEqual(flat.gateEquivalents);
      for (const name of ['lut4', 'ice40'] as const) {
        const [one, other] = [target(flat, name), target(counted, name)];
        expect(other.memories).toBe(one.memories);
        // On a chip, blocks of memory that are read alike share registers where the design is one.
        expect(other.registers).toBeGreaterThanOrEqual(one.registers);
        if (name === 'lut4') expect(other.registers).toBe(one.registers);
        expect(other.luts).toBeGreaterThanOrEqual(one.luts);
        expect(Object.values(other.cellsByType).reduce((sum, cells) => sum + cells, 0)).toBe(other.cells);
        expect(other.paths[0]?.levels).toBe(other.depth);
        const whole = other.modules.find(({ module }) => module === 'pair')?.whole;
        expect(whole).toEqual({ luts: other.luts, registers: other.registers, memories: other.memories });
        expect(other.modules.find(({ module }) => module === 'queue_memory')).toMatchObject({ instances: 2 });
      }
      await expect(synthesise({ ...request, ...options, hierarchical: true, keep: ['queue_*'] })).rejects.toThrow(
        'a hierarchical count makes no design of one piece',
      );
    },
    patience,
  );

  test(
    'tells the deepest path by TypeScript lines, from its start to its end',
    async () => {
      const result = await synthesise({
        files: [{ path: 'chain.v', text: chain }],
        top: 'chain',
        block: 'chain',
        parameters: {},
        place: false,
        targets: ['lut4', 'ice40'],
        modules: false,
      });
      for (const report of result.targets) {
        const path = report.paths[0];
        expect(path?.levels).toBe(report.depth);
        expect(path?.from.kind).toBe('input');
        expect(path?.to).toMatchObject({ kind: 'register', pin: 'data', source: { file: 'rtl/chain.ts', line: 1 } });
        expect(path?.to.name).toMatch(/^chosen\[\d+\]$/);
        expect(path?.lines.map(({ file, line }) => `${file}:${line}`)).toEqual(['rtl/chain.ts:5', 'rtl/chain.ts:9']);
      }
    },
    patience,
  );

  test('rejects an unknown target', async () => {
    const request = { files: [], top: 'a', block: 'a', parameters: {}, place: false };
    await expect(synthesise({ ...request, targets: ['max10' as 'lut4'] })).rejects.toThrow(
      "there is no target `max10'; targets: lut4, lut6, ice40, ecp5, xc7",
    );
  });
});

describe('the flow', () => {
  const design = { files: [{ path: 'chain.v', text: chain }], top: 'chain', parameters: {} };

  test.each([4, 6] as const)('equals the `synth -lut %i` of Yosys, and its depth that of `ltp`', async (inputs) => {
    const ours = await mapDesign(design, `lut${inputs}`, true);
    const theirs = await runYosys(
      [
        'read_verilog -sv chain.v',
        'hierarchy -check -top chain',
        'rename -top dut_top',
        `synth -flatten -top dut_top -lut ${inputs}`,
        'opt_clean -purge',
        'tee -q -o depth.txt ltp -noff',
        'write_json',
      ],
      { 'chain.v': chain },
    );
    const types = (cells: Readonly<Record<string, { readonly type: string }>> = {}): string[] =>
      Object.values(cells)
        .map((cell) => cell.type)
        .filter((type) => type !== '$scopeinfo')
        .sort();
    const netlist = JSON.parse(theirs.stdout) as typeof ours.cells;
    const module = ours.cells.modules.dut_top;
    if (module === undefined) throw new Error('the design is gone');
    expect(types(module.cells)).toEqual(types(netlist.modules.dut_top?.cells));
    expect(levelsOf(module).depth).toBe(Number(/length=(\d+)/.exec(theirs.files['depth.txt'] ?? '')?.[1]));
  });
});

describe('synthesisePeer', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcullis-peer-'));
    await writeFile(join(folder, 'widths.vh'), 'localparam WIDTH = 5;\n');
    await writeFile(
      join(folder, 'my peer.v'),
      'module peer(input clk, output reg [4:0] q);\n`include "widths.vh"\n  always @(posedge clk) q <= q + WIDTH;\nendmodule\n',
    );
    await writeFile(join(folder, 'broken.v'), 'module broken(input a);\n  assign = a;\nendmodule\n');
    await writeFile(join(folder, 'lost.v'), '`include "absent.vh"\nmodule lost; endmodule\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const reject = async (file: string, top: string, parameters = {}): Promise<string> => {
    const request = { paths: [join(folder, file)], top, parameters, place: false, targets: ['lut4'] as const };
    const error: unknown = await synthesisePeer(request).catch((reason: unknown) => reason);
    if (!(error instanceof YosysError)) throw new Error(`expected a YosysError, not ${String(error)}`);
    return error.message.replaceAll(folder, '.');
  };

  test('puts any Verilog through the flow, with the files that it includes', async () => {
    const result = await synthesisePeer({
      paths: [join(folder, 'my peer.v')],
      top: 'peer',
      place: false,
      targets: ['lut4'],
    });
    expect(result.block).toBe('peer');
    expect(result.targets[0]?.registers).toBe(5);
  });

  test('says in one line what is wrong with the request', async () => {
    expect(await reject('broken.v', 'broken')).toMatch(/^\.\/broken\.v:2: syntax error, unexpected/);
    expect(await reject('none.v', 'none')).toBe('./none.v: no such file');
    expect(await reject('lost.v', 'lost')).toBe('./absent.vh: no such file (included by lost.v)');
    expect(await reject('.', 'peer')).toBe('.: is a directory, not a Verilog file');
    expect(await reject('my peer.v', 'pear')).toBe("there is no module `pear' in 2 files; modules: peer");
    expect(await reject('my peer.v', 'peer', { WIDE: 1 })).toBe(
      "module `peer' has no parameter `WIDE'; parameters: none",
    );
  });
});

test('a design larger than the chip is not placed, and says why', async () => {
  const cell = (type: string) => ({
    hide_name: 1 as const,
    type,
    parameters: {},
    attributes: {},
    port_directions: {},
    connections: {},
  });
  const cells = Object.fromEntries(Array.from({ length: 7681 }, (_, index) => [`r${index}`, cell('SB_DFF')]));
  let steps = 0;
  const design = { files: [], top: 'large', parameters: {} };
  const clock = await placedClock(
    design,
    { attributes: {}, ports: { q: { direction: 'output', bits: [2] } }, cells, netnames: {} },
    () => {
      steps += 1;
    },
  );
  expect(clock.mhz).toBeNull();
  expect(clock.reason).toBe('does not fit an iCE40 HX8K (7,681 logic cells of 7,680 at least)');
  expect(steps).toBe(placementSteps);
});
