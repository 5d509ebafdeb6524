/** Snapshots of the platform's memory: what they cost in cycles, and a power cut in any cycle. */
import { expect, test } from 'vitest';
import { createModelPlatform, type Platform, PowerCutError, startFirmware } from '../../hardware/platform/index.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { drawFrom } from '../testing/machine.ts';
import { Volume } from '../volume.ts';
import { MemoryStorage, platformPace } from './memory-storage.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Cycles of a power cut in the quick run, of all those in which the scenario writes to memory. */
const cutsWhenQuick = 3;
const blockSize = 256;
const sourceBase = 0x10_0000;
const storeBase = 0x20_0000;
const storeSize = 0x10_0000;

/** A platform with memory that keeps its content, and a volume in it. */
const started = async (blocks: number, contents?: { source: Uint8Array; store: Uint8Array }) => {
  const options = { memoryBytes: 4 * 2 ** 20, persistent: true };
  const platform = await createModelPlatform({ parameters: { processors: 2, cookieIndexWidth: 4 }, options });
  await platform.run(() => startFirmware(platform));
  const draw = drawFrom(blocks);
  const sourceSize = blocks * blockSize;
  for (const memory of platform.outside.memories) {
    memory.write(sourceBase, contents?.source ?? Uint8Array.from({ length: sourceSize }, () => draw(255) + 1));
    if (contents !== undefined) memory.write(storeBase, contents.store);
  }
  const { machine } = platform.processors[0]!;
  const source = new MemoryStorage(machine.view(sourceBase, sourceSize));
  const store = new MemoryStorage(machine.view(storeBase, storeSize));
  const geometry = { sourceSize, blockSize, pageSize: 128, places: 4 };
  const now = (): bigint => BigInt(platform.clock.now);
  const open = (): Promise<Volume> => Volume.open(source, store, { pace: platformPace(platform.clock, 400), now });
  const format = () => SuperblockKeeper.format(store, () => store.flush(), geometry);
  const seen = (base: number, size: number): Uint8Array => platform.outside.memories[0].read(base, size);
  return { platform, open, format, sourceSize, seen };
};

const cyclesOf = async (platform: Platform, run: () => Promise<unknown>): Promise<number> => {
  const begin = platform.clock.now;
  await run();
  return platform.clock.now - begin;
};

const readWhole = async (volume: Volume, name?: string): Promise<Uint8Array> => {
  const content = new Uint8Array(volume.layout.sourceSize);
  if (name === undefined) await volume.read(0, content);
  else await volume.readSnapshot(volume.snapshot(name), 0, content);
  return content;
};

test('what a snapshot costs, in cycles', async () => {
  const { platform, open, format } = await started(16);
  const costs = await platform.run(async () => {
    await format();
    const volume = await open();
    const write = (block: number): Promise<number> =>
      cyclesOf(platform, () => volume.write(block * blockSize, new Uint8Array(8).fill(block)));
    const read = (block: number): Promise<number> =>
      cyclesOf(platform, () => volume.read(block * blockSize, new Uint8Array(8)));
    const plainWrite = await write(15);
    const plainRead = await read(15);
    const pause = Number(await volume.take('one', { policy: 'break' }));
    const firstWrite = await write(15);
    const laterWrite = await write(15);
    const readDuringCopy = await read(15);
    await volume.settled();
    const firstWriteOfCopied = await write(3);
    const { copies } = volume.status;
    await volume.remove('one');
    let longestWrite = 0;
    // Beside the background copy, at any distance from what it does.
    for (let distance = 0; distance < 200; distance += thorough ? 1 : 19) {
      await volume.take('two', { policy: 'break' });
      await platform.clock.sleep(distance);
      longestWrite = Math.max(longestWrite, await write(15));
      await volume.remove('two');
    }
    await volume.close();
    return {
      plainWrite,
      plainRead,
      pause,
      firstWrite,
      laterWrite,
      readDuringCopy,
      firstWriteOfCopied,
      longestWrite,
      copies,
    };
  });
  platform.close();
  const { longestWrite, ...fixed } = costs;
  expect(fixed).toMatchInlineSnapshot(`
    {
      "copies": 16,
      "firstWrite": 181,
      "firstWriteOfCopied": 87,
      "laterWrite": 28,
      "pause": 187,
      "plainRead": 25,
      "plainWrite": 32,
      "readDuringCopy": 25,
    }
  `);
  // A write waits for the copy of its block, and shares memory and map pages with a copy that the background had begun.
  const blockCopy = costs.firstWrite - costs.plainWrite;
  expect(longestWrite - costs.plainWrite).toBeLessThan((4 / 3) * blockCopy);
});

/** A snapshot, and writes to half of the blocks; the image of its instant. */
const scenario = async (volume: Volume, image: (content: Uint8Array) => void): Promise<void> => {
  image(await readWhole(volume));
  await volume.take('one', { policy: 'break' });
  const { blocks } = volume.layout;
  await Promise.all(
    Array.from({ length: blocks / 2 }, (_, index) =>
      volume.write(((index * 5) % blocks) * blockSize, new Uint8Array(99).fill(7)),
    ),
  );
  await volume.settled();
};

test.each(thorough ? [16, 64] : [16])(
  '%i blocks of memory survive a power cut in any cycle that writes',
  async (blocks) => {
    const writes = new Set<number>();
    const whole = await started(blocks);
    const begin = await whole.platform.run(async () => {
      await whole.format();
      const volume = await whole.open();
      const { now } = whole.platform.clock;
      whole.platform.trace.watch(({ cycle, handshakes }) => {
        if (handshakes.some(({ channel }) => channel === 'p0_axi_w')) writes.add(cycle);
      });
      await scenario(volume, () => undefined);
      return now;
    });
    const after = whole.platform.clock.now - begin;
    whole.platform.close();
    const cycles = [...writes].map((cycle) => cycle - begin).filter((cycle) => cycle < after);
    expect(cycles.length).toBeGreaterThan(10 * blocks);
    const step = thorough ? 1 : Math.floor(cycles.length / cutsWhenQuick);
    let recovered = 0;
    for (let index = Math.floor(step / 2); index < cycles.length; index += step) {
      const { platform, format, open, seen, sourceSize } = await started(blocks);
      let instant: Uint8Array | null = null;
      const cut = platform.run(async () => {
        await format();
        const volume = await open();
        platform.faults.inject({ kind: 'power-cut' }, platform.clock.now + cycles[index]!);
        await scenario(volume, (content) => {
          instant = content;
        });
      });
      // When only the background was at work, it stands still and nobody else is told.
      await cut.catch((error: unknown) => {
        if (!(error instanceof PowerCutError)) throw error;
      });
      expect(platform.faults.happened).toHaveLength(1);
      const contents = { source: seen(sourceBase, sourceSize), store: seen(storeBase, storeSize) };
      platform.close();
      const again = await started(blocks, contents);
      await again.platform.run(async () => {
        const volume = await again.open();
        for (const name of volume.names) {
          recovered += 1;
          expect([cycles[index], await readWhole(volume, name)]).toEqual([cycles[index], instant]);
          await volume.settled();
          expect([cycles[index], await readWhole(volume, name)]).toEqual([cycles[index], instant]);
        }
        await volume.close();
      });
      again.platform.close();
    }
    expect(recovered).toBeGreaterThan(1);
  },
);
