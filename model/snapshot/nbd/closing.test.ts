import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { optionBytes, requestBytes, u32 } from '../testing/nbd-client.ts';
import type { Export } from './export.ts';
import { commands, options } from './protocol.ts';
import { listen } from './server.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-'));
afterAll(() => rm(folder, { recursive: true }));

test('a client that does not read its answers does not keep the server from its end', async () => {
  let reads = 0;
  const zeros: Export = {
    description: 'zeros',
    size: 2 ** 24,
    readOnly: true,
    read: async () => {
      reads += 1;
    },
    write: async () => undefined,
    zero: async () => undefined,
    flush: async () => undefined,
    contexts: () => [],
    extents: async () => [],
  };
  const path = join(folder, 'zeros.sock');
  const limits = { underWay: 2 ** 26, unread: 2 ** 26, grace: 50 };
  const server = await listen({ names: () => [''], find: () => zeros }, { path }, limits);
  const raw = connect({ path });
  raw.on('error', () => undefined);
  raw.pause();
  raw.write(Buffer.concat([u32(3), optionBytes(options.exportName), requestBytes(commands.read, 1n, 0n, 2 ** 24)]));
  while (reads === 0) await new Promise(setImmediate);
  await server.close();
  raw.destroy();
  expect(reads).toBe(1);
});
