import { expect, test } from 'vitest';
import { bit, bits, cut, ElaborationError, elaborate, ModuleInterpreter, module, output } from './index.ts';

const counter = module('counter', { count: output.reg(bits(2), { reset: 1 }), wraps: output(bit) }, (io) => {
  io.count.set(io.count.add(1));
  io.wraps.set(io.count.eq(3));
});

const pair = module('pair', { sum: output(bits(2)), both: output(bit) }, (io, m) => {
  const { left, right } = m.instances({ left: counter, right: counter });
  io.sum.set(left.count.add(right.count));
  io.both.set(left.wraps.and(right.wraps));
});

const outer = module('outer', { sum: output(bits(2)), both: output(bit) }, (io, m) => {
  const { held } = m.instances({ held: pair });
  io.sum.set(held.sum);
  io.both.set(held.both);
});

test('what a cut instance gives comes from outside, at any depth, and the rest stays', () => {
  const { definition, free } = cut(outer, ['held.left']);
  expect([...free]).toEqual([
    ['held.left.count', { port: 'free_held_left_count', width: 2 }],
    ['held.left.wraps', { port: 'free_held_left_wraps', width: 1 }],
  ]);
  const interpreter = new ModuleInterpreter(elaborate(definition));
  interpreter.set({ free_held_left_count: 2n, free_held_left_wraps: 1n });
  interpreter.settle();
  expect([interpreter.get('sum'), interpreter.get('both')]).toEqual([3n, 0n]);
  expect(elaborate(outer).signals.filter(({ port }) => port === 'input')).toEqual([]);
});

test('an instance that is not there is refused, and those that are there are named', () => {
  expect(() => cut(outer, ['held.middle'])).toThrow(ElaborationError);
  expect(() => cut(outer, ['held.middle'])).toThrow(/middle.*left, right/s);
});
