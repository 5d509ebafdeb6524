/** Blocks of the source that cannot be read: the others go on, and a write of the whole block repairs it. */
import { expect, test } from 'vitest';
import { DamageError, StorageError } from './storage.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { anyPace, formattedStore, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const blocks = 16;
const geometry = smallGeometry(blocks);
const { sourceSize, blockSize } = geometry;
const fill = (value: number, length = blockSize): Uint8Array => new Uint8Array(length).fill(value);

/** A source of which some blocks cannot be read until they were written whole. */
const withBad = async (policy: 'break' | 'hold', ...bad: readonly number[]) => {
  const machine = new Machine(3);
  const source = randomSource(drawFrom(3), sourceSize).map((value) => value | 1);
  const initial = source.slice();
  const contents = { source, store: await formattedStore(geometry, 2 ** 16) };
  const run = await openRun(machine, contents, undefined, undefined, anyPace(machine));
  const left = new Set(bad);
  const [read, write] = [run.source.read.bind(run.source), run.source.write.bind(run.source)];
  const among = (offset: number, length: number): number | undefined =>
    [...left].find((block) => offset < (block + 1) * blockSize && block * blockSize < offset + length);
  run.source.read = async (offset, into) => {
    if (among(offset, into.length) !== undefined) throw new StorageError('failed', 'a bad sector');
    return read(offset, into);
  };
  run.source.write = async (offset, data) => {
    await write(offset, data);
    for (const block of left)
      if (offset <= block * blockSize && (block + 1) * blockSize <= offset + data.length) left.delete(block);
  };
  await run.take('s', policy);
  await run.volume.settled();
  const rest = async (): Promise<void> => {
    for (let count = 300; count > 0; count -= 1) await machine.while();
  };
  return { ...run, initial, left, rest };
};
const readBlock = async ({ volume }: Awaited<ReturnType<typeof withBad>>, block: number): Promise<Uint8Array> => {
  const into = new Uint8Array(blockSize);
  await volume.readSnapshot(volume.snapshot('s'), block * blockSize, into);
  return into;
};

test('the background copies all other blocks, tells of one that failed, and copies it when it can be read', async () => {
  const run = await withBad('break', 0, 7);
  const { volume, left, initial } = run;
  expect(volume.status).toMatchObject({
    stalled: 'block 0: the volume: a bad sector',
    snapshots: [{ state: 'live', inSource: 2 }],
  });
  left.delete(0);
  volume.tryAgain();
  await run.rest();
  await volume.settled();
  expect(volume.status).toMatchObject({ stalled: 'block 7: the volume: a bad sector', snapshots: [{ inSource: 1 }] });
  left.clear();
  volume.tryAgain();
  await run.rest();
  await volume.settled();
  expect(volume.status).toMatchObject({ stalled: null, snapshots: [{ inSource: 0, damaged: 0 }] });
  expect(await readSnapshot(volume, 's')).toEqual(initial);
});

test.each(['write', 'zero'] as const)(
  'a %s of the whole block repairs it, and the snapshot loses it alone',
  async (how) => {
    const run = await withBad('break', 0, 7);
    const { volume, initial } = run;
    // A part of it is not known without the rest.
    await expect(volume.write(7 * blockSize, fill(9, 8))).rejects.toThrow('the volume: a bad sector');
    const expected = initial.slice();
    const value = how === 'write' ? 9 : 0;
    expected.fill(value, 6 * blockSize + 8, 8 * blockSize);
    if (how === 'write') await volume.write(6 * blockSize + 8, fill(9, 2 * blockSize - 8));
    else await volume.zero(6 * blockSize + 8, 2 * blockSize - 8, false);
    await volume.write(0, expected.subarray(0, blockSize));
    volume.tryAgain();
    await run.rest();
    await volume.settled();
    expect(await readAll(volume)).toEqual(expected);
    expect(volume.status).toMatchObject({ stalled: null, snapshots: [{ state: 'live', inSource: 0, damaged: 2 }] });
    for (let block = 0; block < blocks - 1; block += 1)
      if (block === 0 || block === 7) await expect(readBlock(run, block)).rejects.toThrow(DamageError);
      else expect(await readBlock(run, block)).toEqual(initial.slice(block * blockSize, (block + 1) * blockSize));
    // It is not for the next one to miss, nor is it known again after an opening.
    await run.take('t');
    expect(await readSnapshot(volume, 't')).toEqual(expected);
    await volume.close();
    const again = await openRun(new Machine(4), { source: run.source.seen, store: run.store.seen });
    expect(again.volume.status).toMatchObject({ snapshots: [{ state: 'live', damaged: 2 }, { damaged: 0 }] });
    await again.volume.remove('s');
    expect(await readSnapshot(again.volume, 't')).toEqual(expected);
  },
);

test('with the policy to hold, a write of the whole block waits until it can be read, or the snapshot is removed', async () => {
  for (const readable of [true, false]) {
    const run = await withBad('hold', 7);
    const { volume, left, initial } = run;
    let done = false;
    const write = volume.write(7 * blockSize, fill(9)).then(() => {
      done = true;
    });
    await run.rest();
    volume.tryAgain();
    await run.rest();
    expect([done, volume.status.heldWrites]).toEqual([false, 1]);
    if (readable) left.clear();
    else await volume.remove('s');
    volume.tryAgain();
    await write;
    if (readable) expect(await readSnapshot(volume, 's')).toEqual(initial);
  }
});
