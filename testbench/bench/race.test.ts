import { expect, test } from 'vitest';
import { cyclesUnchanged } from './model-racer.ts';
import { raceBuilt } from './race.ts';
import type { BuiltRace } from './verilator.ts';

const racer = (simulator: string, seconds: readonly number[], checksum: number): BuiltRace => {
  let round = 0;
  return {
    simulator,
    flags: '',
    buildSeconds: 0,
    run: () => ({ seconds: seconds[round++ % seconds.length]!, checksum }),
  };
};
const options = { cycles: 100, rounds: 2, tell: () => {} };

test('each is told in its best round, and beside Verilator', () => {
  const rows = raceBuilt('design', [racer('rtl', [4, 2], 7), racer('verilator (g++)', [1, 8], 7)], options);
  expect(rows.map(({ cyclesPerSecond, ratioToVerilator }) => [cyclesPerSecond, ratioToVerilator])).toEqual([
    [50, 0.5],
    [100, 1],
  ]);
  expect(raceBuilt('design', [racer('rtl', [4], 7)], options)[0]).toMatchObject({ ratioToVerilator: null });
});

test('a race of two that give other outputs has no result', () => {
  const racers = [racer('model', [1], 0xab), racer('rtl', [1], 0xcd)];
  expect(() => raceBuilt('design', racers, options)).toThrow(
    'design: the simulators disagree about the outputs: model ab, rtl cd',
  );
});

test('of every cycle it is known how many after it have the same inputs', () => {
  const stimulus = Uint32Array.of(...[1, 2], ...[1, 2], ...[1, 2], ...[1, 3], ...[0, 3], ...[0, 3]);
  expect([...cyclesUnchanged(stimulus, 2)]).toEqual([2, 1, 0, 0, 1, 0]);
});
