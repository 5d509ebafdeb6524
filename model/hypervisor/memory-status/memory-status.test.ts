import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surviveOnce } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test('a memory dies while guests work: all are told, single copies alone are lost, and the work goes on', async () => {
  expect(await surviveOnce({ memory: 0, after: 3000, how: 'hangs', forEver: true })).toEqual([]);
});

test.runIf(thorough)('it is replaced, is brought back while guests work, and the other may die', async () => {
  expect(await surviveOnce({ memory: 0, after: 3000, how: 'hangs' })).toEqual([]);
});

test.runIf(thorough)(
  'either memory dies at any cycle, and once more while it is brought back',
  { timeout: 3_600_000 },
  async () => {
    const death = fc.record({
      memory: fc.constantFrom<0 | 1>(0, 1),
      after: fc.integer({ min: 1, max: 30_000 }),
      how: fc.constantFrom<'hangs' | 'errs'>('hangs', 'errs'),
      again: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: undefined }),
    });
    const property = fc.asyncProperty(death, async (drawn) => {
      expect(await surviveOnce(drawn)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true });
  },
);
