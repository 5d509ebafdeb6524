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

/** Whether a socket of ours, by its two ports, has a timer that is to ask the other end: Linux's `/proc/net/tcp`, 02 in its sixth field. */
const asks = (own: number, other: number): boolean => {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const rows = fs.readFileSync('/proc/net/tcp', 'latin1').split('\n');
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find((fields) => fields[1]?.endsWith(`:${hex(own)}`) && fields[2]?.endsWith(`:${hex(other)}`));
  return row?.[5]?.startsWith('02:') === true;
};

test.runIf(process.platform === 'linux')(
  'a client that goes without a word is asked after, so that its place comes back',
  async () => {
    const path = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-gone-'));
    const address = { host: '127.0.0.1', port: 0 };
    const server = await serveDirectory({ directory: path, address, readOnly: false, connections: 2, handles: 100 });
    const { port } = server.address as typeof address;
    const socket = net.connect(port, address.host);
    const tree = await RemoteTree.connect({ connect: async () => streamTransport(socket) });
    await (await tree.root()).release();
    await expect.poll(() => asks(port, socket.localPort!)).toBe(true);
    await tree.close();
    await server.close();
    fs.rmSync(path, { recursive: true });
  },
);
