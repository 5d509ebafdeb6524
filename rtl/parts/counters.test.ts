import { describe, expect, it } from 'vitest';
import { compile } from '../../testbench/simulator/index.ts';
import { bits, elaborate, input, module, output } from '../hdl/index.ts';
import { incrementModulo, saturatingAdd, saturatingIncrement } from './counters.ts';

describe('counters', () => {
  it('saturate, and wrap where they are told', () => {
    const counters = module(
      'counters',
      {
        left: input(bits(4)),
        right: input(bits(4)),
        next: output(bits(4)),
        sum: output(bits(4)),
        ten: output(bits(4)),
        sixteen: output(bits(4)),
      },
      (io) => {
        io.next.set(saturatingIncrement(io.left));
        io.sum.set(saturatingAdd(io.left, io.right).resize(4));
        io.ten.set(incrementModulo(io.left, 10).resize(4));
        io.sixteen.set(incrementModulo(io.left, 16).resize(4));
      },
    );
    const simulator = compile(elaborate(counters));
    for (let left = 0; left < 16; left += 1)
      for (let right = 0; right < 16; right += 1) {
        Object.assign(simulator.in, { left, right });
        simulator.settle();
        expect(simulator.out).toMatchObject({
          next: Math.min(15, left + 1),
          sum: Math.min(15, left + right),
          sixteen: (left + 1) % 16,
          ...(left < 10 && { ten: (left + 1) % 10 }),
        });
      }
  });
});
