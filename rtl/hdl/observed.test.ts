import { expect, test } from 'vitest';
import { bit, bits, elaborate, ModuleInterpreter, module, observed, output } from './index.ts';

const counter = module('counter', { wraps: output(bit) }, (io, m) => {
  const { count } = m.regs({ count: { type: bits(2), reset: 1 } });
  count.set(count.add(1));
  io.wraps.set(count.eq(3));
});

const pair = module('pair', { both: output(bit) }, (io, m) => {
  const { left, right } = m.instances({ left: counter, right: counter });
  const { one } = m.named({ one: left.wraps.and(right.wraps) });
  io.both.set(one);
});

test('signals at any depth become outputs, and the module stays as it was', () => {
  const seen = observed(pair, { count: 'left.count', again: 'left.count', one: 'one', wraps: 'right.wraps' });
  const interpreter = new ModuleInterpreter(elaborate(seen));
  interpreter.settle();
  const values = ['both', 'count', 'again', 'one', 'wraps'].map((name) => [name, interpreter.get(name)]);
  expect(Object.fromEntries(values)).toEqual({ both: 0n, count: 1n, again: 1n, one: 0n, wraps: 0n });
  expect(
    elaborate(pair)
      .signals.filter(({ port }) => port === 'output')
      .map(({ name }) => name),
  ).toEqual(['both']);
});

test('two observations of one module are two modules of one design', () => {
  const top = module('top', { same: output(bit) }, (io, m) => {
    const u = m.instances({ plain: pair, first: observed(pair, { seen: 'left.count' }) });
    io.same.set(u.first.seen.eq(3).eq(u.plain.both));
  });
  expect(new Set(elaborate(top).instances.map((instance) => instance.module.name)).size).toBe(2);
});
