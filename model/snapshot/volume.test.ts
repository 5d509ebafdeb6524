import { expect, test } from 'vitest';
import type { Pace } from './background.ts';
import { SnapshotError, StorageError } from './storage.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { formattedStore, noPace, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const blocks = 16;
const geometry = smallGeometry(blocks);
const { sourceSize, blockSize } = geometry;

const open = async (seed: number, limit = Number.POSITIVE_INFINITY, pace?: Pace) => {
  // No block of zeros, so that each copy takes a slot.
  const source = randomSource(drawFrom(seed), sourceSize).map((value) => value | 1);
  const contents = { source, store: await formattedStore(geometry, 2 ** 16) };
  return openRun(new Machine(seed), contents, undefined, limit, pace);
};

const fill = (value: number, length = blockSize): Uint8Array => new Uint8Array(length).fill(value);

test.each([1, 4])('%i snapshots of one source: each block is copied exactly once', async (count) => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const run = await open(seed);
    const initial = await readAll(run.volume);
    const draw = drawFrom(seed);
    for (let index = 0; index < count; index += 1) {
      await run.take(`s${index}`);
      for (let rest = draw(60); rest > 0; rest -= 1) await run.machine.while();
      if (index === 1) await run.volume.settled();
    }
    await Promise.all(Array.from({ length: 40 }, () => run.volume.write(draw(sourceSize - 8), fill(2, 8))));
    await run.volume.settled();
    expect(run.volume.status.copies / blocks).toBe(1);
    expect(run.volume.status.usedBlocks).toBe(blocks);
    for (const name of run.volume.names) expect(await readSnapshot(run.volume, name)).toEqual(initial);
    await run.volume.close();
  }
});

test('a block of zeros takes no room', async () => {
  const store = await formattedStore(geometry, 2 ** 16);
  const run = await openRun(new Machine(1), { source: new Uint8Array(sourceSize), store });
  await run.take('empty');
  await run.volume.settled();
  expect(run.volume.status).toMatchObject({ usedBlocks: 0, copies: blocks, snapshots: [{ inSource: 0 }] });
  await run.volume.write(0, fill(9));
  expect(await readSnapshot(run.volume, 'empty')).toEqual(new Uint8Array(sourceSize));
});

test('many writes to one block that is being copied share the copy, and come after it', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const run = await open(seed);
    const initial = await readAll(run.volume);
    await run.take('s');
    const writes = Array.from({ length: 12 }, (_, index) => run.volume.write(index, fill(200 + index, 1)));
    const reads = Array.from({ length: 6 }, () => readSnapshot(run.volume, 's'));
    for (const content of await Promise.all(reads)) expect(content).toEqual(initial);
    await Promise.all(writes);
    expect((await readAll(run.volume)).subarray(0, 12)).toEqual(
      Uint8Array.from({ length: 12 }, (_, index) => 200 + index),
    );
    await run.volume.settled();
    expect(run.volume.status.copies).toBe(blocks);
  }
});

test('a full store breaks the snapshot when that is its policy, and the volume goes on', async () => {
  const run = await open(1, 3);
  await run.take('s', 'break');
  for (let block = 0; block < 8; block += 1) await run.volume.write(block * blockSize, fill(block));
  expect(run.volume.status.snapshots).toMatchObject([{ name: 's', state: 'broken' }]);
  expect(() => run.volume.snapshot('s')).toThrow(
    "Snapshot 's' is broken: the store could not take a block of it. Remove it.",
  );
  await run.volume.close();
  const again = await openRun(new Machine(2), { source: run.source.seen, store: run.store.seen });
  expect(again.volume.status.snapshots).toMatchObject([{ name: 's', state: 'broken' }]);
  await again.volume.remove('s');
  expect(again.volume.status).toMatchObject({ snapshots: [], usedBlocks: 0 });
});

test('a full store breaks only the snapshots that lose something', async () => {
  const run = await open(3, blocks + 2);
  const initial = await readAll(run.volume);
  await run.take('whole');
  await run.volume.settled();
  for (let block = 0; block < blocks; block += 1) await run.volume.write(block * blockSize, fill(7, 8));
  await run.take('partial');
  for (let block = 0; block < blocks; block += 1) await run.volume.write(block * blockSize, fill(8, 8));
  expect(run.volume.status.snapshots).toMatchObject([
    { name: 'whole', state: 'live' },
    { name: 'partial', state: 'broken', untracked: true },
  ]);
  expect(await readSnapshot(run.volume, 'whole')).toEqual(initial);
  // What changed while the newest snapshot was broken must not be taken from it.
  const now = await readAll(run.volume);
  await run.take('later');
  expect(await readSnapshot(run.volume, 'later')).toEqual(now);
  await run.volume.remove('partial');
  expect(await readSnapshot(run.volume, 'later')).toEqual(now);
});

test('a write waits for room when that is the policy, and reads go on', async () => {
  const run = await open(1, 2);
  const initial = await readAll(run.volume);
  await run.take('s', 'hold');
  let written = 0;
  const writes = Array.from({ length: 6 }, async (_, block) => {
    await run.volume.write(block * blockSize, fill(block));
    written += 1;
  });
  while (run.volume.status.heldWrites < 4) await run.machine.while();
  expect(await readSnapshot(run.volume, 's')).toEqual(initial);
  run.volume.tryAgain();
  const { volume } = run;
  while (volume.status.heldWrites < 4 || volume.status.stalled === null) await run.machine.while();
  expect(written).toBeLessThanOrEqual(2);
  expect(volume.status.stalled).toMatch(/all 2 blocks of the snapshot store are in use/);
  await run.volume.remove('s');
  await Promise.all(writes);
  expect(run.volume.status).toMatchObject({ heldWrites: 0, snapshots: [] });
});

test('writes that are held when the volume is closed end with an error', async () => {
  const run = await open(1, 0);
  await run.take('s', 'hold');
  const write = run.volume.write(0, fill(1)).then(
    () => 'written',
    (error: unknown) => (error as Error).message,
  );
  while (run.volume.status.heldWrites < 1) await run.machine.while();
  await run.volume.close();
  expect(await write).toMatch(/closed while this write waits for room/);
});

test('a store that takes nothing any more ends writes with an error rather than spoil a snapshot', async () => {
  const run = await open(5);
  const initial = await readAll(run.volume);
  await run.take('s', 'break');
  run.store.failing = { kind: 'failed', on: ['write', 'flush'] };
  await expect(run.volume.write(0, fill(1))).rejects.toThrow(StorageError);
  run.store.failing = null;
  expect(await readSnapshot(run.volume, 's')).toEqual(initial);
  await run.volume.write(0, fill(1));
  run.volume.tryAgain();
  await run.volume.settled();
  expect(await readSnapshot(run.volume, 's')).toEqual(initial);
});

test('a snapshot that could not be taken is not there after the next start either', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const run = await open(seed);
    const failing = { kind: 'failed', on: ['flush'] } as const;
    // Before anything can tell of it, in the pages of its map.
    run.store.failing = failing;
    await expect(run.volume.take('r', { policy: 'break' })).rejects.toThrow('a flush failed');
    await run.volume.write(0, fill(1));
    run.store.failing = null;
    // In the superblock: its map is there by the second flush of the source.
    const flush = run.source.flush.bind(run.source);
    let flushes = 0;
    run.source.flush = async () => {
      await flush();
      flushes += 1;
      if (flushes === 2) run.store.failing = failing;
    };
    await expect(run.volume.take('s', { policy: 'break' })).rejects.toThrow('a flush failed');
    run.source.flush = flush;
    await expect(run.volume.write(0, fill(1))).rejects.toThrow(StorageError);
    run.store.failing = null;
    await run.volume.write(0, fill(1));
    const draw = drawFrom(seed);
    const contents = { source: run.source.afterPowerCut(draw), store: run.store.afterPowerCut(draw) };
    const again = await openRun(new Machine(seed), contents);
    expect(again.volume.names).toEqual([]);
  }
});

test("an error of the source is the reader's and writer's, and breaks nothing", async () => {
  const run = await open(1);
  await run.take('s');
  await run.volume.settled();
  run.source.failing = { kind: 'failed', on: ['read', 'write'] };
  await expect(run.volume.write(0, fill(1))).rejects.toThrow('the volume: a write failed');
  await expect(readAll(run.volume)).rejects.toThrow('the volume: a read failed');
  run.source.failing = null;
  expect(run.volume.status.snapshots).toMatchObject([{ state: 'live' }]);
});

test('blocks that are written behind the back of this code are copied at initiation', async () => {
  const run = await open(4);
  const initial = await readAll(run.volume);
  await run.volume.take('s', { policy: 'break', untrapped: [2, 5] });
  run.source.seen.fill(99, 2 * blockSize, 3 * blockSize);
  run.source.seen.fill(98, 5 * blockSize, 6 * blockSize);
  expect(await readSnapshot(run.volume, 's')).toEqual(initial);
  const second = await readAll(run.volume);
  await run.volume.take('t', { policy: 'break', untrapped: [2, 5] });
  run.source.seen.fill(97, 2 * blockSize, 3 * blockSize);
  expect(await readSnapshot(run.volume, 't')).toEqual(second);
  expect(await readSnapshot(run.volume, 's')).toEqual(initial);
});

test('increments name the blocks that changed between snapshots', async () => {
  const run = await open(6);
  const { volume } = run;
  await run.take('a');
  await volume.write(3 * blockSize, fill(1));
  await run.take('b');
  await volume.write(5 * blockSize, fill(1));
  await run.take('c');
  await volume.write(7 * blockSize, fill(1));
  const changed = (from: string, to: string | null): readonly number[] =>
    Array.from({ length: blocks }, (_, block) => block).filter((block) =>
      volume.isChanged(volume.snapshot(from), to === null ? null : volume.snapshot(to), block),
    );
  expect(changed('a', 'b')).toEqual([3]);
  expect(changed('a', 'c')).toEqual([3, 5]);
  expect(changed('b', null)).toEqual([5, 7]);
  await volume.remove('b');
  expect(changed('a', 'c')).toEqual([3, 5]);
});

test('what cannot be done is said in a line', async () => {
  const run = await open(1);
  const { volume } = run;
  expect(() => volume.snapshot('x')).toThrow("There is no snapshot 'x'. There is none at all.");
  await run.take('one');
  expect(() => volume.snapshot('x')).toThrow("There is no snapshot 'x'. Live ones: one.");
  await expect(volume.take('one', { policy: 'break' })).rejects.toThrow("There is a snapshot 'one' already.");
  await expect(volume.take('', { policy: 'break' })).rejects.toThrow('a name has 1 to 96 bytes');
  await expect(volume.take('a\nb', { policy: 'break' })).rejects.toThrow(SnapshotError);
  for (const name of ['two', 'three', 'four', 'five']) await run.take(name);
  await expect(volume.take('six', { policy: 'break' })).rejects.toThrow(
    'All 5 places for snapshots are taken; remove one first.',
  );
  await expect(volume.remove('x')).rejects.toThrow("There is no snapshot 'x'.");
  await expect(volume.restore('x')).rejects.toThrow("There is no snapshot 'x'.");
  const other = new Uint8Array(sourceSize + 1);
  await expect(openRun(new Machine(1), { source: other, store: run.store.seen })).rejects.toThrow(
    `The store is of a source of ${sourceSize} bytes; this one has ${sourceSize + 1}.`,
  );
  await expect(openRun(new Machine(1), { source: run.source.seen, store: new Uint8Array(9000) })).rejects.toThrow(
    'its superblock is missing or damaged',
  );
});

test('an older snapshot keeps what it found in a newer one that broke', async () => {
  const run = await open(7, 2, noPace);
  const initial = await readAll(run.volume);
  await run.take('older', 'hold');
  await run.volume.write(5 * blockSize, fill(1));
  await run.take('newer', 'break');
  await run.volume.write(0, fill(2));
  await run.volume.write(5 * blockSize, fill(3));
  expect(run.volume.status.snapshots).toMatchObject([{ state: 'live' }, { state: 'broken' }]);
  await run.volume.write(0, fill(4));
  expect(await readSnapshot(run.volume, 'older')).toEqual(initial);
  await run.volume.remove('newer');
  expect(await readSnapshot(run.volume, 'older')).toEqual(initial);
  await run.volume.remove('older');
  expect(run.volume.status.usedBlocks).toBe(0);
});

test('a removal that the store did not let end is ended when the store is tried again', async () => {
  const run = await open(8);
  await run.take('older');
  await run.take('newer');
  await run.volume.settled();
  const write = run.store.write.bind(run.store);
  // The superblock that says so is written, and what comes after that is not.
  const isGoing = (): boolean => run.volume.status.snapshots.some(({ state }) => state === 'going');
  run.store.write = (offset, data) =>
    isGoing() ? Promise.reject(new StorageError('failed', 'it failed')) : write(offset, data);
  await expect(run.volume.remove('newer')).rejects.toThrow('it failed');
  expect(run.volume.status.snapshots).toMatchObject([{ state: 'live' }, { state: 'going' }]);
  run.volume.tryAgain();
  for (let rest = 0; rest < 100; rest += 1) await run.machine.while();
  expect(run.volume.status.snapshots).toHaveLength(2);
  run.store.write = write;
  run.volume.tryAgain();
  for (let rest = 0; rest < 300; rest += 1) await run.machine.while();
  expect(run.volume.status.snapshots).toMatchObject([{ name: 'older', state: 'live' }]);
  await run.volume.remove('older');
  expect(run.volume.status.usedBlocks).toBe(0);
});
