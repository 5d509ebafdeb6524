/** A memory dies at a drawn cycle while guests have pages swept, given back, granted or written by the receive engine, and is replaced later. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surviveDeath } from './deaths/survive.ts';
import { kinds } from './deaths/work.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const death = (kind: (typeof kinds)[number]) =>
  fc.record({
    kind: fc.constant(kind),
    memory: fc.constantFrom<0 | 1>(0, 1),
    how: fc.constantFrom<'hangs' | 'errs'>('hangs', 'errs'),
    after: fc.integer({ min: 1, max: 25_000 }),
    replaced: fc.integer({ min: 1, max: 20_000 }),
    single: fc.constantFrom<'first' | 'second'>('first', 'second'),
    last: fc.boolean(),
  });

/** What costs seconds alone: the memory does not come back, and one guest has all its pages in it. */
const brief = fc.record({
  kind: fc.constantFrom(...kinds),
  how: fc.constantFrom<'hangs' | 'errs'>('hangs', 'errs'),
  after: fc.integer({ min: 1, max: 12_000 }),
  dies: fc.constantFrom({ memory: 0, single: 'first' } as const, { memory: 1, single: 'second' } as const),
});

test('a memory dies at a drawn cycle, for ever: nothing that had two copies is lost, and all else is told', async () => {
  const property = fc.asyncProperty(brief, async ({ dies, ...drawn }) => {
    expect(await surviveDeath({ ...drawn, ...dies, last: false })).toEqual([]);
  });
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
});

test.runIf(thorough).each(kinds)(
  'a memory dies at a drawn cycle, in the midst of %s, and comes back: nothing that had two copies is lost, and all else is told',
  { timeout: 7_200_000 },
  async (kind) => {
    const property = fc.asyncProperty(death(kind), async (drawn) => {
      expect(await surviveDeath(drawn)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 20, endOnFailure: true });
  },
);
