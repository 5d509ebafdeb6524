import { expect, test } from 'vitest';
import { bits, elaborate, module, modulesOf, output } from './index.ts';

const sized = (parameters: Readonly<Record<string, number>>) =>
  module('sized', { y: output(bits(64)) }, (io) => io.y.set(parameters.width ?? 0), { parameters });
const pair = (left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>) =>
  module('pair', { y: output(bits(64)) }, (io, m) => {
    const { one, other } = m.instances({ one: sized(left), other: sized(right) });
    io.y.set(one.y.and(other.y));
  });
const namesOf = (...sides: Parameters<typeof pair>): string[] =>
  modulesOf(elaborate(pair(...sides))).map(({ name }) => name);

test('variants are named by the parameters that differ', () => {
  expect(namesOf({ width: 1, depth: 2, same: 0 }, { width: 3, depth: 4, same: 0 })).toEqual([
    'sized_width1_depth2',
    'sized_width3_depth4',
    'pair',
  ]);
});

test('a name too long for a file is made of those that tell the variants apart', () => {
  const many = (width: number): Readonly<Record<string, number>> =>
    Object.fromEntries([
      ['width', width],
      ...Array.from({ length: 20 }, (_, index) => [`more${index}`, width] as const),
    ]);
  expect(namesOf(many(1), many(2))).toEqual(['sized_width1', 'sized_width2', 'pair']);
});
