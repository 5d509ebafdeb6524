import { expect, test } from 'vitest';
import { bytesTogether } from './live.ts';
import { SuperblockKeeper } from './superblock-keeper.ts';
import { Machine, SimulatedStorage } from './testing/machine.ts';
import { anyPace } from './testing/scenario.ts';
import { Volume } from './volume.ts';

/** Counts the bytes of reads under way. */
class CountedStorage extends SimulatedStorage {
  underWay = 0;
  most = 0;

  override async read(offset: number, into: Uint8Array): Promise<void> {
    this.underWay += into.length;
    this.most = Math.max(this.most, this.underWay);
    await super.read(offset, into);
    this.underWay -= into.length;
  }
}

test('a long range that becomes zeros is copied a part at a time', async () => {
  const blockSize = 2 ** 19;
  const machine = new Machine(1);
  const source = new CountedStorage(machine, new Uint8Array(64 * blockSize).fill(1));
  const store = new SimulatedStorage(machine, new Uint8Array(66 * blockSize));
  await SuperblockKeeper.format(store, () => store.flush(), {
    sourceSize: source.size,
    blockSize,
    pageSize: 64,
    places: 1,
  });
  const volume = await Volume.open(source, store, { pace: anyPace(machine), now: () => 0n });
  await volume.take('a', { policy: 'break' });
  await volume.zero(0, source.size, true);
  expect(source.most).toBeGreaterThanOrEqual(bytesTogether);
  // The background copies one block or another beside it.
  expect(source.most).toBeLessThanOrEqual(bytesTogether + 4 * blockSize);
  const content = Buffer.alloc(source.size);
  await volume.readSnapshot(volume.snapshot('a'), 0, content);
  expect(content.equals(Buffer.alloc(source.size, 1))).toBe(true);
  await volume.close();
});
