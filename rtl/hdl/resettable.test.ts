import { expect, test } from 'vitest';
import { emitVerilog } from '../verilog/index.ts';
import { bit, bits, elaborate, input, ModuleInterpreter, module, output, resettable } from './index.ts';

const counter = module('counter', { count: output.reg(bits(4), { reset: 1 }) }, (io, m) => {
  io.count.set(io.count.add(1));
  m.assert(io.count.ne(3), 'is not 3');
});

const outer = module('outer', { count: output(bits(4)) }, (io, m) => {
  const { inner } = m.instances({ inner: counter });
  io.count.set(inner.count);
});

const top = module('top', { stops: input(bit), one: output(bits(4)), other: output(bits(4)) }, (io, m) => {
  const { held, free } = m.instances({ held: resettable(outer), free: counter });
  held.aresetn.set(io.stops.not());
  io.one.set(held.count);
  io.other.set(free.count);
});

test('an instance is in reset while its own reset is low, with all within it and without its properties', () => {
  const interpreter = new ModuleInterpreter(elaborate(top));
  const run = (cycles: number, stops: bigint) => {
    interpreter.set({ stops });
    const events = Array.from({ length: cycles }, () => interpreter.step()).flat();
    return [interpreter.get('one'), interpreter.get('other'), ...events.map(({ path }) => path)];
  };
  expect(run(2, 0n)).toEqual([3n, 3n]);
  // In reset nothing is asserted.
  expect(run(1, 1n)).toEqual([1n, 4n, 'free']);
  expect(run(2, 1n)).toEqual([1n, 6n]);
  expect(run(3, 0n)).toEqual([4n, 9n, 'held.inner']);
});

test('in Verilog the reset of the instance is joined to that of its module, whose text stays as it is', () => {
  const files = emitVerilog(elaborate(top)).map(({ path, text }) => [path, text] as const);
  expect(Object.fromEntries(files)['top.v']).toContain('.aresetn(aresetn & !stops)');
  expect(files).toContainEqual(['counter.v', emitVerilog(elaborate(counter))[0]?.text]);
});

test('a module without clock has no reset', () => {
  const wire = module('wire_alone', { a: input(bit), b: output(bit) }, (io) => io.b.set(io.a));
  expect(() => resettable(wire)).toThrow(/wire_alone, which has none/);
});
