import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as propertyTest } from '@fast-check/vitest';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { type Draw, drawFrom, Machine, SimulatedStorage } from '../testing/machine.ts';
import { NbdClient, optionBytes, requestBytes, u32 } from '../testing/nbd-client.ts';
import { anyPace, randomSource } from '../testing/scenario.ts';
import { Volume } from '../volume.ts';
import { commandFlags, commands, errors, longestRequest, optionReplies, options } from './protocol.ts';
import { listen, type NbdServer } from './server.ts';
import { volumeExports } from './volume-exports.ts';

const geometry = { sourceSize: 16 * 4096 - 100, blockSize: 4096, pageSize: 64, places: 4 };
const { sourceSize, blockSize } = geometry;
const draw: Draw = drawFrom(1);
const folder = await mkdtemp(join(tmpdir(), 'nbd-'));
afterAll(() => rm(folder, { recursive: true }));

let volume: Volume;
let server: NbdServer;
let store: SimulatedStorage;
let path = '';
let number = 0;
beforeEach(async () => {
  const machine = new Machine(1);
  store = new SimulatedStorage(machine, new Uint8Array(2 ** 19));
  await SuperblockKeeper.format(store, () => store.flush(), geometry);
  const source = new SimulatedStorage(machine, randomSource(draw, sourceSize));
  source.seen.fill(0, 3 * blockSize, 5 * blockSize);
  volume = await Volume.open(source, store, { pace: anyPace(machine), now: () => 0n });
  number += 1;
  path = join(folder, `${number}.sock`);
  server = await listen(volumeExports(volume), { path });
});
afterEach(async () => {
  await server.close();
  await volume.close();
});

const open = async (name = '', contexts: readonly string[] = [], structured = true) => {
  const client = await NbdClient.connect({ path });
  const { size, flags } = await client.go(name, contexts, structured);
  return { client, size, flags };
};

const wholeOf = async (): Promise<Buffer> => {
  const content = Buffer.alloc(sourceSize);
  await volume.read(0, content);
  return content;
};

test('the volume and its live snapshots are exports', async () => {
  const { client, size, flags } = await open();
  expect([size, flags]).toEqual([sourceSize, (0b101_1110_1101 & ~0x200) | 0x100]);
  const before = await wholeOf();
  await volume.take('monday', { policy: 'break' });
  await client.write(5000, Buffer.alloc(7000, 1));
  const other = await NbdClient.connect({ path });
  expect(await other.list()).toEqual(['', 'monday']);
  const { flags: readOnly } = await other.go('monday');
  expect(readOnly & 2).toBe(2);
  expect(await other.read(0, sourceSize)).toEqual(before);
  expect((await client.read(5000, 7000)).every((byte) => byte === 1)).toBe(true);
  expect((await other.request(commands.write, 0, 4, Buffer.alloc(4))).error).toBe(errors.EPERM);
  await volume.remove('monday');
  expect((await other.request(commands.read, 0, 4)).error).toBe(errors.EIO);
  await expect(open('monday')).rejects.toThrow("there is no export 'monday'");
});

test('block status tells zeros, what is copied, and what changed', async () => {
  await volume.take('monday', { policy: 'break' });
  await volume.settled();
  await volume.write(6 * blockSize + 5, Buffer.alloc(10, 9));
  await volume.take('tuesday', { policy: 'break' });
  const { client } = await open('', [
    'base:allocation',
    'portcullis:copied',
    'portcullis:changed-since:monday',
    'none:such',
  ]);
  expect([...client.contexts.keys()]).toEqual([
    'base:allocation',
    'portcullis:copied',
    'portcullis:changed-since:monday',
  ]);
  const { extents } = await client.request(commands.blockStatus, 3 * blockSize, 6 * blockSize);
  const of = (context: string) => extents.get(client.contexts.get(context)!);
  expect(of('base:allocation')?.slice(0, 2)).toEqual([
    [2 * blockSize, 3],
    [4 * blockSize, 0],
  ]);
  expect(of('portcullis:changed-since:monday')).toEqual([
    [3 * blockSize, 0],
    [blockSize, 1],
    [2 * blockSize, 0],
  ]);
  const copied = Array.from({ length: 6 }, (_, index) =>
    Number(volume.isCopied(volume.snapshot('tuesday'), 3 + index)),
  );
  expect(of('portcullis:copied')?.reduce((sum, [length]) => sum + length, 0)).toBe(6 * blockSize);
  expect(copied.filter((flag) => flag === 1).length).toBeGreaterThanOrEqual(5);
  const one = await client.request(commands.blockStatus, 1, 100, undefined, commandFlags.requestOne);
  expect(one.extents.get(client.contexts.get('portcullis:changed-since:monday')!)).toEqual([[100, 0]]);
});

test('a client is told of no other snapshot than the one that it was offered', async () => {
  for (const name of ['a', 'b']) {
    await volume.take(name, { policy: 'break' });
    await volume.write(blockSize, Buffer.alloc(10, 9));
  }
  const contexts = ['portcullis:changed-since:a'];
  const [ofVolume, ofB] = [(await open('', contexts)).client, (await open('b', contexts)).client];
  const changed = async (client: NbdClient) => {
    const { error, extents } = await client.request(commands.blockStatus, 0, 3 * blockSize);
    return error === 0 ? extents.get(client.contexts.get(contexts[0]!)!) : error;
  };
  const one = [
    [blockSize, 0],
    [blockSize, 1],
    [blockSize, 0],
  ];
  expect([await changed(ofVolume), await changed(ofB)]).toEqual([one, one]);
  await volume.remove('b');
  expect([await changed(ofVolume), await changed(ofB)]).toEqual([one, errors.EIO]);
  await volume.remove('a');
  await volume.take('a', { policy: 'break' });
  expect([await changed(ofVolume), await changed(ofB)]).toEqual([errors.EIO, errors.EIO]);
});

test('writes, zeros, trims, flushes and reads ahead do what they say, with and without structured replies', async () => {
  for (const structured of [true, false]) {
    const { client } = await open('', [], structured);
    await client.write(100, Buffer.alloc(9000, 7), commandFlags.fua);
    expect((await client.request(commands.writeZeroes, 200, 5000, undefined, commandFlags.noHole)).error).toBe(0);
    expect((await client.request(commands.trim, 6000, 100)).error).toBe(0);
    expect((await client.request(commands.flush, 0, 0)).error).toBe(0);
    expect((await client.request(commands.cache, 0, 5000)).error).toBe(0);
    const reading = client.request(commands.read, 100, 9000);
    client.expectData(9000);
    const expected = Buffer.alloc(9000, 7).fill(0, 100, 5100).fill(0, 5900, 6000);
    expect((await reading).data).toEqual(expected);
    client.disconnect();
    await client.closed();
  }
});

test('requests that are wrong are answered with an error, and the connection goes on', async () => {
  const { client } = await open('');
  const errorOf = async (...words: Parameters<NbdClient['request']>) => (await client.request(...words)).error;
  expect(await errorOf(commands.read, sourceSize - 4, 5)).toBe(errors.EINVAL);
  expect(await errorOf(commands.read, 2n ** 64n - 1n, 5)).toBe(errors.EINVAL);
  expect(await errorOf(commands.read, 0, 0)).toBe(errors.EINVAL);
  expect(await errorOf(commands.read, 0, longestRequest + 1)).toBe(errors.EINVAL);
  expect(await errorOf(commands.write, sourceSize - 4, 5, Buffer.alloc(5))).toBe(errors.ENOSPC);
  expect(await errorOf(commands.trim, sourceSize, 1)).toBe(errors.ENOSPC);
  expect(await errorOf(99, 0, 1)).toBe(errors.EINVAL);
  expect(await errorOf(commands.read, 0, 1, undefined, 0xff00)).toBe(errors.EINVAL);
  expect(await errorOf(commands.blockStatus, 0, 1)).toBe(errors.EINVAL);
  expect(await errorOf(commands.read, 0, 1)).toBe(0);
});

test('a store that fails is an error of the write, and one that is full of a write on hold is none', async () => {
  const { client } = await open('');
  await volume.take('monday', { policy: 'break' });
  store.failing = { kind: 'failed', on: ['write', 'flush'] };
  expect((await client.request(commands.write, 0, 4, Buffer.alloc(4))).error).toBe(errors.EIO);
  store.failing = null;
  expect((await client.request(commands.write, 0, 4, Buffer.alloc(4))).error).toBe(0);
});

test('several connections write at once, and a flush on one covers the others', async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, async () => (await open('')).client));
  await Promise.all(
    clients.flatMap((client, index) =>
      Array.from({ length: 20 }, (_, part) => client.write((index * 20 + part) * 400, Buffer.alloc(400, 1 + index))),
    ),
  );
  expect((await clients[0]!.request(commands.flush, 0, 0)).error).toBe(0);
  const content = await wholeOf();
  for (let index = 0; index < 8; index += 1)
    expect(content.subarray(index * 8000, (index + 1) * 8000).every((byte) => byte === 1 + index)).toBe(true);
});

test('options that are wrong are refused, and haggling goes on', async () => {
  const client = await NbdClient.connect({ path });
  const last = async (option: number, data?: Buffer) => (await client.option(option, data)).at(-1)?.type;
  expect(await last(5)).toBe(optionReplies.unsupported);
  expect(await last(11)).toBe(optionReplies.unsupported);
  expect(await last(options.list, Buffer.alloc(3))).toBe(optionReplies.invalid);
  expect(await last(options.go, Buffer.alloc(3))).toBe(optionReplies.invalid);
  expect(await last(options.go, Buffer.concat([u32(4000), Buffer.alloc(2)]))).toBe(optionReplies.invalid);
  expect(await last(options.setMetaContext, Buffer.concat([u32(0), u32(0)]))).toBe(optionReplies.invalid);
  await client.option(options.structuredReply);
  expect(await last(options.setMetaContext, Buffer.concat([u32(0), u32(0xffff_ffff)]))).toBe(optionReplies.invalid);
  expect(await last(options.listMetaContext, Buffer.concat([u32(0), u32(0)]))).toBe(optionReplies.acknowledged);
  expect(await last(options.abort)).toBe(optionReplies.acknowledged);
  await client.closed();
});

test.each([
  ['an option that is too long', Buffer.concat([optionBytes(options.list).subarray(0, 12), u32(0xffff_ffff)])],
  ['bytes that are no option', Buffer.alloc(64, 0x55)],
  ['an export that is not there', optionBytes(options.exportName, Buffer.from('nothing'))],
  ['too many options', Buffer.concat(Array.from({ length: 1100 }, () => optionBytes(options.list)))],
])('%s closes the connection', async (_, bytes) => {
  const client = await NbdClient.connect({ path });
  client.socket.write(bytes);
  await client.closed();
});

test.each([
  ['bytes that are no request', Buffer.alloc(64, 0x55)],
  ['a write that is too long', requestBytes(commands.write, 1n, 0n, 0xffff_ffff)],
])('%s closes the connection, and no other', async (_, bytes) => {
  const { client: other } = await open('');
  const raw = connect({ path });
  raw.on('error', () => undefined);
  raw.write(Buffer.concat([u32(3), optionBytes(options.exportName), bytes]));
  raw.resume();
  await new Promise((resolve) => raw.on('close', resolve));
  expect(await other.read(0, 10)).toHaveLength(10);
});

test('a client that asks much and reads nothing is made to wait, and holds up nobody', async () => {
  let reads = 0;
  const exports = volumeExports(volume);
  const counting = {
    names: () => exports.names(),
    find: (name: string) => {
      const found = exports.find(name)!;
      const read = (offset: number, into: Uint8Array): Promise<void> => {
        reads += 1;
        into.fill(offset & 255);
        return Promise.resolve();
      };
      return { ...found, read };
    },
  };
  const length = 60_000;
  const limited = await listen(counting, { path: `${path}.limited` }, { underWay: 10 * length, unread: 10 * length });
  const raw = connect({ path: `${path}.limited` });
  raw.pause();
  raw.write(Buffer.concat([u32(3), optionBytes(options.exportName)]));
  raw.write(Buffer.concat(Array.from({ length: 400 }, () => requestBytes(commands.read, 1n, 0n, length))));
  const client = await NbdClient.connect({ path: `${path}.limited` });
  await client.go('');
  for (let turn = 0; turn < 50; turn += 1) expect(await client.read(0, 100)).toHaveLength(100);
  // Its 50, what may be under way and unread, and what the system keeps between the two.
  expect(reads).toBeLessThan(50 + 10 + 10 + 60);
  let received = 0;
  raw.on('data', (chunk) => {
    received += chunk.length;
  });
  raw.resume();
  while (received < 400 * (length + 16)) await new Promise((resolve) => raw.once('data', resolve));
  raw.destroy();
  await limited.close();
});

propertyTest.prop(
  [
    fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc
          .record({ option: fc.nat(12), data: fc.uint8Array({ maxLength: 40 }) })
          .map(({ option, data }) => optionBytes(option, Buffer.from(data))),
        fc
          .record({ type: fc.nat(9), offset: fc.bigInt(0n, 2n ** 64n - 1n), length: fc.nat(80_000), flags: fc.nat(31) })
          .map(({ type, offset, length, flags }) => requestBytes(type, 5n, offset, length, flags)),
      ),
      { maxLength: 12 },
    ),
    fc.boolean(),
  ],
  { numRuns: process.env.PORTCULLIS_THOROUGH === '1' ? 2000 : 60 },
)('whatever bytes come, the server goes on', async (pieces, opened) => {
  const raw = connect({ path });
  raw.on('error', () => undefined);
  raw.resume();
  const closed = new Promise((resolve) => raw.on('close', resolve));
  raw.write(Buffer.concat([u32(3), ...(opened ? [optionBytes(options.exportName)] : [])]));
  for (const piece of pieces) raw.write(piece);
  raw.end();
  await closed;
  const { client } = await open('');
  expect(await client.read(0, 10)).toHaveLength(10);
  client.disconnect();
  await client.closed();
});
