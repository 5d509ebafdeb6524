/** Snapshots of the platform's memory: what they cost in cycles, and a power cut in any cycle. */
import { expect, test } from 'vitest';
import { type Platform, PowerCutError } from '../../hardware/platform/index.ts';
import { History } from '../testing/history.ts';
import type { Volume } from '../volume.ts';
import { before, blockSize, readWhole, started, written } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Power cuts, spread over all cycles in which the scenario writes to memory; `every-write.test.ts` has what each of them leaves. */
const cuts = thorough ? 60 : 3;
const cyclesOf = async (platform: Platform, run: () => Promise<unknown>): Promise<number> => {
  const begin = platform.clock.now;
  await run();
  return platform.clock.now - begin;
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

/** A snapshot, and writes to half of the blocks. What was written is in memory when it is acknowledged. */
const scenario = async (volume: Volume, history: History, taken: () => void): Promise<void> => {
  const { blocks } = volume.layout;
  const write = async (block: number): Promise<void> => {
    const acknowledged = history.begin(block * blockSize, written(block));
    await volume.write(block * blockSize, written(block));
    acknowledged();
    history.flushed(history.now);
  };
  for (const block of before) await write(block);
  await volume.take('one', { policy: 'break' });
  taken();
  await Promise.all(Array.from({ length: blocks / 2 }, (_, index) => write((index * 5) % blocks)));
  await volume.settled();
  // These go straight to the source too.
  for (const block of [0, 5]) await write(block);
};

test('blocks of memory survive a power cut, and are there when the platform comes back', async () => {
  const blocks = 16;
  const writes = new Set<number>();
  const whole = await started(blocks);
  const begin = await whole.platform.run(async () => {
    await whole.format();
    const volume = await whole.open();
    const { now } = whole.platform.clock;
    whole.platform.trace.watch(({ cycle, handshakes }) => {
      if (handshakes.some(({ channel }) => channel === 'p0_axi_w')) writes.add(cycle);
    });
    await scenario(volume, new History(whole.initial), () => undefined);
    return now;
  });
  const after = whole.platform.clock.now - begin;
  whole.platform.close();
  const cycles = [...writes].map((cycle) => cycle - begin).filter((cycle) => cycle < after);
  expect(cycles.length).toBeGreaterThan(10 * blocks);
  const step = Math.floor(cycles.length / cuts);
  const found = { there: 0, notYet: 0 };
  for (let index = Math.floor(step / 2); index < cycles.length; index += step) {
    const { platform, format, open, seen, initial } = await started(blocks);
    const history = new History(initial);
    const image = initial.slice();
    for (const block of before) image.set(written(block), block * blockSize);
    let taken = false;
    const cut = platform.run(async () => {
      await format();
      const volume = await open();
      platform.faults.inject({ kind: 'power-cut' }, platform.clock.now + cycles[index]!);
      await scenario(volume, history, () => {
        taken = true;
      });
    });
    // When only the background was at work, it stands still and nobody else is told.
    await cut.catch((error: unknown) => {
      if (!(error instanceof PowerCutError)) throw error;
    });
    expect(platform.faults.happened).toHaveLength(1);
    const left = seen();
    platform.close();
    const again = await started(blocks, left);
    await again.platform.run(async () => {
      const volume = await again.open();
      const isThere = volume.names.includes('one');
      found[isThere ? 'there' : 'notYet'] += 1;
      if (taken) expect([cycles[index], isThere]).toEqual([cycles[index], true]);
      for (const when of ['at once', 'when it stands alone']) {
        expect([cycles[index], when, history.findLoss(await readWhole(volume))]).toEqual([cycles[index], when, null]);
        if (isThere)
          expect([cycles[index], when, await readWhole(volume, 'one')]).toEqual([cycles[index], when, image]);
        await volume.settled();
      }
      await volume.close();
    });
    again.platform.close();
  }
  expect(found.there).toBeGreaterThan(1);
});
