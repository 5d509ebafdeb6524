import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate } from '../../hdl/index.ts';
import { exerciseStream, inOrder, type Willingness } from '../stream/exercise.ts';
import { shallowQueue } from './shallow-queue.ts';

const plans = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 300 });
const simulators = new Map(
  [2, 3, 4, 13].map((entries) => [entries, compile(elaborate(shallowQueue({ type: bits(8), entries })))]),
);

describe('shallowQueue', () => {
  test.prop([fc.constantFrom(...simulators.keys()), plans])('does what it says in every cycle', (entries, plan) => {
    const simulator = simulators.get(entries)!;
    simulator.reset();
    const seen = exerciseStream(simulator, plan);
    const held: number[] = [];
    for (const cycle of seen) {
      expect([cycle.pushReady, cycle.popValid]).toEqual([held.length < entries, held.length > 0]);
      if (cycle.popValid) expect(cycle.shown).toBe(held[0]);
      if (cycle.popped !== undefined) held.shift();
      if (cycle.pushed !== undefined) held.push(cycle.pushed);
    }
    expect(inOrder(seen)).toBe(true);
  });

  test.prop([fc.constantFrom(...simulators.keys())])('fills, and drains', (entries) => {
    const simulator = simulators.get(entries)!;
    simulator.reset();
    const plan: Willingness[] = Array.from({ length: 4 * entries }, (_, index) => [
      index < 2 * entries,
      index >= 2 * entries,
    ]);
    const seen = exerciseStream(simulator, plan);
    expect(seen.filter((cycle) => cycle.popped !== undefined).length).toBeGreaterThanOrEqual(entries);
    expect(seen[entries]?.pushReady).toBe(false);
  });
});
