/** What requests take is bounded, and counted where it is taken: as many requests as a client likes take no more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { layoutOf } from '../layout.ts';
import type { Storage } from '../storage.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { NbdClient } from '../testing/nbd-client.ts';
import { Volume } from '../volume.ts';
import type { Exports } from './export.ts';
import { commands } from './protocol.ts';
import { listen } from './server.ts';
import { volumeExports } from './volume-exports.ts';

const folder = await mkdtemp(join(tmpdir(), 'nbd-memory-'));
afterAll(() => rm(folder, { recursive: true }));

const blockSize = 16 * 2 ** 20;
const blocks = 8;
const geometry = { sourceSize: blocks * blockSize, blockSize, pageSize: 4096, places: 2 };

/** Blocks each of one byte, of which that byte is kept. Counts the bytes that reads under way are given room for. */
class FilledStorage implements Storage {
  readonly size: number;
  readonly #begin: number;
  readonly #head: Buffer;
  readonly #fills = new Map<number, number>();
  underWay = 0;
  most = 0;
  bytesRead = 0;
  readonly #counted = new Set<ArrayBufferLike>();

  /** @param begin where the blocks begin; what is before is kept as it is */
  constructor(size: number, begin: number) {
    this.size = size;
    this.#begin = begin;
    this.#head = Buffer.alloc(begin);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (offset < this.#begin) {
      into.set(this.#head.subarray(offset, offset + into.length));
      return;
    }
    // What a piece is read into is there as a whole, once.
    const isNew = !this.#counted.has(into.buffer);
    this.#counted.add(into.buffer);
    if (isNew) this.underWay += into.buffer.byteLength;
    this.most = Math.max(this.most, this.underWay);
    this.bytesRead += into.length;
    await new Promise(setImmediate);
    if (isNew) this.underWay -= into.buffer.byteLength;
    this.#counted.delete(into.buffer);
    for (let done = 0; done < into.length; ) {
      const at = offset + done - this.#begin;
      const count = Math.min(into.length - done, blockSize - (at % blockSize));
      into.fill(this.#fills.get(Math.floor(at / blockSize)) ?? 0, done, done + count);
      done += count;
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    if (offset < this.#begin) this.#head.set(data, offset);
    else
      for (let at = 0; at < data.length; at += blockSize)
        this.#fills.set(Math.floor((offset - this.#begin + at) / blockSize), data[at]!);
  }

  flush = async (): Promise<void> => undefined;
}

const { slotsOffset } = layoutOf(geometry);
const source = new FilledStorage(geometry.sourceSize, 0);
const store = new FilledStorage(slotsOffset + 2 * geometry.sourceSize, slotsOffset);
await SuperblockKeeper.format(store, () => store.flush(), geometry);
for (let block = 0; block < blocks; block += 1) await source.write(block * blockSize, new Uint8Array([block + 1]));
const volume = await Volume.open(source, store, { pace: { turn: async () => 1 }, now: () => 0n });
await volume.take('a', { policy: 'break' });
await volume.settled();
afterAll(() => volume.close());

const limits = { underWay: 64 * 2 ** 20, unread: 64 * 2 ** 20 };
let served = 0;
/** What a client's requests take at most, and how much is read for them. */
const whileServed = async (
  name: string,
  context: string,
  run: (client: NbdClient) => Promise<void>,
  exports: Exports = volumeExports(volume),
): Promise<{ readonly counted: number; readonly read: number; readonly told: number }> => {
  served += 1;
  const path = join(folder, String(served));
  const server = await listen(exports, { path }, limits);
  const client = await NbdClient.connect({ path });
  await client.go(name, [context]);
  for (const storage of [source, store]) [storage.most, storage.bytesRead] = [0, 0];
  // They come in one piece, so that all are there before the first is done.
  client.socket.cork();
  const ran = run(client);
  client.socket.uncork();
  await ran;
  client.disconnect();
  await client.closed();
  await server.close();
  return {
    counted: source.most + store.most,
    read: source.bytesRead + store.bytesRead,
    told: server.mostTaken,
  };
};

test('small reads of a snapshot of large blocks share a block, and wait for their turn where there are many', async () => {
  const { counted, read, told } = await whileServed('a', 'base:allocation', async (client) => {
    const all = Array.from({ length: 100 }, async (_, index) => {
      const block = index % blocks;
      expect((await client.read(block * blockSize + 4096 * index, 4096)).every((byte) => byte === block + 1)).toBe(
        true,
      );
    });
    await Promise.all(all);
  });
  expect(counted).toBeLessThanOrEqual(limits.underWay + blockSize);
  expect(told).toBeGreaterThanOrEqual(counted);
  expect(told).toBeLessThanOrEqual(limits.underWay + blockSize);
  expect(read).toBe(blocks * blockSize);
});

test.each(['', 'a'])('block status and reading ahead are done one at a time, of %j', async (name) => {
  const { counted, told } = await whileServed(name, 'base:allocation', async (client) => {
    const all = Array.from({ length: 9 }, async (_, index) => {
      const block = index % blocks;
      const [ahead, status] = await Promise.all([
        client.request(commands.cache, block * blockSize, 2 ** 21),
        client.request(commands.blockStatus, block * blockSize + 2 ** 20, 2 ** 23),
      ]);
      expect([ahead.error, status.error, [...status.extents.values()]]).toEqual([0, 0, [[[2 ** 23, 0]]]]);
    });
    await Promise.all(all);
  });
  // One of them, and the block that it is read from.
  expect(counted).toBeLessThanOrEqual(2 ** 23 + blockSize);
  expect(told).toBeGreaterThanOrEqual(counted);
});
