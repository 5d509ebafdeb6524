/** Writes that are answered before they are done: seen by reads, waited for by flushes, and kept until they can be done. */
import { expect, test } from 'vitest';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { formattedStore, noPace, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const geometry = smallGeometry(16);
const { sourceSize, blockSize } = geometry;
const most = 4 * blockSize;

const open = async (seed = 1) => {
  const source = randomSource(drawFrom(seed), sourceSize).map((value) => value | 1);
  const contents = { source, store: await formattedStore(geometry, 2 ** 16) };
  const run = await openRun(new Machine(seed), contents, undefined, undefined, noPace, most);
  return { ...run, initial: source.slice() };
};

const fill = (value: number, length = 8): Uint8Array => new Uint8Array(length).fill(value);

test('a write that needs a copy is answered at once, and is done by the next flush, in order', async () => {
  const { volume, take, source, initial } = await open();
  await take('s');
  const expected = initial.slice();
  const buffer = fill(2);
  for (const [offset, value] of [
    [70, 2],
    [75, 4],
    [10, 6],
    [72, 8],
  ] as const) {
    await volume.write(offset, buffer.fill(value));
    expected.set(buffer, offset);
    expect(await readAll(volume)).toEqual(expected);
  }
  buffer.fill(0);
  // Nothing may be in the source before the copies are durable.
  const { volume: again, take: takeAgain, source: untouched } = await open();
  await takeAgain('s');
  await again.write(70, fill(2));
  expect(untouched.seen).toEqual(initial);
  expect(again.isChanged(again.snapshot('s'), null, 1)).toBe(true);
  await volume.flush();
  expect(source.seen).toEqual(expected);
  expect(await readSnapshot(volume, 's')).toEqual(initial);
});

test('more than fits, or what must wait for a store, is answered when it is done', async () => {
  const { volume, take, source } = await open();
  await take('s');
  const answers = Array.from({ length: 8 }, (_, block) => volume.write(block * blockSize, fill(2, blockSize)));
  await answers[3];
  expect(source.seen.subarray(0, 8 * blockSize).every((value) => value !== 2)).toBe(true);
  await answers[7];
  expect(source.seen.subarray(7 * blockSize, 8 * blockSize)).toEqual(fill(2, blockSize));
  await volume.flush();
  await take('held', 'hold');
  await volume.write(0, fill(4));
  expect(source.seen.subarray(0, 8)).toEqual(fill(4));
});

test('a write that cannot be done stays, fails flushes and snapshots, and is done later, before those that came after it', async () => {
  const { volume, take, source, initial, machine } = await open();
  await take('s');
  source.failing = { on: ['write'], kind: 'failed' };
  await volume.write(70, fill(2));
  await expect(volume.flush()).rejects.toThrow('a write failed');
  const expected = initial.slice();
  expected.set(fill(2), 70);
  expect(await readAll(volume)).toEqual(expected);
  await volume.write(74, fill(4));
  expected.set(fill(4), 74);
  await expect(volume.live.zero(70, 1, true)).rejects.toThrow('a write failed');
  await expect(take('t')).rejects.toThrow('a write failed');
  await expect(volume.restore('s')).rejects.toThrow('a write failed');
  expect(volume.names).toEqual(['s']);
  source.failing = null;
  // Nobody has tried the former ones again: this one must not be done before them.
  await volume.write(71, fill(6, 1));
  expected.set(fill(6, 1), 71);
  for (let rest = 0; rest < 100; rest += 1) await machine.while();
  await volume.flush();
  expect(source.seen).toEqual(expected);
  expect(await readSnapshot(volume, 's')).toEqual(initial);
});
