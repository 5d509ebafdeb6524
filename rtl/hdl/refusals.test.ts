import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../verilog/index.ts';
import {
  bit,
  bits,
  blackBox,
  bundle,
  connect,
  elaborate,
  enumeration,
  input,
  type ModuleBody,
  module,
  output,
  record,
  stream,
  vector,
} from './index.ts';

const anything = (value: unknown): never => value as never;

describe('JavaScript operators on signals', () => {
  const uses: Record<string, (left: never, right: never) => unknown> = {
    '+': (left, right) => left + right,
    '-': (left) => -left,
    '~': (left) => ~left,
    '*': (left, right) => left * right,
    '<': (left, right) => left < right,
    '>>': (left, right) => left >> right,
    '**': (left) => left ** left,
    '`${}`': (left) => `${left}`,
    'Number()': (left) => Number(left),
    'a key': (left) => ({})[left],
  };
  test.for(Object.keys(uses))('%s is refused, on bits, records and streams', (name) => {
    elaborate(
      module('operators', { a: input(bits(8)), r: input(record({ x: bit })), s: input(stream(bits(8))) }, (io) => {
        io.s.ready.set(1);
        for (const value of [io.a, io.r, io.s])
          expect(() => uses[name]?.(anything(value), anything(value))).toThrow(/was used as a JavaScript/);
      }),
    );
  });
});

describe('names', () => {
  test('of modules are identifiers that no language reserves', () => {
    expect(() => elaborate(module('table', { y: output(bit) }, (io) => io.y.set(1)))).toThrow(
      /the module name 'table'/,
    );
    expect(() => elaborate(blackBox('9 lives', { y: output(bit) }))).toThrow(/the module name '9 lives'/);
  });
  test('of states are identifiers', () => {
    expect(() => enumeration('IN-FLIGHT', 'DONE')).toThrow(/the state name 'IN-FLIGHT' is not an identifier/);
  });
  test('of bundle fields do not hide what a bundle has', () => {
    expect(() => bundle({ fields: bit })).toThrow(/the field 'fields' hides/);
  });
  test('of variants keep clear of the names of other modules', () => {
    const word = (p: { width: number }) =>
      module('word', { y: output(bits(p.width)) }, (io) => io.y.set(0), { parameters: p });
    const other = module('word_width8', { y: output(bits(3)) }, (io) => io.y.set(1));
    const top = module('top', { a: output(bits(8)), b: output(bits(4)), c: output(bits(3)) }, (io, m) => {
      const u = m.instances({ eight: word({ width: 8 }), four: word({ width: 4 }), other });
      io.a.set(u.eight.y);
      io.b.set(u.four.y);
      io.c.set(u.other.y);
    });
    const names = emitVerilog(elaborate(top)).map((file) => file.module);
    expect(new Set(names).size).toBe(4);
    expect(names).toContain('word_width8');
  });
  test('of two variants are not one, though their parameters and base names join to the same', () => {
    const variant = (name: string, parameters: Record<string, number>, value: number) =>
      module(name, { y: output(bits(4)) }, (io) => io.y.set(value), { parameters });
    const top = module('top', { y: output(bits(4)) }, (io, m) => {
      const u = m.instances({
        a: variant('fifo', { x_y: 1 }, 1),
        b: variant('fifo', { x_y: 2 }, 2),
        c: variant('fifo_x', { y: 1 }, 3),
        d: variant('fifo_x', { y: 2 }, 4),
        e: variant('Fifo_X', {}, 5),
      });
      io.y.set([u.b.y, u.c.y, u.d.y, u.e.y].reduce<typeof u.a.y>((sum, each) => sum.add(each), u.a.y));
    });
    const files = emitVerilog(elaborate(top)).map(({ path }) => path.toLowerCase());
    expect(files).toContain('fifo_x_y1.v');
    expect(new Set(files).size).toBe(6);
  });
  test('of a module and a black box differ by more than capitals, and of two black boxes', () => {
    const box = (name: string) =>
      blackBox(name, { y: output(bit) }, { verilog: `module ${name}(output y); endmodule` });
    const pair = module('pair', { y: output(bit) }, (io, m) => {
      const u = m.instances({ left: box('Part_cell'), right: box('part_cell') });
      io.y.set(u.left.y.xor(u.right.y));
    });
    expect(() => elaborate(pair)).toThrow(/duplicate-module/);
    const top = module('top', { y: output(bit) }, (io, m) => {
      const u = m.instances({
        box: box('Part_cell'),
        own: module('PART_CELL', { y: output(bit) }, (inside) => inside.y.set(1)),
      });
      io.y.set(u.box.y.xor(u.own.y));
    });
    const files = emitVerilog(elaborate(top)).map(({ path }) => path.toLowerCase());
    expect(new Set(files).size).toBe(3);
    expect(files).toContain('part_cell.v');
  });
  test('of modules that no elaboration has named differ by more than capitals where files are written', () => {
    const part = (name: string, value: number) =>
      elaborate(module(name, { y: output(bits(4)) }, (io) => io.y.set(value)));
    const around = elaborate(
      module('around', { y: output(bits(4)) }, (io, m) => {
        const u = m.instances({
          a: module('part_one', { y: output(bits(4)) }, (inside) => inside.y.set(1)),
          b: module('part_two', { y: output(bits(4)) }, (inside) => inside.y.set(2)),
        });
        io.y.set(u.a.y.xor(u.b.y));
      }),
    );
    const [a, b] = around.instances;
    const holding = (names: readonly [string, string]) => ({
      ...around,
      instances: [
        { ...a!, module: part(names[0], 1) },
        { ...b!, module: part(names[1], 2) },
      ],
    });
    expect(emitVerilog(holding(['one', 'two']))).toHaveLength(3);
    for (const names of [['one', 'one'] as const, ['One', 'oNE'] as const, ['one', 'AROUND'] as const])
      expect(() => emitVerilog(holding(names))).toThrow(
        /duplicate-module: the module \w+ has the name of another module in this design\n.*refusals\.test\.ts/,
      );
  });
  test('of black boxes belong to one text', () => {
    const cell = (verilog: string) => blackBox('cell_of_two', { y: output(bit) }, { verilog });
    const top = module('top', { y: output(bit) }, (io, m) => {
      const u = m.instances({ left: cell('module cell_of_two(output y); endmodule'), right: cell('') });
      io.y.set(u.left.y.xor(u.right.y));
    });
    expect(() => elaborate(top)).toThrow(/duplicate-module/);
  });
});

test('what a module declares after its body has run is refused', () => {
  let kept: ModuleBody | null = null;
  const done = module('done', { y: output(bit) }, (io, m) => {
    kept = m;
    io.y.set(1);
  });
  const { signals } = elaborate(done);
  const late = kept as unknown as ModuleBody;
  expect(() => late.regs({ extra: { type: bit, reset: 0 } })).toThrow(/declaring register extra stands outside/);
  expect(signals.map((signal) => signal.name)).toEqual(['y']);
});

test('a module body is not async, and a port is an input or an output', () => {
  const late = module(
    'late',
    { y: output(bit, { default: 0 }) },
    anything(async () => Promise.resolve()),
  );
  expect(() => elaborate(late)).toThrow(/the body of module late is an async function/);
  expect(() => elaborate(module('bare', anything({ a: bits(8) }), () => undefined))).toThrow(
    /the port a takes input\(...\) or output\(...\), but was given the shape bits\(8\)/,
  );
});

describe('connect', () => {
  const joined = (left: ReturnType<typeof record>, right: ReturnType<typeof record>) =>
    module('joined', { left: input(left), right: output(right) }, (io) => connect(io.left, io.right));
  test('refuses fields in another order, and fields left over', () => {
    const pair = record({ x: bits(4), y: bits(4) });
    expect(() => elaborate(joined(pair, record({ y: bits(4), x: bits(4) })))).toThrow(/one is record/);
    expect(() => elaborate(joined(record({ x: bits(4), y: bits(4), z: bit }), pair))).toThrow(/cannot-connect/);
  });
  test('refuses states of another enumeration', () => {
    const states = { left: input(enumeration('A', 'B')), right: output(enumeration('C', 'D')) };
    expect(() => elaborate(module('states', states, (io) => connect(io.left, io.right)))).toThrow(
      /one is enumeration\(A, B\), the other enumeration\(C, D\)/,
    );
  });
});

test('a register without reset has no bits that are never set', () => {
  const half = module('half', { a: input(bits(4)), y: output(bits(8)) }, (io, m) => {
    const r = m.regs({ value: { type: bits(8), reset: 'none' } });
    r.value.slice(3, 0).set(io.a);
    io.y.set(r.value);
  });
  expect(() => elaborate(half)).toThrow(/register value\[7:4\] is never set/);
});

test('each field of a registered port has its own reset', () => {
  const inner = record({ id: bits(4), other_id: bits(4), pair: vector(record({ x: bits(2) }), 2) });
  const data = { id: 1, other_id: 2, pair: [{ x: 1 }, { x: 3 }] } as const;
  const source = module('source', { s: output.reg(stream(inner), { reset: { valid: 0, data } }) }, (io) => {
    io.s.valid.set(1);
    io.s.data.set({ id: 0, other_id: 0, pair: [{ x: 0 }, { x: 0 }] });
  });
  const resets = elaborate(source).signals.filter((signal) => signal.kind === 'register');
  expect(resets.map(({ name, reset }) => [name, reset])).toEqual([
    ['s_valid', 0n],
    ['s_id', 1n],
    ['s_other_id', 2n],
    ['s_pair_0_x', 1n],
    ['s_pair_1_x', 3n],
  ]);
});

test('thousands of wires may hang on each other, and expressions be as deep as is allowed', () => {
  const chain = module('chain', { a: input(bits(4)), y: output(bits(4)), z: output(bits(4)) }, (io, m) => {
    let wire = io.a;
    for (let index = 0; index < 4000; index += 1) {
      const link = m.named({ [`link_${index}`]: wire.add(1) });
      wire = link[`link_${index}`] ?? wire;
    }
    io.y.set(wire);
    let sum = io.a;
    for (let index = 0; index < 500; index += 1) sum = sum.add(io.a);
    io.z.set(sum);
  });
  expect(emitVerilog(elaborate(chain))).toHaveLength(1);
});

describe('what JavaScript would let pass', () => {
  const body = (faulty: (io: never, m: ModuleBody) => void) => (): void => {
    elaborate(
      module('faulty', { a: input(bit), s: input(stream(bits(8))), y: output(bit) }, (io, m) =>
        faulty(anything(io), m),
      ),
    );
  };
  const pair = record({ x: bit, y: bits(2) });
  const held = module('held', { d: input(pair), q: output(pair) }, (io) => io.q.set(io.d));
  const assign = (target: object, key: string) => Object.assign(target, { [key]: 0 });
  test.for<[string, () => void]>([
    ['a port', body((io) => assign(io, 'y'))],
    ['a port that is not there', body((io) => assign(io, 'typo'))],
    ['a part of a stream', body((io: { s: object }) => assign(io.s, 'ready'))],
    ['a register', body((_, m) => assign(m.regs({ r: { type: bit, reset: 0 } }), 'r'))],
    ['a field of a register', body((_, m) => assign(m.regs({ r: { type: record({ x: bit }), reset: 0 } }).r, 'x'))],
    ['a wire', body((_, m) => assign(m.wires({ w: { type: bit } }), 'w'))],
    ['an instance', body((_, m) => assign(m.instances({ held }), 'held'))],
    ['an input of an instance', body((_, m) => assign(m.instances({ held }).held, 'd'))],
    ['an output of an instance', body((_, m) => assign(m.instances({ held }).held, 'q'))],
    ["a field of an instance's record", body((_, m) => assign(m.instances({ held }).held.d, 'x'))],
  ])('%s is not assigned with =', ([, faulty]) => {
    expect(faulty).toThrow(/was assigned with =/);
  });

  test.for<[string, () => void]>([
    ['register r has no option rest', body((_, m) => m.regs(anything({ r: { type: bit, reset: 0, rest: 1 } })))],
    ['wire w has no option defualt', body((_, m) => m.wires(anything({ w: { type: bit, defualt: 0 } })))],
    [
      'memory t has no option readDuringWrit',
      body((_, m) => m.memories(anything({ t: { type: bit, depth: 2, readDuringWrit: 'new' } }))),
    ],
    [
      'ROM t has no option content',
      body((_, m) => m.roms(anything({ t: { type: bit, contents: [1], content: [1] } }))),
    ],
    ['output(...) has no option reset', () => output(bit, anything({ reset: 0 }))],
    ['output.reg(...) has no option rest', () => output.reg(bit, anything({ reset: 0, rest: 1 }))],
    ['module m has no option parameter', () => module('m', {}, () => undefined, anything({ parameter: {} }))],
    [
      "readDuringWrite of memory t takes 'old' or 'new' or 'undefined', but was given 'newest'",
      body((_, m) => m.memories(anything({ t: { type: bit, depth: 2, readDuringWrite: 'newest' } }))),
    ],
  ])('%s', ([message, faulty]) => {
    expect(faulty).toThrow(message);
  });

  test.for(['shiftLeft', 'shiftRight'] as const)('%s takes a number, and says so to a bigint', (operation) => {
    const shifted = (amount: unknown) =>
      body((io: { a: never }) => (io.a as { [key: string]: (n: unknown) => void })[operation]?.(amount));
    expect(shifted(2n)).toThrow(
      `${operation}(2n) was given a bigint, and an amount that is known is a number\n  write ${operation}(2)`,
    );
    expect(shifted(-2n)).toThrow(`${operation}(-2) shifts by -2 bits`);
  });

  test('a property has a name', () => {
    for (const flavour of ['assert', 'assume', 'cover'] as const)
      expect(body((io: { a: never }, m) => m[flavour](io.a, anything(undefined)))).toThrow(
        new RegExp(`m.${flavour}\\(condition, name\\) takes a name that says what holds`),
      );
  });
});
