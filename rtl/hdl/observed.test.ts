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

test('a word of a memory is seen like a signal', () => {
  const shift = module('shift', { out: output(bits(4)) }, (io, m) => {
    const { at } = m.regs({ at: { type: bits(2), reset: 0 } });
    const { words } = m.memories({ words: { type: bits(4), depth: 4 } });
    at.set(at.add(1));
    words.write(at, at.extend(4).add(5));
    io.out.set(words.read(at));
  });
  const top = module('top', { out: output(bits(4)) }, (io, m) => {
    const { one } = m.instances({ one: shift });
    io.out.set(one.out);
  });
  const interpreter = new ModuleInterpreter(elaborate(observed(top, { word: 'one.words[2]' })));
  for (let cycle = 0; cycle < 3; cycle += 1) interpreter.step();
  interpreter.settle();
  expect(interpreter.get('word')).toBe(7n);
  expect(() => observed(top, { word: 'one.words[4]' })).toThrow(/words\[4\]/);
});
