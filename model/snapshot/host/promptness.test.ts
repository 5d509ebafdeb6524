/** A host that is slow once is asked again soon; one that is slow each time, seldom. */
import { expect, test } from 'vitest';
import { Promptness } from './promptness.ts';

/** Of so many operations, how many were tried at once. */
const triedOf = (operations: number, millisecondsOf: (tried: number) => number): number => {
  const promptness = new Promptness();
  let tried = 0;
  for (let operation = 0; operation < operations; operation += 1) {
    if (!promptness.likely) continue;
    promptness.note(millisecondsOf(tried));
    tried += 1;
  }
  return tried;
};

test('a host is trusted by how it did', () => {
  expect(triedOf(10_000, () => 0.01)).toBe(10_000);
  expect(triedOf(10_000, (tried) => (tried % 100 === 0 ? 5 : 0.01))).toBeGreaterThan(9_500);
  expect(triedOf(10_000, () => 5)).toBeLessThan(200);
  expect(triedOf(10_000, (tried) => (tried % 2 === 0 ? 5 : 0.01))).toBeLessThan(400);
});
