import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { treesUnderTest } from '../tree/every-tree.ts';
import { createGuestFileSystem } from './file-system.ts';
import { closeAll, compare, newSide, type Promises, someOperation } from './random-operations.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Operations in all, over both kinds of share. */
const total = thorough ? 100_000 : 2000;
const most = 60;

test.each(['memory over 9P', 'host over 9P'])(
  'a guest whose share is %s does as the host does',
  async (kind) => {
    let done = 0;
    const sequence = fc.array(someOperation, { minLength: 10, maxLength: most, size: 'max' });
    const run = async (operations: Parameters<typeof compare>[0]): Promise<void> => {
      const reference = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-reference-'));
      const share = await treesUnderTest[kind]!();
      const guest = createGuestFileSystem({ umask: process.umask() });
      await guest.mount('/share', share.tree);
      await guest.promises.mkdir('/local');
      for (const part of ['local', 'share']) fs.mkdirSync(join(reference, part));
      const sides = [newSide(fs.promises, reference), newSide(guest.promises as unknown as Promises, '')] as const;
      try {
        await compare(operations, sides);
        done += operations.length;
      } finally {
        await closeAll(sides[0]);
        await closeAll(sides[1]);
        await share.close();
        fs.rmSync(reference, { recursive: true });
      }
    };
    // Sequences of 35 operations on average.
    await fc.assert(fc.asyncProperty(sequence, run), { numRuns: Math.ceil(total / 2 / 35) });
    expect(done).toBeGreaterThan(total / 3);
  },
  thorough ? 3_000_000 : 300_000,
);
