import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  bit,
  bits,
  concat,
  elaborate,
  input,
  lit,
  ModuleInterpreter,
  module,
  mux,
  oneHotSelect,
  output,
  pack,
  popCount,
  record,
  reverse,
  select,
  signed,
  unpack,
  vector,
} from './index.ts';
import { run } from './run-interpreter.ts';

const byte = fc.bigInt(0n, 255n);
const u8 = (value: bigint): bigint => BigInt.asUintN(8, value);

describe('unsigned operators', () => {
  const calculator = new ModuleInterpreter(
    elaborate(
      module(
        'calculator',
        {
          a: input(bits(8)),
          b: input(bits(8)),
          n: input(bits(4)),
          sum: output(bits(8)),
          wide_sum: output(bits(9)),
          difference: output(bits(8)),
          wide_difference: output(bits(9)),
          product: output(bits(16)),
          negated: output(bits(8)),
          comparisons: output(bits(6)),
          left: output(bits(8)),
          right: output(bits(8)),
          by_three: output(bits(8)),
          ones: output(bits(4)),
          backwards: output(bits(8)),
          at: output(bit),
          bitwise: output(bits(24)),
          reductions: output(bits(5)),
          resized: output(bits(20)),
          repeated: output(bits(24)),
          implied: output(bit),
        },
        (io) => {
          io.sum.set(io.a.add(io.b));
          io.wide_sum.set(io.a.addWide(io.b));
          io.difference.set(io.a.subtract(io.b));
          io.wide_difference.set(io.a.subtractWide(io.b));
          io.product.set(io.a.multiply(io.b));
          io.negated.set(io.a.negate());
          io.comparisons.set(
            concat(io.a.eq(io.b), io.a.ne(io.b), io.a.lt(io.b), io.a.le(io.b), io.a.gt(io.b), io.a.ge(io.b)),
          );
          io.left.set(io.a.shiftLeft(io.n));
          io.right.set(io.a.shiftRight(io.n));
          io.by_three.set(io.a.shiftRight(3).or(io.a.shiftLeft(5)));
          io.ones.set(popCount(io.a));
          io.backwards.set(reverse(io.a));
          io.at.set(io.a.at(io.n));
          io.bitwise.set(concat(io.a.and(io.b), io.a.or(io.b), io.a.xor(io.b).not()));
          io.reductions.set(
            concat(io.a.reduceAnd(), io.a.reduceOr(), io.a.reduceXor(), io.a.isZero(), io.a.isNonZero()),
          );
          io.resized.set(concat(io.a.truncate(3), io.a.extend(9), io.a.resize(8)));
          io.repeated.set(io.a.repeat(3));
          io.implied.set(io.a.bit(0).implies(io.b.bit(0)));
        },
      ),
    ),
  );
  test.prop([byte, byte, fc.bigInt(0n, 15n)])('give what arithmetic gives', (a, b, n) => {
    const flag = (condition: boolean): bigint => (condition ? 1n : 0n);
    const binary = a.toString(2).padStart(8, '0');
    const ones = BigInt(binary.replaceAll('0', '').length);
    const join = (widths: readonly (readonly [bigint, bigint])[]): bigint =>
      widths.reduce((word, [value, width]) => (word << width) | value, 0n);
    expect(run(calculator, { a, b, n })).toEqual({
      sum: u8(a + b),
      wide_sum: a + b,
      difference: u8(a - b),
      wide_difference: BigInt.asUintN(9, a - b),
      product: a * b,
      negated: u8(-a),
      comparisons: join([a === b, a !== b, a < b, a <= b, a > b, a >= b].map((holds) => [flag(holds), 1n] as const)),
      left: u8(a << n),
      right: a >> n,
      by_three: (a >> 3n) | u8(a << 5n),
      ones,
      backwards: BigInt(`0b${[...binary].reverse().join('')}`),
      at: n > 7n ? 0n : (a >> n) & 1n,
      bitwise: join([
        [a & b, 8n],
        [a | b, 8n],
        [u8(~(a ^ b)), 8n],
      ]),
      reductions: join([
        [flag(a === 255n), 1n],
        [flag(a !== 0n), 1n],
        [ones & 1n, 1n],
        [flag(a === 0n), 1n],
        [flag(a !== 0n), 1n],
      ]),
      resized: join([
        [a & 7n, 3n],
        [a, 9n],
        [a, 8n],
      ]),
      repeated: join([
        [a, 8n],
        [a, 8n],
        [a, 8n],
      ]),
      implied: (~a & 1n) | (b & 1n),
    });
  });
});

describe('signed operators', () => {
  const calculator = new ModuleInterpreter(
    elaborate(
      module(
        'calculator',
        {
          a: input(signed(8)),
          b: input(signed(8)),
          n: input(bits(4)),
          wide_sum: output(signed(9)),
          product: output(signed(16)),
          less: output(bit),
          at_most: output(bit),
          right: output(signed(8)),
          by_nine: output(signed(8)),
          wider: output(signed(12)),
          as_bits: output(bits(8)),
        },
        (io) => {
          io.wide_sum.set(io.a.addWide(io.b));
          io.product.set(io.a.multiply(io.b));
          io.less.set(io.a.lt(io.b));
          io.at_most.set(io.a.le(-3));
          io.right.set(io.a.shiftRight(io.n));
          io.by_nine.set(io.a.shiftRight(9));
          io.wider.set(io.a.extend(12));
          io.as_bits.set(io.a.asBits());
        },
      ),
    ),
  );
  const number = fc.bigInt(-128n, 127n);
  test.prop([number, number, fc.bigInt(0n, 15n)])('give what arithmetic gives', (a, b, n) => {
    expect(run(calculator, { a, b, n })).toEqual({
      wide_sum: a + b,
      product: a * b,
      less: a < b ? 1n : 0n,
      at_most: a <= -3n ? 1n : 0n,
      right: a >> n,
      by_nine: a < 0n ? -1n : 0n,
      wider: a,
      as_bits: u8(a),
    });
  });
});

const pair = record({ low: bits(3), high: signed(5) });

describe('values with parts', () => {
  const parts = new ModuleInterpreter(
    elaborate(
      module(
        'parts',
        {
          word: input(bits(8)),
          other: input(bits(8)),
          index: input(bits(2)),
          one: input(bit),
          whole: output(bits(8)),
          chosen: output(bits(8)),
          hot: output(bits(8)),
          element: output(bits(2)),
          stored: output(bits(8)),
          same: output(bit),
          options: output(bits(3)),
        },
        (io, m) => {
          const value = unpack(pair, io.word);
          const w = m.wires({ copy: { type: pair }, list: { type: vector(bits(2), 4), default: 0 } });
          w.copy.set({ low: value.low, high: value.high });
          io.whole.set(pack(w.copy));
          io.chosen.set(pack(mux(io.one, w.copy, unpack(pair, io.other))));
          io.hot.set(
            oneHotSelect([
              [io.one, io.word],
              [io.one.not(), io.other],
            ]),
          );
          io.element.set(unpack(vector(bits(2), 4), io.word).at(io.index));
          w.list.at(io.index).set(3);
          io.stored.set(pack(w.list));
          io.same.set(w.copy.eq(unpack(pair, io.other)));
          io.options.set(select(io.index, [lit(3, 5), 6, 7]));
        },
      ),
    ),
  );
  test.prop([byte, byte, fc.bigInt(0n, 3n), fc.bigInt(0n, 1n)])(
    'keep their parts where they belong',
    (word, other, index, one) => {
      expect(run(parts, { word, other, index, one })).toEqual({
        whole: word,
        chosen: one === 1n ? word : other,
        hot: one === 1n ? word : other,
        element: (word >> (2n * index)) & 3n,
        stored: 3n << (2n * index),
        same: word === other ? 1n : 0n,
        options: [5n, 6n, 7n, 7n][Number(index)],
      });
    },
  );
});
