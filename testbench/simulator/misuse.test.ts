import { describe, expect, test } from 'vitest';
import { bit, bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { compile } from './index.ts';

const counter = module('counter', { y: output.reg(bits(8), { reset: 0 }) }, (io) => io.y.set(io.y.add(1)));

describe('the simulator refuses, and says what to write', () => {
  test.for([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, '3' as unknown as number])(
    'a step of %s cycles',
    (cycles) => {
      const simulator = compile(elaborate(counter));
      expect(() => simulator.step(cycles)).toThrow(
        `step takes a whole number of cycles from 0 to 4294967295, not ${cycles}`,
      );
      expect(simulator.cycle).toBe(0);
      simulator.step(0);
      simulator.step(3);
      expect(simulator.cycle).toBe(3);
    },
  );

  test.for([-1, 1.5, Number.NaN])('a run of %s cycles', (cycles) => {
    const simulator = compile(elaborate(counter));
    expect(() => simulator.run(new Uint32Array(64), cycles)).toThrow(`run takes a whole number of cycles`);
  });

  test('a register poked with a number', () => {
    const simulator = compile(elaborate(counter));
    expect(() => simulator.poke('y', 5 as unknown as bigint)).toThrow("'y' takes a bigint, as in poke('y', 5n), not 5");
    simulator.poke('y', 5n);
    expect(simulator.peek('y')).toBe(5n);
  });

  test('a module that is not elaborated', () => {
    expect(() => compile(counter as never)).toThrow(
      /compile takes an elaborated module, but was given the definition of module counter\n {2}write compile\(elaborate\(/,
    );
    expect(() => compile(undefined as never)).toThrow(/compile takes an elaborated module, but was given undefined/);
  });

  test.for(['wasm', 'javascript'] as const)('memories that no buffer holds, compiled to %s', (backend) => {
    const vast = module('vast', { at: input(bits(30)), write: input(bit), word: output(bits(64)) }, (io, m) => {
      const { few, wide } = m.memories({
        few: { type: bits(8), depth: 4 },
        wide: { type: bits(64), depth: 2 ** 30 },
      });
      m.when(io.write, () => {
        few.write(io.at.slice(1, 0), 1);
        wide.write(io.at, 1);
      });
      io.word.set(wide.read(io.at));
    });
    expect(() => compile(elaborate(vast), { backend })).toThrow(
      "the design needs 8.0 GiB to be simulated, more than the 4.0 GiB there are; its largest memory is 'wide', of 1073741824 words of 64 bits: give it less depth as a parameter for simulation",
    );
  });
});
