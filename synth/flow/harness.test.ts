import { describe, expect, test } from 'vitest';

import { readNetlist } from '../yosys/read-netlist.ts';
import { runYosys } from '../yosys/run-yosys.ts';
import { harnessFor, harnessName } from './harness.ts';
import { synthesise } from './synthesise.ts';

const wide = `
module dut_top(input aclk, input aresetn, input [99:0] data, input valid, output reg [99:0] sum, output reg done);
  always @(posedge aclk) begin
    sum <= aresetn ? sum + data : 0;
    done <= valid;
  end
endmodule
`;

const netlistOf = async (text: string) => {
  const netlist = await readNetlist([{ path: 'wide.v', text }], 'dut_top', { flow: 'gates' });
  const module = netlist.modules.dut_top;
  if (module === undefined) throw new Error('the design is gone');
  return module;
};

describe('the frame around a design', () => {
  test('needs three pins for any width, and drives the clock apart from the inputs', async () => {
    const harness = harnessFor(await netlistOf(wide));
    expect(harness?.verilog).toContain('.\\aclk ({1{clock}})');
    expect(harness?.verilog).toContain('.\\data (stimulus[1 +: 100])');
    // 102 inputs, 101 outputs, folded by fours: 26, 7, 2, 1.
    expect(harness?.registers).toBe(102 + 101 + 26 + 7 + 2 + 1);
    const run = await runYosys(
      [
        'read_verilog -sv wide.v',
        'read_verilog -sv harness.v',
        `hierarchy -check -top ${harnessName}`,
        'proc',
        'check -assert',
        `select ${harnessName}`,
        'write_json -selected',
      ],
      { 'wide.v': wide, 'harness.v': harness?.verilog ?? '' },
    );
    const { modules } = JSON.parse(run.stdout) as { modules: Record<string, { ports: object }> };
    expect(Object.keys(modules[harnessName]?.ports ?? {})).toEqual(['clock', 'shift_in', 'shift_out']);
  });

  test('is refused to a design without outputs or with ports that go both ways', async () => {
    expect(harnessFor(await netlistOf('module dut_top(input a); wire b = a; endmodule'))).toBeNull();
    expect(
      harnessFor(await netlistOf("module dut_top(input a, inout b); assign b = a ? 1 : 1'bz; endmodule")),
    ).toBeNull();
  });
});

test.runIf(process.env.PORTCULLIS_THOROUGH === '1')(
  'places a design wider than the chip has pins',
  async () => {
    const request = {
      top: 'dut_top',
      block: 'wide',
      parameters: {},
      targets: ['ice40'],
      place: true,
      modules: false,
    } as const;
    const result = await synthesise({ ...request, files: [{ path: 'wide.v', text: wide.replaceAll('99', '299') }] });
    expect(result.clock?.reason).toBeNull();
    expect(result.clock?.seeds).toHaveLength(3);
    expect(result.clock?.slowestPath?.to).toMatch(/^sum/);
    // A carry chain of 300 bits cannot be quick, nor does the frame slow it down further than this.
    expect(result.clock?.mhz).toBeGreaterThan(15);
    expect(result.clock?.mhz).toBeLessThan(60);
  },
  900_000,
);

test('says why there is no clock', async () => {
  const request = {
    top: 'sink',
    block: 'sink',
    parameters: {},
    targets: ['ice40'],
    place: true,
    modules: false,
  } as const;
  const text =
    "module sink(input clk, input d, inout q); reg r; always @(posedge clk) r <= d; assign q = r ? 1 : 1'bz; endmodule";
  const result = await synthesise({ ...request, files: [{ path: 'sink.v', text }] });
  expect(result.clock).toMatchObject({ mhz: null, reason: 'it has no outputs, or ports that go both ways' });
}, 300_000);
