/** How long a client may take for the handshake, and how many there may be. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NbdClient } from '../testing/nbd-client.ts';
import type { Export } from './export.ts';
import { listen } from './server.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-limits-'));
afterAll(() => rm(folder, { recursive: true }));

const nothing: Export = {
  description: 'nothing',
  size: 2 ** 20,
  readOnly: true,
  read: async (_, into) => void into.fill(7),
  write: async () => undefined,
  zero: async () => undefined,
  flush: async () => undefined,
  contexts: () => [],
  extents: async () => [],
};
const exports = { names: () => [''], find: () => nothing };
const limits = { underWay: 2 ** 20, unread: 2 ** 20 };

test('a client that does not end its handshake is let go, and one that has stays', async () => {
  const path = join(folder, 'handshake');
  const server = await listen(exports, { path }, { ...limits, handshake: 1500 });
  const client = await NbdClient.connect({ path });
  await client.go('');
  // One says nothing, and one haggles and stops.
  const silent = connect({ path });
  silent.on('error', () => undefined);
  silent.resume();
  const haggling = await NbdClient.connect({ path });
  expect(await haggling.list()).toEqual(['']);
  await Promise.all([new Promise((resolve) => silent.on('close', resolve)), haggling.closed()]);
  expect(await client.read(0, 3)).toEqual(Buffer.alloc(3, 7));
  client.disconnect();
  await server.close();
});

test('a connection beyond the most is closed, the others go on, and when one has ended another may come', async () => {
  const path = join(folder, 'connections');
  const server = await listen(exports, { path }, { ...limits, connections: 2 });
  const clients = [await NbdClient.connect({ path }), await NbdClient.connect({ path })];
  for (const client of clients) await client.go('');
  await expect(NbdClient.connect({ path })).rejects.toThrow('the server closed the connection');
  for (const client of clients) expect(await client.read(0, 3)).toEqual(Buffer.alloc(3, 7));
  clients[0]!.disconnect();
  await clients[0]!.closed();
  const count = (): Promise<number> => new Promise((resolve) => server.server.getConnections((_, now) => resolve(now)));
  while ((await count()) > 1) await new Promise(setImmediate);
  const next = await NbdClient.connect({ path });
  await next.go('');
  expect(await next.read(0, 3)).toEqual(Buffer.alloc(3, 7));
  for (const client of [clients[1]!, next]) client.disconnect();
  await server.close();
});
