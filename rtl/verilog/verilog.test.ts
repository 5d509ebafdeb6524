import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runYosys } from '../../synth/yosys/index.ts';
import {
  any,
  bit,
  bits,
  blackBox,
  concat,
  connect,
  elaborate,
  enumeration,
  input,
  log2Ceil,
  module,
  mux,
  output,
  record,
  type Shape,
  signed,
  stream,
  vector,
} from '../hdl/index.ts';
import { type EmitOptions, emitVerilog } from './index.ts';
import { isInstalled, withFiles } from './random/icarus.ts';

const counter = (p: { readonly width: number }) =>
  module(
    'counter',
    { enable: input(bit), value: output(bits(p.width)) },
    (io, m) => {
      const r = m.regs({ count: { type: bits(p.width), reset: 0 } });
      m.when(io.enable, () => r.count.set(r.count.add(1)));
      io.value.set(r.count);
    },
    { documentation: 'Counts the cycles in which `enable` is high, and wraps.', parameters: p },
  );

const fifo = <S extends Shape>(p: { readonly type: S; readonly depth: number }) =>
  module(
    'fifo',
    { push: input(stream(p.type)), pop: output(stream(p.type)) },
    (io, m) => {
      const address = bits(log2Ceil(p.depth));
      const { words } = m.memories({ words: { type: p.type, depth: p.depth } });
      const r = m.regs({
        head: { type: address, reset: 0 },
        tail: { type: address, reset: 0 },
        count: { type: bits(log2Ceil(p.depth + 1)), reset: 0 },
      });
      io.push.ready.set(r.count.ne(p.depth));
      io.pop.valid.set(r.count.isNonZero());
      io.pop.data.set(words.read(r.head));
      const { pushes, pops } = m.named({ pushes: io.push.fire(), pops: io.pop.fire() });
      const next = (pointer: typeof r.head) => mux(pointer.eq(p.depth - 1), 0, pointer.add(1));
      m.when(pushes, () => {
        words.write(r.tail, io.push.data);
        r.tail.set(next(r.tail));
      });
      m.when(pops, () => r.head.set(next(r.head)));
      m.when(pushes.and(pops.not()), () => r.count.set(r.count.add(1))).elseWhen(pops.and(pushes.not()), () =>
        r.count.set(r.count.subtract(1)),
      );
      m.assert(r.count.le(p.depth), 'never more words than there is room for');
    },
    { parameters: p },
  );

const state = enumeration('IDLE', 'SENDING', 'DONE');
const header = record({ id: bits(4), length: signed(8) });

const everything = () =>
  module(
    'everything',
    {
      request: input(stream(header)),
      reply: output(stream(header)),
      scale: input(signed(8)),
      index: input(bits(2)),
      total: output.reg(signed(16), { reset: -1 }),
      chosen: output(bits(8)),
      flags: output(bits(8)),
      word: output(bits(32)),
    },
    (io, m) => {
      const { queue, narrow } = m.instances({
        queue: fifo({ type: header, depth: 5 }),
        narrow: fifo({ type: bits(3), depth: 4 }),
      });
      connect(io.request, queue.push);
      connect(queue.pop, io.reply);
      const r = m.regs({
        state: { type: state, reset: state.IDLE },
        rows: { type: vector(bits(8), 4), reset: 'none' },
        last: { type: bits(32), reset: 'none' },
      });
      const w = m.wires({ marks: { type: bits(8), default: 0 } });
      const { image } = m.roms({ image: { type: bits(32), contents: [1, 2, 0xdead_beef, 4] } });
      const { store } = m.memories({ store: { type: bits(32), depth: 64, readDuringWrite: 'undefined' } });
      narrow.push.data.set(io.index.extend(3));
      narrow.push.valid.set(io.request.valid);
      narrow.pop.ready.set(1);
      m.match(r.state, {
        IDLE: () => m.when(io.request.fire(), () => r.state.set(state.SENDING)),
        SENDING: () => {
          w.marks.slice(3, 0).set(io.request.data.id);
          m.when(io.reply.fire(), () => r.state.set(state.DONE));
        },
        DONE: () => {
          r.rows.at(io.index).set(io.request.data.length.asBits());
          w.marks.at(io.index.extend(3)).set(1);
        },
      });
      m.when(io.request.valid, () => io.total.set(io.request.data.length.multiply(io.scale)));
      io.chosen.set(r.rows.at(io.index));
      io.flags.set(w.marks);
      const address = concat(io.request.data.id, io.index);
      store.write(address, concat(r.rows.get(0), r.rows.get(1), r.rows.get(2), r.rows.get(3)), io.request.data.id);
      m.when(any([io.request.valid, narrow.pop.valid]), () => r.last.set(store.read(address)));
      io.word.set(r.last.xor(image.read(io.index)).xor(image.fetch(io.index)));
    },
    { documentation: 'Something of everything.' },
  );

const files = (options: EmitOptions = {}) => emitVerilog(elaborate(everything()), options);
const asRecord = (options: EmitOptions = {}): Record<string, string> =>
  Object.fromEntries(files(options).map(({ path, text }) => [path, text]));

describe('emitted Verilog', () => {
  test('reads as a person would have written it', async () => {
    const [text] = emitVerilog(elaborate(counter({ width: 8 })));
    expect(text?.text).toMatchInlineSnapshot(`
      "// counter
      //
      // Counts the cycles in which \`enable\` is high, and wraps.
      //
      // Parameters:
      //   width = 8
      //
      // Made from rtl/verilog/verilog.test.ts; edit that file instead.
      \`default_nettype none

      module counter (
        input  wire aclk,
        input  wire aresetn,
        input  wire enable,
        output wire [7:0] value
      );

        reg [7:0] count;

        always @(posedge aclk) begin
          if (!aresetn) begin
            count <= 8'd0;
          end else if (enable) begin
            count <= count + 8'd1;
          end
        end

        assign value = count;

      endmodule

      \`default_nettype wire
      "
    `);
    for (const { path, text: each } of files()) await expect(each).toMatchFileSnapshot(`expected/${path}`);
  });

  test('is the same from run to run, and does not depend on the order of other designs', () => {
    const first = asRecord();
    elaborate(counter({ width: 3 }));
    expect(asRecord()).toEqual(first);
  });

  test.runIf(isInstalled('verilator', '--version'))('is clean under Verilator', () => {
    withFiles(asRecord(), (directory) => {
      const paths = files().map(({ path }) => join(directory, path));
      expect(
        spawnSync('verilator', ['--lint-only', '-Wall', '--top-module', 'everything', ...paths]).stderr.toString(),
      ).toBe('');
    });
  });

  test.runIf(isInstalled('iverilog', '-V'))('is clean under Icarus', () => {
    withFiles(asRecord(), (directory) => {
      const paths = files().map(({ path }) => join(directory, path));
      expect(spawnSync('iverilog', ['-g2005', '-Wall', '-o', '/dev/null', ...paths]).stderr.toString()).toBe('');
    });
  });

  test('passes the checks of Yosys, which finds its memories', async () => {
    const names = files()
      .map(({ path }) => path)
      .join(' ');
    const script = `read_verilog ${names}; hierarchy -check -top everything; proc; check -assert; memory_dff; memory_collect; select -list t:$mem_v2`;
    const { stdout } = await runYosys(script, asRecord(), { log: true });
    for (const memory of ['store', 'image', 'words']) expect(stdout).toMatch(new RegExp(`/${memory}\\b`));
  });
});

interface Netlist {
  readonly modules: Readonly<
    Record<
      string,
      {
        readonly cells: Readonly<
          Record<string, { readonly type: string; readonly attributes: { readonly src?: string } }>
        >;
      }
    >
  >;
}

describe('line directives', () => {
  let netlist: Netlist;
  beforeAll(async () => {
    const names = files()
      .map(({ path }) => path)
      .join(' ');
    const { stdout } = await runYosys(`read_verilog ${names}; proc; write_json`, asRecord({ lines: true }));
    netlist = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1)) as Netlist;
  });

  test('every cell that Yosys makes names a line of this file', () => {
    const cells = Object.values(netlist.modules).flatMap(({ cells: held }) => Object.values(held));
    expect(cells.length).toBeGreaterThan(40);
    const sources = cells.flatMap((cell) => (cell.attributes.src ?? 'none').split('|'));
    expect(sources.filter((source) => !source.startsWith('rtl/verilog/verilog.test.ts:'))).toEqual([]);
  });

  test('the multiplier is on the line of multiply', () => {
    const multiplier = Object.values(netlist.modules.everything?.cells ?? {}).find((cell) => cell.type === '$mul');
    const line = Number(multiplier?.attributes.src?.split(':')[1]?.split('.')[0]);
    expect(elaborate(everything()).body.length).toBeGreaterThan(0);
    expect(line).toBe(lineOf('io.total.set(io.request.data.length.multiply'));
  });
});

/** The number of the line of this file that holds a text. */
const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;
const source = readFileSync(new URL(import.meta.url), 'utf8').split('\n');

describe('properties', () => {
  test('are immediate assertions with names, where they are asked for', async () => {
    expect(JSON.stringify(asRecord())).not.toContain('assert');
    const texts = asRecord({ properties: true });
    const text = Object.values(texts).find((one) => one.includes('assert')) ?? '';
    expect(text).toContain("never_more_words_than_there_is_room_for: assert (count <= 3'd");
    const names = Object.keys(texts).join(' ');
    const script = `read_verilog -formal -sv ${names}; hierarchy -top everything; proc; select -list t:$check t:$assert`;
    const { stdout } = await runYosys(script, texts, { log: true });
    expect(stdout).toContain('never_more_words_than_there_is_room_for');
  });
});

describe('module names', () => {
  const pair = (left: number, right: number) =>
    module('pair', { go: input(bit), sum: output(bits(9)) }, (io, m) => {
      const u = m.instances({ left: counter({ width: left }), right: counter({ width: right }) });
      u.left.enable.set(io.go);
      u.right.enable.set(io.go);
      io.sum.set(u.left.value.resize(9).add(u.right.value.resize(9)));
    });
  test('modules of equal content are one module', () => {
    expect(emitVerilog(elaborate(pair(8, 8))).map((file) => file.module)).toEqual(['counter', 'pair']);
  });
  test('others are told apart by the parameters that differ', () => {
    expect(emitVerilog(elaborate(pair(8, 7))).map((file) => file.module)).toEqual([
      'counter_width8',
      'counter_width7',
      'pair',
    ]);
  });
  test('a black box keeps its name, and its text is emitted as it is', () => {
    const verilog = 'module buffer (input wire a, output wire y);\n  assign y = a;\nendmodule\n';
    const buffer = blackBox('buffer_cell', { a: input(bit), y: output(bit) }, { verilog });
    const around = module('around', { a: input(bit), y: output(bit) }, (io, m) => {
      const { u } = m.instances({ u: buffer });
      u.a.set(io.a);
      io.y.set(u.y);
    });
    expect(emitVerilog(elaborate(around)).map((file) => [file.path, file.text === verilog])).toEqual([
      ['buffer_cell.v', true],
      ['around.v', false],
    ]);
  });
});
