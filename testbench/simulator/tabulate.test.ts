import { expect, test } from 'vitest';
import { type Bits, bits, concat, elaborate, input, module, output, signed } from '../../rtl/hdl/index.ts';
import { aes } from '../../rtl/parts/cipher/aes.ts';
import { buildDesign } from './elaborate-design.ts';
import { compile } from './index.ts';
import { stimulusFor } from './random-stimulus.ts';
import { tabulated } from './tabulate.ts';

const tablesOf = (top: Parameters<typeof buildDesign>[0]): number =>
  tabulated(buildDesign(top, { wordWidth: 64, traceAll: false, properties: false })).graph.table.tables.length;

/** All operations that tables know, over the same six bits, in ways that do not fold. */
const mixed = elaborate(
  module(
    'mixed',
    { a: input(bits(3)), b: input(signed(3)), y: output(bits(12)), z: output(signed(4)), w: output(bits(5)) },
    (io, m) => {
      const b = io.b.asBits();
      const sum: Bits = io.a.add(b).xor(io.a.and(b)).or(io.a.subtract(b).not());
      const { chosen } = m.wires({ chosen: { type: bits(3), default: 5 } });
      m.matchBits(io.a.xor(b), [
        [1, () => chosen.set(sum.resize(3))],
        [[2, 6], () => chosen.set(io.a)],
      ]);
      io.y.set(concat(chosen, sum, io.a.lt(b), io.a.eq(b), sum.reduceXor(), io.a.add(sum.resize(3))).resize(12));
      io.z.set(io.b.extend(4).add(io.a.asSigned().extend(4)));
      io.w.set(concat(io.a.bit(0).repeat(3), io.b.lt(io.a.asSigned()), io.a.lt(b)).resize(5));
    },
  ),
);

test.each(['wasm', 'javascript'] as const)('tables say what the logic says, for every input: %s', (backend) => {
  const [logic, tables] = (['nowhere', 'everywhere'] as const).map((where) =>
    compile(mixed, { backend, tables: where }),
  );
  if (logic === undefined || tables === undefined) throw new Error('two were compiled');
  for (let all = 0; all < 64; all += 1) {
    for (const one of [logic, tables]) {
      Object.assign(one.in, { a: all & 7, b: ((all >> 3) << 29) >> 29 });
      one.settle();
    }
    expect({ ...tables.out }).toEqual({ ...logic.out });
  }
});

test('a cipher is looked up: an S-box and the multiplications that follow it are one table', () => {
  const cipher = elaborate(aes());
  const tables = tablesOf(cipher);
  expect(tables).toBeGreaterThan(0);
  expect(tables).toBeLessThan(8);
  const stimulus = stimulusFor(cipher, 60, 3);
  const sums = (['nowhere', 'where less'] as const).map((where) =>
    compile(cipher, { tables: where, checkProperties: false }).run(stimulus, 60),
  );
  expect(sums[0]).toBe(sums[1]);
});

test('logic that a table does not save stays', () => {
  const plain = module('plain', { a: input(bits(8)), y: output(bits(8)) }, (io) => io.y.set(io.a.add(3).xor(0x55)));
  expect(tablesOf(elaborate(plain))).toBe(0);
});
