import fc from 'fast-check';
import { expect, test } from 'vitest';
import { treesUnderTest } from '../tree/every-tree.ts';
import { compareWithHost } from './host-reference.ts';
import { someOperation } from './random-operations.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Operations in all, over both kinds of share. */
const total = thorough ? 100_000 : 2000;
const most = 60;

test.each(['memory over 9P', 'host over 9P'])(
  'a guest whose share is %s does as the host does',
  async (kind) => {
    let done = 0;
    const sequence = fc.array(someOperation, { minLength: 10, maxLength: most, size: 'max' });
    const run = async (operations: Parameters<typeof compareWithHost>[0]): Promise<void> => {
      const share = await treesUnderTest[kind]!();
      try {
        await compareWithHost(operations, share.tree);
        done += operations.length;
      } finally {
        await share.close();
      }
    };
    // Sequences of 35 operations on average.
    await fc.assert(fc.asyncProperty(sequence, run), { numRuns: Math.ceil(total / 2 / 35) });
    expect(done).toBeGreaterThan(total / 3);
  },
  thorough ? 3_000_000 : 300_000,
);
