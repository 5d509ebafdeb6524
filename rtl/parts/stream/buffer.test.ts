import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate, record } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { buffer } from './buffer.ts';
import { exerciseStream, inOrder, type StreamCycle, type Willingness } from './exercise.ts';

const plans = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 200 });
const simulators = new Map(
  [1, 2, 3, 4, 7].map((entries) => [entries, compile(elaborate(buffer({ type: bits(8), entries })))]),
);

/** The buffer in the words of its docstring. */
const expected = (entries: number, plan: readonly Willingness[], seen: readonly StreamCycle[]): StreamCycle[] => {
  const held: number[] = [];
  let head = 0;
  return plan.map(([, take], index) => {
    const popValid = held.length > 0;
    const pushReady = held.length < entries;
    const shown = head;
    const popped = popValid && take ? held.shift() : undefined;
    const pushed = seen[index]?.pushed;
    if (pushed !== undefined) held.push(pushed);
    head = held[0] ?? head;
    return { pushReady, popValid, shown, pushed, popped };
  });
};

describe('buffer', () => {
  test.prop([fc.constantFrom(...simulators.keys()), plans])('does what it says in every cycle', (entries, plan) => {
    const simulator = simulators.get(entries)!;
    simulator.reset();
    const seen = exerciseStream(simulator, plan);
    expect(seen).toEqual(expected(entries, plan, seen));
    expect(inOrder(seen)).toBe(true);
  });

  it('passes an item a cycle from two entries on, and one every second with one', () => {
    const willing: Willingness[] = Array.from({ length: 20 }, () => [true, true]);
    const passed = [1, 2, 4].map((entries) => {
      const simulator = compile(elaborate(buffer({ type: bits(8), entries })));
      return exerciseStream(simulator, willing).filter((cycle) => cycle.popped !== undefined).length;
    });
    expect(passed).toEqual([10, 19, 19]);
  });

  it('goes on without a reset of what no one sees', () => {
    const module = elaborate(buffer({ type: bits(8), entries: 4 }));
    const simulator = compile(module, { initial: { randomSeed: 7 } });
    simulator.in.aresetn = 0;
    simulator.step();
    const plan: Willingness[] = Array.from({ length: 100 }, (_, index) => [index % 3 !== 0, index % 5 > 1]);
    const seen = exerciseStream(simulator, plan);
    expect(seen).toEqual(expected(4, plan, seen));
  });

  it('names the fields of records in its ports', () => {
    const { layout } = compile(elaborate(buffer({ type: record({ id: bits(4), address: bits(32) }) })));
    expect(layout.inputs.map((slot) => slot.name)).toEqual([
      'aresetn',
      'push_valid',
      'push_id',
      'push_address',
      'pop_ready',
    ]);
    expect(layout.outputs.map((slot) => slot.name)).toEqual(['push_ready', 'pop_valid', 'pop_id', 'pop_address']);
  });

  it('refuses entries that it cannot have', () => {
    expect(() => buffer({ type: bits(8), entries: 0 })).toThrow(ParameterError);
    expect(() => buffer({ type: bits(8), entries: 65 })).toThrow(
      "parameter 'entries' of the stream buffer is 65, but it must be an integer from 1 to 64; the nearest allowed value is 64",
    );
  });
});
