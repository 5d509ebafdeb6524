/**
 * Work that is skipped leaves zero in its local. These are the smallest designs in which that zero was taken for a value: each
 * is compared with the plain meaning of its expressions.
 */
import { expect, test } from 'vitest';
import { type Bits, bit, bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { compile } from './index.ts';
import { stimulusFor } from './random-stimulus.ts';
import { referenceResponses } from './reference-model.ts';

/** One bit that takes more instructions than a branch around them would. */
const costly = (data: Bits<64>, salt: number): Bits<1> => {
  let value = data;
  for (let round = 0; round < 12; round++) value = value.add(salt * 77 + round).xor(data);
  return value.lt(1n << 62n);
};

/** `first` matters only while `second` is 0, and the other way about: skipped for each other's sake, both would be 0. */
const mutual = elaborate(
  module(
    'mutual',
    { d: input(bits(64)), a: input(bit), b: input(bit), both: output(bit), one: output(bit), other: output(bit) },
    (io) => {
      const first = io.a.or(costly(io.d, 1));
      const second = io.b.or(costly(io.d, 2));
      io.both.set(first.or(second));
      io.one.set(first.or(io.b.or(costly(io.d, 3))));
      io.other.set(second.or(io.a.or(costly(io.d, 4))));
    },
  ),
);

/** Whether `shared` is needed is told by `a` and `b`; a node for `a & b` is there already, but is skipped itself unless `c`. */
const borrowed = elaborate(
  module(
    'borrowed',
    {
      d: input(bits(64)),
      e: input(bits(64)),
      a: input(bit),
      b: input(bit),
      c: input(bit),
      left: output(bits(64)),
      right: output(bits(64)),
      one: output(bit),
      other: output(bit),
    },
    (io) => {
      const conjunction = io.a.and(io.b);
      const mixed = costly(io.d, 1).and(conjunction).or(costly(io.e, 2).xor(conjunction));
      io.left.set(io.c.and(mixed).repeat(64).and(io.d).resize(64));
      io.right.set(io.c.and(mixed.not()).repeat(64).and(io.e).resize(64));
      const shared = costly(io.d, 3);
      io.one.set(io.a.and(io.b.and(shared)));
      io.other.set(io.a.and(io.b.and(shared.not())));
    },
  ),
);

const expectReference = (tested: Module, backend: 'wasm' | 'javascript'): void => {
  const cycles = 200;
  const stimulus = stimulusFor(tested, cycles, 1);
  const simulator = compile(tested, { backend });
  const responses = new Uint32Array(cycles * simulator.layout.outputWords);
  simulator.run(stimulus, cycles, responses);
  expect(responses).toEqual(referenceResponses(tested, stimulus, cycles));
};

test.each(['wasm', 'javascript'] as const)('two operands are not skipped for each other (%s)', (backend) => {
  expectReference(mutual, backend);
});

test.each(['wasm', 'javascript'] as const)('a guard looks at nothing that may be skipped itself (%s)', (backend) => {
  expectReference(borrowed, backend);
});
