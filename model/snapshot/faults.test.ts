/** Storages that fail now and then while many operations are under way: the policy holds, nothing wrong is shown, and nothing ends behind anybody's back. */
import { fc, test as propertyTest } from '@fast-check/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Copies } from './copies.ts';
import { SourceError } from './source.ts';
import { SnapshotError, type Storage, StorageError } from './storage.ts';
import { type Draw, drawFrom, Machine, type SimulatedStorage } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { anyPace, formattedStore, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const blocks = 16;
const geometry = smallGeometry(blocks);
const { sourceSize, blockSize } = geometry;

const unhandled: unknown[] = [];
const note = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeAll(() => {
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('unhandledRejection', note);
});

const isOfStorage = (error: unknown): boolean =>
  error instanceof StorageError || error instanceof SourceError || error instanceof SnapshotError;
/** What may fail when a storage does. */
const may = (done: Promise<unknown>): Promise<boolean> =>
  done.then(
    () => true,
    (error: unknown) => {
      if (!isOfStorage(error)) throw error;
      return false;
    },
  );

/** Has each operation of a storage fail with a chance of one in so many, where that is set. */
const failing = (storage: SimulatedStorage, draw: Draw): { oneIn: number } => {
  const chance = { oneIn: 0 };
  const [read, write, flush] = [storage.read, storage.write, storage.flush].map((one) => one.bind(storage)) as [
    SimulatedStorage['read'],
    SimulatedStorage['write'],
    SimulatedStorage['flush'],
  ];
  const fail = async (done: Promise<void>): Promise<void> => {
    await done;
    if (chance.oneIn > 0 && draw(chance.oneIn) === 0) throw new StorageError('failed', 'it failed');
  };
  Object.assign(storage, {
    read: (offset: number, into: Uint8Array) => fail(read(offset, into)),
    write: (offset: number, data: Uint8Array) => fail(write(offset, data)),
    flush: () => fail(flush()),
  });
  return chance;
};

propertyTest.prop([fc.nat()], { numRuns: thorough ? 2000 : 40 })(
  'a store that fails now and then breaks or holds as its policy says, and never more than that',
  async (seed) => {
    unhandled.length = 0;
    const draw = drawFrom(seed);
    const machine = new Machine(seed);
    const source = randomSource(draw, sourceSize).map((value) => value | 1);
    const contents = { source, store: await formattedStore(geometry, 2 ** 16) };
    const ahead = draw(2) * 8 * blockSize;
    const run = await openRun(machine, contents, undefined, undefined, anyPace(machine), ahead);
    const { volume, take } = run;
    const chance = failing(run.store, draw);
    const policy = (['break', 'hold'] as const)[draw(2)]!;
    const images = new Map<string, Uint8Array>();
    for (const name of ['one', 'two']) {
      await volume.flush();
      images.set(name, await readAll(volume));
      await take(name, policy);
      for (let rest = draw(30); rest > 0; rest -= 1) await machine.while();
      chance.oneIn = 2 + draw(8);
      const writing = Array.from({ length: blocks }, async (_, block) => {
        for (let value = 1; value <= 3; value += 1)
          await may(volume.write(block * blockSize, new Uint8Array(8).fill(16 * value + block)));
      });
      let over = false;
      const written = Promise.all(writing).finally(() => {
        over = true;
      });
      for (let looks = 1; !over; looks += 1) {
        await machine.while();
        if (looks % 40 === 0) volume.tryAgain();
        if (looks > 400) chance.oneIn = 0;
        if (looks < 400 && draw(20) === 0) void may(volume.flush());
      }
      await written;
      await may(volume.take('other', { policy }).then(() => volume.remove('other')));
      chance.oneIn = 0;
      volume.tryAgain();
    }
    const last = await readAll(volume);
    for (let block = 0; block < blocks; block += 1) {
      await volume.write(block * blockSize, new Uint8Array(8).fill(block));
      last.fill(block, block * blockSize, block * blockSize + 8);
    }
    await volume.flush();
    expect(run.source.seen).toEqual(last);
    for (const { name, state } of volume.status.snapshots) {
      const image = images.get(name);
      if (image === undefined) continue;
      if (policy === 'hold') expect([name, state]).toEqual([name, 'live']);
      if (state === 'live') expect(await readSnapshot(volume, name)).toEqual(image);
    }
    // Whoever handles a rejection does so before the next turn.
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
    await volume.close();
  },
);

test('a page whose one copy could not be written is written again only when the other write has ended', async () => {
  const underWay = new Set<number>();
  let overlapped = false;
  let fail = true;
  const store: Pick<Storage, 'write'> = {
    write: async (offset) => {
      overlapped ||= underWay.has(offset);
      if (offset === 0 && fail) throw new StorageError('failed', 'it failed');
      underWay.add(offset);
      for (let rest = 0; rest < 5; rest += 1) await new Promise(setImmediate);
      underWay.delete(offset);
    },
  };
  const copies = new Copies();
  copies.keep(1);
  const write = (): Promise<void> => copies.write(store as Storage, (copy) => copy, new Uint8Array(1));
  await expect(write()).rejects.toThrow('it failed');
  fail = false;
  await write();
  expect(overlapped).toBe(false);
});
