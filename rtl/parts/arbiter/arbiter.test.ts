import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bit, bits, elaborate, input, log2Ceil, module, output, type Ports, record } from '../../hdl/index.ts';
import { ParameterError } from '../parameters.ts';
import {
  decodeOneHot,
  encodeOneHot,
  highestOneNumber,
  isOneHotOrZero,
  lowestOne,
  priorityEncode,
  upToLowestOne,
} from './one-hot.ts';
import { roundRobinArbiter } from './round-robin.ts';
import { streamArbiter } from './stream-arbiter.ts';

const width = 11;
const utilities = compile(
  elaborate(
    module(
      'one_hot',
      {
        word: input(bits(width)),
        lowest: output(bits(width)),
        below: output(bits(width)),
        one_hot: output(bit),
        number: output(bits(4)),
        found: output(bit),
        highest: output(bits(4)),
        encoded: output(bits(4)),
        decoded: output(bits(width)),
      },
      (io) => {
        io.lowest.set(lowestOne(io.word));
        io.below.set(upToLowestOne(io.word));
        io.one_hot.set(isOneHotOrZero(io.word));
        const first = priorityEncode(io.word);
        io.number.set(first.number.resize(4));
        io.found.set(first.found);
        io.highest.set(highestOneNumber(io.word).number.resize(4));
        io.encoded.set(encodeOneHot(io.word).resize(4));
        io.decoded.set(decodeOneHot(io.word.slice(3, 0), width).resize(width));
      },
    ),
  ),
);

describe('one-hot words', () => {
  it('are found, encoded and decoded', () => {
    for (let word = 0; word < 2 ** width; word += 1) {
      utilities.in.word = word;
      utilities.settle();
      const places = Array.from({ length: width }, (_, place) => place).filter((place) => (word >> place) % 2 === 1);
      const lowest = places[0];
      expect({ ...utilities.out }).toMatchObject({
        lowest: lowest === undefined ? 0 : 1 << lowest,
        below: lowest === undefined ? 2 ** width - 1 : 2 ** (lowest + 1) - 1,
        one_hot: places.length <= 1 ? 1 : 0,
        number: lowest ?? 0,
        found: word === 0 ? 0 : 1,
        highest: places.at(-1) ?? 0,
        decoded: word % 16 < width ? 1 << (word % 16) : 0,
      });
      if (places.length <= 1) expect(utilities.out.encoded).toBe(lowest ?? 0);
    }
  });
});

const sizes = [2, 3, 5, 8];
const arbiters = new Map(
  sizes.flatMap((requesters) =>
    [false, true].map((registered) => [
      `${requesters} ${registered}`,
      { requesters, registered, simulator: compile(elaborate(roundRobinArbiter({ requesters, registered }))) },
    ]),
  ),
);
const arbiter = fc.constantFrom(...arbiters.keys()).map((key) => arbiters.get(key)!);

describe('roundRobinArbiter', () => {
  test.prop([arbiter, fc.array(fc.tuple(fc.nat(255), fc.nat(3)), { minLength: 20, maxLength: 300 })])(
    'grants one that asks, and none waits for more than the others once each',
    ({ requesters, registered, simulator }, plan) => {
      simulator.reset();
      simulator.in.aresetn = 1;
      const waiting = Array.from({ length: requesters }, () => 0);
      let asking = 0;
      for (const [ask, take] of plan) {
        asking |= ask % 2 ** requesters;
        Object.assign(simulator.in, { requests: asking, take: take === 0 ? 0 : 1 });
        simulator.settle();
        const grant = Number(simulator.out.grant);
        expect(grant & (grant - 1)).toBe(0);
        expect(grant & ~asking).toBe(0);
        expect(simulator.out.valid).toBe(grant === 0 ? 0 : 1);
        if (!registered) expect(grant !== 0).toBe(asking !== 0);
        if (grant !== 0) expect(1 << Number(simulator.out.index)).toBe(grant);
        if (grant !== 0 && take !== 0) {
          const served = Math.log2(grant);
          for (let index = 0; index < requesters; index += 1)
            waiting[index] = (asking >> index) % 2 === 1 && index !== served ? (waiting[index] ?? 0) + 1 : 0;
          // A grant that was registered before the request came may be served first.
          expect(Math.max(...waiting)).toBeLessThanOrEqual(requesters - 1 + (registered ? 1 : 0));
          asking &= ~grant;
        }
        simulator.step();
      }
    },
  );

  it('goes round', () => {
    const { simulator } = arbiters.get('3 false')!;
    simulator.reset();
    Object.assign(simulator.in, { aresetn: 1, requests: 7, take: 1 });
    const grants = Array.from({ length: 7 }, () => {
      simulator.settle();
      const grant = simulator.out.grant;
      simulator.step();
      return grant;
    });
    expect(grants).toEqual([1, 2, 4, 1, 2, 4, 1]);
  });

  it('refuses one requester', () => {
    expect(() => roundRobinArbiter({ requesters: 1 })).toThrow(ParameterError);
  });
});

const beat = record({ data: bits(8), last: bit });
const merging = {
  items: compile<Ports>(elaborate(streamArbiter({ type: beat, inputs: ['a', 'b', 'c'] }))),
  packets: compile<Ports>(
    elaborate(streamArbiter({ type: beat, inputs: ['a', 'b', 'c'], hold: (item) => item.last.not() })),
  ),
};

describe('streamArbiter', () => {
  test.prop([
    fc.constantFrom('items', 'packets'),
    fc.array(fc.tuple(fc.nat(7), fc.boolean()), { minLength: 10, maxLength: 300 }),
  ])('passes every item of every input in order, keeps what it offers, and packets whole', (kind, plan) => {
    const simulator = merging[kind];
    const names = ['a', 'b', 'c'];
    simulator.reset();
    simulator.in.aresetn = 1;
    const counts = [0, 0, 0];
    const offered = [false, false, false];
    /** Packets of 1, 2, 3 items, by turns. */
    const isLast = (index: number): boolean => [0, 2, 5].includes(index % 6);
    let kept: string | undefined;
    let inPacketOf: number | undefined;
    for (const [offer, take] of plan) {
      for (const [index, name] of names.entries()) {
        offered[index] ||= (offer >> index) % 2 === 1;
        const count = counts[index] ?? 0;
        simulator.in[`${name}_valid`] = offered[index] ? 1 : 0;
        simulator.in[`${name}_data`] = (64 * index + (count % 64)) % 256;
        simulator.in[`${name}_last`] = isLast(count) ? 1 : 0;
      }
      simulator.in.pop_ready = take ? 1 : 0;
      simulator.settle();
      const valid = simulator.out.pop_valid === 1;
      const shown = `${simulator.out.pop_data} ${simulator.out.pop_last} ${simulator.out.source}`;
      if (kept !== undefined) expect(valid ? shown : 'nothing').toBe(kept);
      kept = valid && !take ? shown : undefined;
      if (kind === 'items' && offered.some(Boolean)) expect(valid).toBe(true);
      const fired = names.map((name, index) => offered[index] === true && simulator.out[`${name}_ready`] === 1);
      expect(fired.filter(Boolean).length).toBe(valid && take ? 1 : 0);
      for (const [index, did] of fired.entries()) {
        if (!did) continue;
        expect(simulator.out.source).toBe(index);
        const count = counts[index] ?? 0;
        expect(simulator.out.pop_data).toBe((64 * index + (count % 64)) % 256);
        if (kind === 'packets' && inPacketOf !== undefined) expect(index).toBe(inPacketOf);
        inPacketOf = isLast(count) ? undefined : index;
        counts[index] = count + 1;
        offered[index] = false;
      }
      simulator.step();
    }
  });

  it('serves all inputs alike', () => {
    const simulator = merging.items;
    simulator.reset();
    Object.assign(simulator.in, { aresetn: 1, a_valid: 1, b_valid: 1, c_valid: 1, pop_ready: 1 });
    const sources = Array.from({ length: 6 }, () => {
      simulator.settle();
      const source = simulator.out.source;
      simulator.step();
      return source;
    });
    expect(sources).toEqual([0, 1, 2, 0, 1, 2]);
    expect(log2Ceil(3)).toBe(2);
  });

  it('refuses inputs without names of their own', () => {
    expect(() => streamArbiter({ type: bit, inputs: ['pop', 'a'] })).toThrow(ParameterError);
  });
});
