import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate, input, module, output, stream } from '../../hdl/index.ts';
import { queue } from '../fifo/queue.ts';
import { shallowQueue } from '../fifo/shallow-queue.ts';
import { buffer } from './buffer.ts';
import { exerciseStream, inOrder } from './exercise.ts';
import { checkedStream } from './properties.ts';
import { backwardSlice, forwardSlice } from './register-slice.ts';

const type = bits(8);
const parts = {
  buffer: checkedStream({ part: buffer({ type, entries: 3 }), type, capacity: 3 }),
  forward: checkedStream({ part: forwardSlice({ type }), type, capacity: 1 }),
  backward: checkedStream({ part: backwardSlice({ type }), type, capacity: 1 }),
  queue: checkedStream({ part: queue({ type, entries: 3 }), type, capacity: 4 }),
  shallow: checkedStream({ part: shallowQueue({ type, entries: 5 }), type, capacity: 5 }),
};
const simulators = new Map(Object.entries(parts).map(([name, part]) => [name, compile(elaborate(part))]));

/** Parts with one fault each. */
const faulty = {
  'loses items': module('loses', { push: input(stream(type)), pop: output(stream(type)) }, (io) => {
    io.push.ready.set(1);
    io.pop.valid.set(io.push.valid);
    io.pop.data.set(io.push.data);
  }),
  'changes items': module('changes', { push: input(stream(type)), pop: output(stream(type)) }, (io) => {
    io.push.ready.set(io.pop.ready);
    io.pop.valid.set(io.push.valid);
    io.pop.data.set(io.push.data.and(0x7f));
  }),
  'makes up items': module('makes_up', { push: input(stream(type)), pop: output(stream(type)) }, (io) => {
    io.push.ready.set(io.pop.ready);
    io.pop.valid.set(1);
    io.pop.data.set(io.push.data);
  }),
};

const plans = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat(3)), { minLength: 1, maxLength: 100 });

describe('checkedStream', () => {
  test.prop([fc.constantFrom(...simulators.keys()), plans])('finds nothing wrong with the parts', (name, plan) => {
    const simulator = simulators.get(name)!;
    simulator.reset();
    let cycle = 0;
    const watching = {
      in: simulator.in,
      out: simulator.out,
      settle: () => simulator.settle(),
      step: () => {
        cycle += 1;
        simulator.in.watch = plan[cycle]?.[2] === 0 ? 1 : 0;
        simulator.step();
      },
    };
    expect(
      inOrder(
        exerciseStream(
          watching,
          plan.map(([offer, take]) => [offer, take]),
        ),
      ),
    ).toBe(true);
  });

  it.each(Object.keys(faulty) as (keyof typeof faulty)[])('finds a part that %s', (fault) => {
    const simulator = compile(elaborate(checkedStream({ part: faulty[fault], type, capacity: 2 })));
    Object.assign(simulator.in, { aresetn: 1, watch: 1 });
    const run = (): void => {
      for (let cycle = 0; cycle < 40; cycle += 1) {
        Object.assign(simulator.in, {
          push_valid: cycle % 4 > 1 ? 1 : 0,
          push_data: 128 + (cycle >> 2),
          pop_ready: cycle % 3 === 0 ? 1 : 0,
        });
        simulator.step();
      }
    };
    expect(run).toThrow();
  });
});
