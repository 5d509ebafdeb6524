import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { streamTransport } from '../client/stream-transport.ts';
import { serveDirectory } from './share-server.ts';

test('clients that connect and say nothing lose their places, and those that began keep theirs', async () => {
  const path = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-places-'));
  const address = { path: join(path, 'socket') };
  const options = { directory: path, address, readOnly: false, connections: 2, handles: 100, versionTime: 200 };
  const server = await serveDirectory(options);
  const remote = await RemoteTree.connect({ connect: async () => streamTransport(net.connect(address)) });
  const silent = net.connect(address);
  await new Promise((resolve) => silent.once('connect', resolve));
  const refused = net.connect(address);
  await new Promise((resolve) => refused.once('close', resolve));
  expect(silent.destroyed).toBe(false);
  await new Promise((resolve) => silent.once('close', resolve));
  const other = await RemoteTree.connect({ connect: async () => streamTransport(net.connect(address)) });
  await new Promise((resolve) => setTimeout(resolve, 250));
  for (const tree of [remote, other]) {
    await (await tree.root()).release();
    await tree.close();
  }
  await server.close();
  fs.rmSync(path, { recursive: true });
}, 10_000);
