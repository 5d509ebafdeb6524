import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { exerciseStream, inOrder, type StreamCycle, type Willingness } from '../stream/exercise.ts';
import { queue } from './queue.ts';

const plans = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 300 });
/** Long runs of one willingness reach full and empty. */
const runs = fc
  .array(fc.tuple(fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.flatMap(([offer, take, length]) => Array.from({ length }, (): Willingness => [offer, take])));
const simulators = new Map(
  [2, 3, 4, 5, 16, 21].map((entries) => [entries, compile(elaborate(queue({ type: bits(8), entries })))]),
);

/** The queue in the words of its docstring. */
const expected = (entries: number, plan: readonly Willingness[], seen: readonly StreamCycle[]): StreamCycle[] => {
  const memory: number[] = [];
  let register: number | undefined;
  let shown = 0;
  return plan.map(([, take], index) => {
    const popValid = register !== undefined;
    const pushReady = memory.length < entries;
    const popped = take ? register : undefined;
    const cycle = { pushReady, popValid, shown, pushed: seen[index]?.pushed, popped };
    if (popped !== undefined) register = undefined;
    if (register === undefined && memory.length > 0) {
      register = memory.shift();
      shown = register ?? shown;
    }
    if (cycle.pushed !== undefined) memory.push(cycle.pushed);
    return cycle;
  });
};

describe('queue', () => {
  test.prop([fc.constantFrom(...simulators.keys()), fc.oneof(plans, runs)])(
    'does what it says in every cycle',
    (entries, plan) => {
      const simulator = simulators.get(entries)!;
      simulator.reset();
      const seen = exerciseStream(simulator, plan);
      expect(seen).toEqual(expected(entries, plan, seen));
      expect(inOrder(seen)).toBe(true);
    },
  );

  it('holds one item more than its memory, shows the first after two cycles, and passes one a cycle', () => {
    const simulator = simulators.get(5)!;
    simulator.reset();
    const filling = exerciseStream(
      simulator,
      Array.from({ length: 12 }, (): Willingness => [true, false]),
    );
    expect(filling.filter((cycle) => cycle.pushed !== undefined).length).toBe(6);
    expect(filling.findIndex((cycle) => cycle.popValid)).toBe(2);
    expect(simulator.out.count).toBe(5);
    simulator.reset();
    const flowing = exerciseStream(
      simulator,
      Array.from({ length: 40 }, (): Willingness => [true, true]),
    );
    expect(flowing.filter((cycle) => cycle.popped !== undefined).length).toBe(38);
  });

  it('refuses entries that it cannot have', () => {
    expect(() => queue({ type: bits(8), entries: 1 })).toThrow(ParameterError);
  });
});
