/** However many wrong requests come at once, each is answered. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { optionBytes, requestBytes, u32 } from '../testing/nbd-client.ts';
import type { Export } from './export.ts';
import { commands, errors, options } from './protocol.ts';
import { listen } from './server.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-'));
afterAll(() => rm(folder, { recursive: true }));

const nothing: Export = {
  description: 'nothing',
  size: 2 ** 20,
  readOnly: false,
  read: async () => undefined,
  write: async () => undefined,
  zero: async () => undefined,
  flush: async () => undefined,
  contexts: () => [],
  extents: async () => [],
};

test.each([
  ['reads of 0 bytes', commands.read, 0n, 0, errors.EINVAL],
  ['trims beyond the end', commands.trim, 2n ** 40n, 4096, errors.ENOSPC],
])('50,000 %s in one go are all answered, with their error', async (_, type, offset, length, error) => {
  const count = 50_000;
  const path = join(folder, String(type));
  const server = await listen({ names: () => [''], find: () => nothing }, { path });
  const raw = connect({ path });
  raw.on('error', () => undefined);
  const all = Array.from({ length: count }, (_, index) => requestBytes(type, BigInt(index), offset, length));
  const greeting = 18 + 10 + 124;
  raw.write(
    Buffer.concat([u32(1), optionBytes(options.exportName), ...all, requestBytes(commands.flush, 2n ** 40n, 0n, 0)]),
  );
  const pieces: Buffer[] = [];
  let received = 0;
  await new Promise<void>((resolve) => {
    raw.on('data', (piece: Buffer) => {
      pieces.push(piece);
      received += piece.length;
      // The flush is answered, whatever became of those before.
      if (piece.length >= 8 && piece.readBigUInt64BE(piece.length - 8) === 2n ** 40n) resolve();
    });
    raw.on('close', () => resolve());
  });
  const answers = Buffer.concat(pieces).subarray(greeting);
  const cookies = new Set<bigint>();
  for (let at = 0; at + 16 <= answers.length; at += 16)
    if (answers.readUInt32BE(at + 4) === error) cookies.add(answers.readBigUInt64BE(at + 8));
  expect({ received, answered: cookies.size }).toEqual({ received: greeting + 16 * (count + 1), answered: count });
  raw.destroy();
  await server.close();
});
