/** A platform with memory that keeps its content, and a volume in it, for tests. */
import { createModelPlatform, startFirmware } from '../../hardware/platform/index.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { drawFrom } from '../testing/machine.ts';
import { Volume } from '../volume.ts';
import { MemoryStorage, platformPace } from './memory-storage.ts';

export const blockSize = 256;
export const sourceBase = 0x10_0000;
export const storeBase = 0x20_0000;
export const storeSize = 0x10_0000;

/** What was in one of both memories when the power failed. */
export interface Left {
  readonly source: Uint8Array;
  readonly store: Uint8Array;
}

/** A platform with memory that keeps its content, and a volume in it. @param left of each memory, what is to be in it */
export const started = async (blocks: number, left?: readonly Left[]) => {
  const options = { memoryBytes: 4 * 2 ** 20, persistent: true };
  const platform = await createModelPlatform({ parameters: { processors: 2, cookieIndexWidth: 4 }, options });
  await platform.run(() => startFirmware(platform));
  const draw = drawFrom(blocks);
  const sourceSize = blocks * blockSize;
  const initial = Uint8Array.from({ length: sourceSize }, () => draw(255) + 1);
  for (const [index, memory] of platform.outside.memories.entries()) {
    memory.write(sourceBase, left?.[index]?.source ?? initial);
    if (left !== undefined) memory.write(storeBase, left[index]!.store);
  }
  const { machine } = platform.processors[0]!;
  const source = new MemoryStorage(machine.view(sourceBase, sourceSize));
  const store = new MemoryStorage(machine.view(storeBase, storeSize));
  const geometry = { sourceSize, blockSize, pageSize: 128, places: 4 };
  const now = (): bigint => BigInt(platform.clock.now);
  const open = (): Promise<Volume> => Volume.open(source, store, { pace: platformPace(platform.clock, 400), now });
  const format = () => SuperblockKeeper.format(store, () => store.flush(), geometry);
  const seen = (): readonly Left[] =>
    platform.outside.memories.map((memory) => ({
      source: memory.read(sourceBase, sourceSize),
      store: memory.read(storeBase, storeSize),
    }));
  return { platform, open, format, initial, seen };
};

export const readWhole = async (volume: Volume, name?: string): Promise<Uint8Array> => {
  const content = new Uint8Array(volume.layout.sourceSize);
  if (name === undefined) await volume.read(0, content);
  else await volume.readSnapshot(volume.snapshot(name), 0, content);
  return content;
};

/** Blocks that are written before the snapshot is taken, straight to the source. */
export const before = [1, 6];
export const written = (block: number): Uint8Array => new Uint8Array(99).fill(block + 1);
