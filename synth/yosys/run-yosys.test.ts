import { describe, expect, test } from 'vitest';

import { readNetlist } from './read-netlist.ts';
import { runYosys } from './run-yosys.ts';
import { YosysError } from './yosys-error.ts';

const counter = `
\`line 10 "rtl/counter.ts" 0
module counter #(parameter WIDTH = 8) (input aclk, input aresetn, input enable, output reg [WIDTH-1:0] count);
\`line 12 "rtl/counter.ts" 0
  always @(posedge aclk)
    if (!aresetn) count <= 0;
    else if (enable) count <= count + 1;
endmodule
`;

const table = `
module table_of_bytes(input aclk, input write, input [3:0] address, input [7:0] data, output [7:0] value);
  reg [7:0] words[0:15];
  always @(posedge aclk) if (write) words[address] <= data;
  assign value = words[address];
endmodule
`;

const failure = async (promise: Promise<unknown>): Promise<YosysError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof YosysError)) throw new Error(`expected a YosysError, not ${String(error)}`);
  return error;
};

const cellTypes = (cells: Readonly<Record<string, { readonly type: string }>>): string[] =>
  [...new Set(Object.values(cells).map((cell) => cell.type))].sort();

describe('runYosys', () => {
  test('returns what a script writes to standard output and to files', async () => {
    const run = await runYosys(
      ['read_verilog counter.v', 'proc', 'tee -q -o folder/stat.txt stat -json', 'write_json'],
      {
        'counter.v': counter,
        'folder/kept.txt': 'as it was',
      },
    );
    expect(Object.keys((JSON.parse(run.stdout) as { modules: object }).modules)).toEqual(['counter']);
    expect(Object.keys(run.files)).toEqual(['folder/stat.txt']);
    expect(run.files['folder/stat.txt']).toContain('"num_cells"');
  });

  test('runs several scripts at once, each with its own files', async () => {
    const widths = [3, 5, 7, 9];
    const runs = await Promise.all(
      widths.map((width) =>
        runYosys(['read_verilog counter.v', `hierarchy -top counter -chparam WIDTH ${width}`, 'proc', 'write_json'], {
          'counter.v': counter,
        }),
      ),
    );
    runs.forEach((run, index) => {
      const netlist = JSON.parse(run.stdout) as { modules: Record<string, { ports: { count: { bits: unknown[] } } }> };
      expect(Object.values(netlist.modules)[0]?.ports.count.bits).toHaveLength(widths[index] ?? 0);
    });
  });

  test('names the TypeScript line of a syntax error', async () => {
    const error = await failure(runYosys('read_verilog a.v', { 'a.v': counter.replace('+ 1', '+') }));
    expect(error.source).toEqual({ file: 'rtl/counter.ts', line: 14 });
    expect(error.message).toBe("rtl/counter.ts:14: syntax error, unexpected ';'");
  });

  test('gives the reason of other failures in one line', async () => {
    expect((await failure(runYosys('read_verilog absent.v', {}))).message).toContain("`absent.v' not found");
    expect((await failure(runYosys('no_such_pass', {}))).message).toContain('No such command: no_such_pass');
  });

  test('ends a run that takes too long, and serves the next', async () => {
    const endless = ['read_verilog a.v', ...Array<string>(400).fill('synth -top counter')];
    const error = await failure(runYosys(endless, { 'a.v': counter }, { timeoutSeconds: 1 }));
    expect(error.message).toBe('Yosys was stopped: no answer in 1 s');
    expect((await runYosys(['read_verilog a.v', 'proc', 'write_json'], { 'a.v': counter })).stdout).toContain(
      'counter',
    );
  });
});

describe('readNetlist', () => {
  test('keeps operators and memories in the word flow', async () => {
    const netlist = await readNetlist([{ path: 'table.v', text: table }], 'table_of_bytes', { flow: 'word' });
    const cells = netlist.modules.table_of_bytes?.cells ?? {};
    expect(cellTypes(cells)).toContain('$mem_v2');
    const memory = Object.values(cells).find((cell) => cell.type === '$mem_v2');
    expect(memory?.parameters.RD_CLK_ENABLE).toBe('0');
  });

  test('infers no enables in the word flow', async () => {
    const netlist = await readNetlist([{ path: 'counter.v', text: counter }], 'counter', { flow: 'word' });
    expect(cellTypes(netlist.modules.counter?.cells ?? {})).toEqual(['$add', '$dff', '$mux']);
  });

  test('maps to gates and plain flip-flops in the gates flow', async () => {
    const options = { flow: 'gates', parameters: { WIDTH: 5 } } as const;
    const netlist = await readNetlist([{ path: 'counter.v', text: counter }], 'counter', options);
    const cells = Object.values(netlist.modules.counter?.cells ?? {});
    expect(cells.filter((cell) => cell.type === '$_DFF_P_')).toHaveLength(5);
    expect(cells.every((cell) => /^\$_[A-Z]+_$|^\$_DFF_P_$/.test(cell.type))).toBe(true);
  });

  test('turns small memories into flip-flops in the gates flow and leaves huge ones whole', async () => {
    const flipFlops = async (depth: number): Promise<{ flipFlops: number; memories: number }> => {
      const text = table.replace('[0:15]', `[0:${depth - 1}]`).replace('[3:0] address', '[15:0] address');
      const netlist = await readNetlist([{ path: 'table.v', text }], 'table_of_bytes', { flow: 'gates' });
      const types = Object.values(netlist.modules.table_of_bytes?.cells ?? {}).map((cell) => cell.type);
      return {
        flipFlops: types.filter((type) => type === '$_DFF_P_').length,
        memories: types.filter((type) => type === '$mem_v2').length,
      };
    };
    expect(await flipFlops(16)).toEqual({ flipFlops: 128, memories: 0 });
    expect(await flipFlops(65_536)).toEqual({ flipFlops: 0, memories: 1 });
  });

  test('teaches what is wrong with a request', async () => {
    const file = { path: 'my counter.v', text: counter };
    const message = async (top: string, parameters = {}, files = [file]): Promise<string> =>
      (await failure(readNetlist(files, top, { flow: 'word', parameters }))).message;
    expect(await message('timer')).toBe("there is no module `timer' in my counter.v; modules: counter");
    expect(await message('counter', { DEPTH: 3 })).toBe("module `counter' has no parameter `DEPTH'; parameters: WIDTH");
    expect(await message('counter', { WIDTH: 2.5 })).toContain('whole number');
    expect(await message('counter', { WIDTH: '";' })).toContain('not allowed');
    expect(await message('counter; exec', {})).toContain('not a name of a module');
    expect(await message('counter', {}, [])).toBe('no Verilog file was given');
    const empty = { path: 'empty.v', text: 'module empty(input a); endmodule' };
    expect(await message('empty', {}, [empty])).toBe("module `empty' holds nothing but ports");
  });
});
