/** Bits of a store that change by themselves: what is there twice is used, and what is gone is told; nothing wrong is ever shown. */

import { crc32 } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { layoutOf } from './layout.ts';
import { DamageError, SnapshotError } from './storage.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { formattedStore, noPace, openRun, play, randomSource, smallGeometry } from './testing/scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const blocks = 16;
const geometry = smallGeometry(blocks);
const layout = layoutOf(geometry);
const { sourceSize, blockSize, pageSize } = geometry;

const rot = (store: Uint8Array, at: number): void => {
  store[at] = store[at]! ^ 0x10;
};
const rotPage = (store: Uint8Array, place: number, page: number, copies: readonly number[]): void => {
  for (const copy of copies) rot(store, layout.pageOffset(place, page, copy) + 37);
};

/** A volume with two snapshots that stand alone, and what each shows; block 1 changed after the first, block 2 after the second. */
const withTwo = async () => {
  const source = randomSource(drawFrom(3), sourceSize).map((value) => value | 1);
  const run = await openRun(new Machine(3), { source, store: await formattedStore(geometry, 2 ** 16) });
  const images = new Map<string, Uint8Array>();
  for (const [name, block] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    images.set(name, await readAll(run.volume));
    await run.take(name);
    await run.volume.settled();
    await run.volume.write(block * blockSize, new Uint8Array(blockSize).fill(7));
  }
  const live = await readAll(run.volume);
  await run.volume.close();
  return { source: run.source.seen, store: run.store.seen, images, live };
};

const reopened = (source: Uint8Array, store: Uint8Array) =>
  openRun(new Machine(5), { source, store }, undefined, undefined, noPace);
type Opened = Awaited<ReturnType<typeof reopened>>;

/** Blocks of a snapshot that are damaged; all others must be right. */
const damagedBlocks = async ({ volume }: Opened, name: string, image: Uint8Array): Promise<readonly number[]> => {
  const damaged: number[] = [];
  for (let block = 0; block < blocks; block += 1) {
    const into = new Uint8Array(Math.min(blockSize, sourceSize - block * blockSize));
    const read = volume.readSnapshot(volume.snapshot(name), block * blockSize, into);
    const error = await read.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) expect(into).toEqual(image.slice(block * blockSize, block * blockSize + into.length));
    else {
      expect(error).toBeInstanceOf(DamageError);
      expect((error as Error).message).toContain(`Block ${block} of snapshot '${name}' is damaged`);
      damaged.push(block);
    }
  }
  return damaged;
};

describe('a map page', () => {
  test.each([[0], [1], [2], [0, 1], [0, 2], [1, 2]])(
    'whose copies %s rotted is read from another',
    async (...copies) => {
      const { source, store, images, live } = await withTwo();
      for (let page = 0; page < layout.pages; page += 1)
        for (const place of [0, 1]) rotPage(store, place, page, copies);
      const run = await reopened(source, store);
      expect(await readAll(run.volume)).toEqual(live);
      for (const [name, image] of images) expect(await readSnapshot(run.volume, name)).toEqual(image);
      // All three are right again.
      for (let page = 0; page < layout.pages; page += 1) {
        const copy = (index: number): Uint8Array =>
          run.store.seen.slice(layout.pageOffset(0, page, index)).subarray(0, pageSize);
        expect([copy(1), copy(2)]).toEqual([copy(0), copy(0)]);
      }
    },
  );

  test.each(['flipped', 'zeros', "another snapshot's"])(
    'whose copies are all gone (%s) loses its blocks alone',
    async (how) => {
      const { source, store, images, live } = await withTwo();
      const first = layout.blocksPerPage;
      for (const copy of [0, 1, 2]) {
        const at = layout.pageOffset(0, 1, copy);
        if (how === 'flipped') rot(store, at + 37);
        else if (how === 'zeros') store.fill(0, at, at + pageSize);
        else store.copyWithin(at, layout.pageOffset(1, 1, copy), layout.pageOffset(1, 1, copy) + pageSize);
      }
      const run = await reopened(source, store);
      const lost = Array.from({ length: layout.blocksPerPage }, (_, index) => first + index);
      expect(await damagedBlocks(run, 'one', images.get('one')!)).toEqual(lost);
      expect(await damagedBlocks(run, 'two', images.get('two')!)).toEqual([]);
      expect(run.volume.status.snapshots).toMatchObject([
        { name: 'one', damaged: lost.length, state: 'live' },
        { name: 'two', damaged: 0 },
      ]);
      await expect(run.volume.verify('two')).resolves.toBeUndefined();
      // The source, and the rest of the snapshots, go on: also after the next opening.
      expect(await readAll(run.volume)).toEqual(live);
      await run.volume.write(0, new Uint8Array(sourceSize).fill(9));
      const again = await reopened(run.source.seen, run.store.seen);
      expect(await readAll(again.volume)).toEqual(new Uint8Array(sourceSize).fill(9));
      expect(await damagedBlocks(again, 'one', images.get('one')!)).toEqual(lost);
      expect(await damagedBlocks(again, 'two', images.get('two')!)).toEqual([]);
    },
  );

  test('that is damaged is told of by what is found through it, and forgotten with its snapshot', async () => {
    const { source, store, images } = await withTwo();
    // Snapshot two finds in the first what did not change.
    rotPage(store, 0, 0, [0, 1, 2]);
    const run = await reopened(source, store);
    await run.volume.write(0, new Uint8Array(blockSize).fill(5));
    const seen = await damagedBlocks(run, 'two', images.get('two')!);
    await run.volume.remove('one');
    expect(await damagedBlocks(run, 'two', images.get('two')!)).toEqual(seen);
    await run.volume.remove('two');
    expect(run.volume.status).toMatchObject({ usedBlocks: 0, snapshots: [] });
  });
});

describe('a slot', () => {
  test('that rotted is an error of what is found in it, counted, and never shown', async () => {
    const { source, store, images, live } = await withTwo();
    rot(store, layout.slotsOffset + 3 * blockSize + 11);
    const run = await reopened(source, store);
    expect(run.volume.status.snapshots).toMatchObject([{ damaged: 0 }, { damaged: 0 }]);
    const damaged = await damagedBlocks(run, 'one', images.get('one')!);
    expect(damaged).toHaveLength(1);
    expect(await damagedBlocks(run, 'two', images.get('two')!)).toEqual(damaged);
    expect(run.volume.status.snapshots).toMatchObject([{ damaged: 1 }, { damaged: 1 }]);
    await expect(
      run.volume.readSnapshot(run.volume.snapshot('one'), damaged[0]! * blockSize + 40, new Uint8Array(8)),
    ).rejects.toThrow(DamageError);
    expect(await readAll(run.volume)).toEqual(live);
  });

  test('that rotted is found before anything is restored from it', async () => {
    const { source, store, live } = await withTwo();
    for (let slot = 0; slot < blocks; slot += 1) rot(store, layout.slotsOffset + slot * blockSize);
    const run = await reopened(source, store);
    await expect(run.volume.verify('one')).rejects.toThrow("Block 1 of snapshot 'one' is damaged");
    expect(await readAll(run.volume)).toEqual(live);
  });
});

test.each([[0], [1], [2]])('a superblock whose copy %i rotted is read from another', async (copy) => {
  const { source, store, images } = await withTwo();
  rot(store, copy * layout.superblockSize + 200);
  const run = await reopened(source, store);
  expect(run.volume.names).toEqual([...images.keys()]);
  await run.volume.remove('one');
  for (const other of [0, 1, 2]) {
    const bytes = run.store.seen.slice();
    rot(bytes, other * layout.superblockSize + 200);
    expect((await reopened(run.source.seen, bytes)).volume.names).toEqual(['two']);
  }
});

test('a store of an earlier format is refused with what to do', async () => {
  const { source, store } = await withTwo();
  for (const copy of [0, 1, 2]) {
    const bytes = Buffer.from(store.buffer, copy * layout.superblockSize, layout.superblockSize);
    bytes.writeUInt32LE(1, 12);
    bytes.writeUInt32LE(crc32(bytes.subarray(12, 128 + 128 * geometry.places)), 8);
  }
  const opening = reopened(source, store);
  await expect(opening).rejects.toThrow(SnapshotError);
  await expect(opening).rejects.toThrow(
    'The store has format 1, and this program reads format 2. Export the snapshots',
  );
});

test.prop([fc.nat(3), fc.nat(), fc.nat(2 ** 16 - 1), fc.integer({ min: 1, max: 255 })], {
  numRuns: thorough ? 2000 : 40,
})('one byte that changes after a power cut is never shown as content', async (seed, cut, at, flip) => {
  const run = await play(seed, blocks, 8, 1 + (cut % 400));
  const store = run.store.seen.slice();
  // The device has everything that was written to it, and then a byte of it changes.
  store[at % store.length] = store[at % store.length]! ^ flip;
  const again = await openRun(new Machine(seed), { source: run.source.seen.slice(), store });
  for (const name of again.volume.names) {
    const expected = run.expected.get(name);
    expect(expected).toBeDefined();
    await damagedBlocks(again, name, expected!.image);
  }
  for (const [name, { taken, removing }] of run.expected)
    if (taken && !removing) expect(again.volume.names).toContain(name);
  if (again.volume.status.restoring === null) expect(run.history.findLoss(await readAll(again.volume))).toBeNull();
  await again.volume.close();
});
