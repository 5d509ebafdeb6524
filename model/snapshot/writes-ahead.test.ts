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

test('more than fits is answered when there is room, in the order in which it came', async () => {
  const { volume, take, source } = await open();
  await take('s');
  const answered: number[] = [];
  // Four blocks fit, however little of them changes: what was answered beyond them is done.
  const answers = Array.from({ length: 12 }, async (_, block) => {
    await volume.write(block * blockSize, fill(2));
    answered.push(block);
    const done = answered.filter((other) => source.seen[other * blockSize] === 2);
    expect(answered.length - done.length).toBeLessThanOrEqual(4);
  });
  await answers[3];
  expect(answered).toEqual([0, 1, 2, 3]);
  await Promise.all(answers);
  expect(answered).toEqual(Array.from({ length: 12 }, (_, block) => block));
  await volume.flush();
  await take('t');
  // 256 bytes fit, however few blocks they change.
  let atOnce = 0;
  const more = Array.from({ length: 40 }, (_, at) => volume.write(at, fill(4)).then(() => (atOnce += 1)));
  await Promise.all(more.slice(0, 32));
  expect(atOnce).toBe(32);
  await Promise.all(more);
  // What can never fit, and what must wait for a store, is answered when it is done.
  await volume.write(2, fill(4, 5 * blockSize));
  expect(source.seen.subarray(2, 2 + 5 * blockSize)).toEqual(fill(4, 5 * blockSize));
  await volume.flush();
  await take('held', 'hold');
  await volume.write(0, fill(6));
  expect(source.seen.subarray(0, 8)).toEqual(fill(6));
});

test('a write that waits for room is not done over a newer one, and is given up when its client is gone', async () => {
  const { volume, take, source } = await open();
  await take('s');
  const gone = new AbortController();
  const fitting = [0, 1, 2, 3].map((block) => volume.write(block * blockSize, fill(2)));
  const before = volume.write(8 * blockSize, fill(4));
  const left = volume.write(9 * blockSize, fill(4), gone.signal);
  const newer = [8, 9].map((block) => volume.write(block * blockSize, fill(6)));
  await Promise.all(fitting);
  gone.abort();
  await expect(left).rejects.toThrow('the client of this write is gone');
  await Promise.all([before, ...newer]);
  await volume.flush();
  for (const block of [8, 9]) expect(source.seen.subarray(block * blockSize).subarray(0, 8)).toEqual(fill(6));
});

test('a write of just what another waits to write takes its room, where nothing came between them', async () => {
  const { volume, take, source, initial, machine } = await open();
  await take('s');
  const expected = initial.slice();
  const writes = [
    [0, 2],
    [4, 4],
    [4, 6],
    // Not in the place of the first, which others came after.
    [0, 8],
  ] as const;
  await Promise.all(
    writes.map(([offset, value]) => {
      expected.set(fill(value), offset);
      return volume.write(offset, fill(value));
    }),
  );
  expect(await readAll(volume)).toEqual(expected);
  const { writes: before } = machine;
  // Room for 32 of 8 bytes, of which these take one.
  await Promise.all(Array.from({ length: 100 }, (_, value) => volume.write(64, fill(value))));
  expected.set(fill(99), 64);
  // One that is being written already has its own way.
  for (let block = 2; block < 15; block += 1) {
    const begin = block * blockSize;
    await volume.write(begin, fill(2, blockSize));
    while (!source.seen.subarray(begin, begin + blockSize).includes(2)) await machine.while();
    await volume.write(begin, fill(4, blockSize));
    expected.set(fill(4, blockSize), begin);
    await volume.flush();
    expect(source.seen).toEqual(expected);
  }
  expect(machine.writes - before).toBeLessThan(120);
  expect(await readSnapshot(volume, 's')).toEqual(initial);
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
