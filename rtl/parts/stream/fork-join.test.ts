import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import {
  type BitsShape,
  bits,
  elaborate,
  input,
  module,
  output,
  type StreamIn,
  type StreamOut,
  stream,
} from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import { exerciseStream, inOrder, item, outOfReset, type Willingness } from './exercise.ts';
import { eagerFork, lazyFork } from './fork.ts';
import { filterStream, gateStream, mapStream } from './helpers.ts';
import { join } from './join.ts';

const branches = ['first', 'second', 'third'] as const;
const forks = {
  eager: compile(elaborate(eagerFork({ type: bits(8), branches }))),
  lazy: compile(elaborate(lazyFork({ type: bits(8), branches }))),
};
const joining = compile(elaborate(join({ branches: { left: bits(8), right: bits(4) } })));

describe('fork', () => {
  test.prop([fc.constantFrom('eager', 'lazy'), fc.array(fc.tuple(fc.boolean(), fc.nat(7)), { maxLength: 200 })])(
    'gives every branch every item once, in order',
    (kind, plan) => {
      const simulator = forks[kind];
      simulator.reset();
      outOfReset(simulator);
      const taken = branches.map((): number[] => []);
      let pushed = 0;
      let offered = false;
      for (const [offer, ready] of plan) {
        offered ||= offer;
        simulator.in.push_valid = offered ? 1 : 0;
        simulator.in.push_data = item(pushed);
        for (const [index, name] of branches.entries()) simulator.in[`${name}_ready`] = (ready >> index) & 1;
        simulator.settle();
        for (const [index, name] of branches.entries())
          if (simulator.out[`${name}_valid`] === 1 && (ready >> index) % 2 === 1)
            taken[index]?.push(Number(simulator.out[`${name}_data`]));
        if (offered && simulator.out.push_ready === 1) {
          pushed += 1;
          offered = false;
          for (const got of taken) expect(got.length).toBe(pushed);
        }
        simulator.step();
      }
      for (const got of taken) expect(got).toEqual(got.map((_, index) => item(index)));
    },
  );

  it('lets an eager branch go first, and a lazy one wait', () => {
    for (const [kind, valid] of [
      ['eager', 1],
      ['lazy', 0],
    ] as const) {
      const simulator = forks[kind];
      simulator.reset();
      outOfReset(simulator);
      Object.assign(simulator.in, { push_valid: 1, first_ready: 1 });
      simulator.settle();
      expect(simulator.out.first_valid).toBe(valid);
      expect(simulator.out.push_ready).toBe(0);
    }
  });

  it('refuses too few branches, equal ones, and the name of its input', () => {
    for (const names of [['one'], ['one', 'one'], ['push', 'other']])
      expect(() => eagerFork({ type: bits(8), branches: names })).toThrow(ParameterError);
  });
});

describe('join', () => {
  test.prop([fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { maxLength: 100 })])(
    'pairs the items of its branches',
    (plan) => {
      joining.reset();
      const counts = { left: 0, right: 0, pop: 0 };
      const offered = { left: false, right: false };
      for (const [left, right, take] of plan) {
        offered.left ||= left;
        offered.right ||= right;
        Object.assign(joining.in, {
          left_valid: offered.left ? 1 : 0,
          right_valid: offered.right ? 1 : 0,
          left_data: counts.left % 256,
          right_data: counts.right % 16,
          pop_ready: take ? 1 : 0,
        });
        joining.settle();
        for (const side of ['left', 'right'] as const)
          if (offered[side] && joining.out[`${side}_ready`] === 1) {
            counts[side] += 1;
            offered[side] = false;
          }
        if (joining.out.pop_valid === 1 && take) {
          expect([joining.out.pop_left, joining.out.pop_right]).toEqual([counts.pop % 256, counts.pop % 16]);
          counts.pop += 1;
        }
        joining.step();
        expect([counts.left, counts.right]).toEqual([counts.pop, counts.pop]);
      }
    },
  );

  it('refuses fewer than two branches', () => {
    expect(() => join({ branches: { only: bits(8) } })).toThrow(ParameterError);
  });
});

describe('stream helpers', () => {
  type Byte = BitsShape<8>;
  const helped = (body: (from: StreamIn<Byte>, to: StreamOut<Byte>) => void) =>
    compile(
      elaborate(
        module('helped', { push: input(stream(bits(8))), pop: output(stream(bits(8))) }, (io) => body(io.push, io.pop)),
      ),
    );
  const plan: Willingness[] = Array.from({ length: 60 }, (_, index) => [index % 3 !== 0, index % 4 !== 1]);

  it('map changes each item', () => {
    const simulator = helped((from, to) => mapStream(from, to, (data) => data.xor(255)));
    const seen = exerciseStream(simulator, plan);
    const popped = seen.flatMap((cycle) => cycle.popped ?? []);
    expect(popped).toEqual(popped.map((_, index) => item(index) ^ 255));
    expect(popped.length).toBeGreaterThan(20);
  });

  it('filter drops items at once', () => {
    const simulator = helped((from, to) => filterStream(from, to, (data) => data.bit(0)));
    const popped = exerciseStream(simulator, plan).flatMap((cycle) => cycle.popped ?? []);
    const odd = Array.from({ length: 100 }, (_, index) => item(index)).filter((value) => value % 2 === 1);
    expect(popped).toEqual(odd.slice(0, popped.length));
    expect(popped.length).toBeGreaterThan(8);
  });

  it('gate holds items back', () => {
    const closed = helped((from, to) => gateStream(from, to, from.data.bit(7).not()));
    const seen = exerciseStream(closed, plan);
    const stuckAt = Array.from({ length: 256 }, (_, index) => item(index)).findIndex((value) => value >= 128);
    expect(seen.filter((cycle) => cycle.popped !== undefined).length).toBe(stuckAt);
    expect(inOrder(seen)).toBe(true);
  });
});
