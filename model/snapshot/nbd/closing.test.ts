import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { StorageError } from '../storage.ts';
import { optionBytes, requestBytes, u32 } from '../testing/nbd-client.ts';
import type { Export } from './export.ts';
import { commands, options } from './protocol.ts';
import { listen } from './server.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-'));
afterAll(() => rm(folder, { recursive: true }));

const zeros: Export = {
  description: 'zeros',
  size: 2 ** 24,
  readOnly: false,
  read: async () => undefined,
  write: async () => undefined,
  zero: async () => undefined,
  flush: async () => undefined,
  contexts: () => [],
  extents: async () => [],
};

test('who waits for writes is told when their connection is gone', async () => {
  const clients: AbortSignal[] = [];
  const waits = (client: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      clients.push(client);
      client.addEventListener('abort', () => reject(new StorageError('full', 'the client is gone')));
    });
  const held: Export = { ...zeros, write: (_offset, _data, client) => waits(client), zero: (...all) => waits(all[3]) };
  const path = join(folder, 'held.sock');
  const server = await listen({ names: () => [''], find: () => held }, { path });
  const open = async (requests: readonly Buffer[]) => {
    const raw = connect({ path });
    raw.on('error', () => undefined);
    raw.write(Buffer.concat([u32(3), optionBytes(options.exportName), ...requests]));
    const count = clients.length + requests.length;
    while (clients.length < count) await new Promise(setImmediate);
    return raw;
  };
  const one = await open([
    Buffer.concat([requestBytes(commands.write, 1n, 0n, 4), Buffer.alloc(4)]),
    requestBytes(commands.writeZeroes, 2n, 0n, 4),
  ]);
  const other = await open([requestBytes(commands.trim, 1n, 0n, 4)]);
  one.destroy();
  while (!clients[0]!.aborted) await new Promise(setImmediate);
  expect(clients.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  await server.close();
  expect(clients[2]!.aborted).toBe(true);
  other.destroy();
});

test('a client that does not read its answers does not keep the server from its end', async () => {
  let reads = 0;
  const counted: Export = {
    ...zeros,
    read: async () => {
      reads += 1;
    },
  };
  const path = join(folder, 'zeros.sock');
  const limits = { underWay: 2 ** 26, unread: 2 ** 26, grace: 50 };
  const server = await listen({ names: () => [''], find: () => counted }, { path }, limits);
  const raw = connect({ path });
  raw.on('error', () => undefined);
  raw.pause();
  raw.write(Buffer.concat([u32(3), optionBytes(options.exportName), requestBytes(commands.read, 1n, 0n, 2 ** 24)]));
  while (reads === 0) await new Promise(setImmediate);
  await server.close();
  raw.destroy();
  expect(reads).toBe(1);
});
