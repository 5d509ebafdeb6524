import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { changeInValues, constantLike } from '../mutation/places.ts';
import type { BlockModel } from './block.ts';
import { check } from './check.ts';
import type { Driver, Scoreboard } from './driver.ts';
import { lockstep } from './lockstep.ts';
import { trailOf } from './trail.ts';
import { makeWays, modelWay, rtlWay } from './ways.ts';

/** Adds its input up, modulo 256. */
const accumulator = (): Module =>
  elaborate(
    module('accumulator', { amount: input(bits(8)), total: output.reg(bits(8), { reset: 0 }) }, (io) => {
      io.total.set(io.total.add(io.amount));
    }),
  );

const layout = rtlWay(accumulator()).layout;

const model = (): BlockModel => {
  let total = 0;
  return {
    layout,
    reset() {
      total = 0;
    },
    step(inputs, outputs) {
      outputs[0] = total;
      total = inputs[0] === 0 ? 0 : (total + (inputs[1] ?? 0)) & 0xff;
    },
  };
};

/** Counts up, with a reset now and then. */
const counting = (cycles: number): Driver => {
  let cycle = 0;
  return {
    next(inputs) {
      inputs[0] = cycle % 50 === 0 ? 0 : 1;
      inputs[1] = cycle & 0xff;
      cycle += 1;
      return cycle <= cycles;
    },
  };
};

/** Adds 5 to the amount 200 in place of 200. */
const broken = (): Module =>
  changeInValues(
    accumulator(),
    'total',
    (node) => node.kind === 'reference' && node.signal.name === 'amount',
    (node) => ({
      kind: 'multiplex',
      condition: {
        kind: 'binary',
        operator: 'equal',
        left: node,
        right: constantLike(node, 200n),
        width: 1,
        signed: false,
        location: node.location,
      },
      whenTrue: constantLike(node, 5n),
      whenFalse: node,
      width: node.width,
      signed: node.signed,
      location: node.location,
    }),
  );

describe('lockstep', () => {
  test('equal ways show no difference', () => {
    expect(lockstep([modelWay(model()), rtlWay(accumulator())], counting(1000), 5000)).toEqual({
      cycles: 1000,
      ended: true,
      difference: null,
    });
  });

  test.each([1, 7, 64, 4096])('names the first cycle and signal that differ, in chunks of %i', (chunk) => {
    const result = lockstep([modelWay(model()), rtlWay(broken())], counting(1000), 5000, { chunk });
    // Cycle 200 resets; amount 200 is next met in cycle 456, whose sum shows in cycle 457.
    expect(result.difference).toMatchObject({
      kind: 'output',
      cycle: 457,
      way: 'rtl',
      reference: 'model',
      ports: ['total'],
    });
  });

  test('a scoreboard that complains ends the run at its cycle', () => {
    const scoreboard = {
      name: 'limit',
      cycle: (_: Uint32Array, outputs: Uint32Array) => (outputs[0] === 6 ? 'six' : null),
    };
    const result = lockstep([modelWay(model())], counting(1000), 5000, { scoreboards: [scoreboard], chunk: 16 });
    expect(result.difference).toMatchObject({ kind: 'scoreboard', cycle: 4, message: 'six' });
  });

  test('ways with other ports are refused', () => {
    const other = rtlWay(
      elaborate(
        module('other', { amount: input(bits(9)), total: output.reg(bits(8), { reset: 0 }) }, (io) =>
          io.total.set(io.amount.truncate(8)),
        ),
      ),
    );
    expect(() => lockstep([modelWay(model()), other], counting(1), 1)).toThrow(
      /'amount' of 9 bits where 'amount' of 8 bits is expected/,
    );
  });

  const block = (scoreboards: readonly Scoreboard[] = []) => ({
    name: 'accumulator',
    schema: {},
    resolve: () => ({}),
    module: accumulator,
    model,
    scenarios: () => fc.constant(300),
    fromCapture: () => null,
    bench: () => ({ driver: counting(300), scoreboards, limit: 1000 }),
    describe: () => [],
    frames: () => [],
    toJson: () => null,
    fromJson: () => 300,
  });

  test('all four ways of a small block agree', async () => {
    const ways = await makeWays(block(), {}, ['model', 'rtl', 'verilog', 'gates']);
    expect(lockstep(ways, counting(300), 1000).difference).toBeNull();
  });

  test('what a scoreboard complains of is shown again by a command that compares', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'portcullis-'));
    try {
      const complains: Scoreboard = { name: 'never', cycle: () => 'never' };
      const result = await check({ block: block([complains]), ways: ['rtl', 'model'], cycles: 10, directory });
      expect(result.differences[0]).toMatchObject({ kind: 'scoreboard', ways: ['rtl'] });
      expect(result.differences[0]?.command).toContain('--ways rtl,model');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('the trail of an output ends where it is computed', () => {
    const [first] = trailOf(accumulator(), 'total');
    expect(first?.declared.file).toMatch(/lockstep\.test\.ts$/);
    expect(first?.driven).toHaveLength(1);
  });
});
