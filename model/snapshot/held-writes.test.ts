/** Writes that wait for a store, with the policy to hold: what comes of them, and of those that come after them. */
import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';
import { StorageError } from './storage.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { formattedStore, noPace, openRun, randomSource, smallGeometry } from './testing/scenario.ts';
import type { Volume } from './volume.ts';

const geometry = smallGeometry(16);
const { sourceSize, blockSize } = geometry;
const layout = layoutOf(geometry);
const fill = (value: number, length = 8): Uint8Array => new Uint8Array(length).fill(value);

const open = async (ahead = 0) => {
  const source = randomSource(drawFrom(1), sourceSize).map((value) => value | 1);
  const contents = { source, store: await formattedStore(geometry, 2 ** 16) };
  const run = await openRun(new Machine(1), contents, undefined, undefined, noPace, ahead);
  const { machine, volume } = run;
  const rest = async (): Promise<void> => {
    for (let left = 200; left > 0; left -= 1) await machine.while();
  };
  const held = async (count: number): Promise<void> => {
    for (let looks = 0; looks < 1000 && volume.status.heldWrites !== count; looks += 1) await machine.while();
    expect(volume.status.heldWrites).toBe(count);
  };
  return { ...run, initial: source.slice(), rest, held };
};

/** What became of something. */
const outcome = (done: Promise<void>): { readonly state: string } => {
  const seen = { state: 'waits' };
  done.then(
    () => {
      seen.state = 'done';
    },
    (error: Error) => {
      seen.state = error.message;
    },
  );
  return seen;
};

test('a newer write waits behind a held one that it overlaps, and is never overwritten by it', async () => {
  const { take, store, source, volume, rest, held } = await open();
  await take('s', 'hold');
  store.failing = { kind: 'full', on: ['write'] };
  const older = outcome(volume.write(0, fill(1)));
  await held(1);
  // There is room again, and nobody has tried the store yet.
  store.failing = null;
  const newer = outcome(volume.write(4, fill(2)));
  const zeros = outcome(volume.zero(6, 1, true));
  const beside = outcome(volume.write(16, fill(3)));
  await rest();
  expect([older, newer, zeros, beside].map(({ state }) => state)).toEqual(['waits', 'waits', 'waits', 'done']);
  volume.tryAgain();
  await rest();
  expect([older, newer, zeros].map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  expect([...source.seen.subarray(0, 12)]).toEqual([1, 1, 1, 1, 2, 2, 0, 2, 2, 2, 2, 2]);
});

test('a held write whose client goes is given up, and what waited behind it goes on', async () => {
  const { take, store, source, volume, rest, held, initial } = await open();
  await take('s', 'hold');
  store.failing = { kind: 'full', on: ['write'] };
  const client = new AbortController();
  const given = [
    outcome(volume.write(0, fill(1), client.signal)),
    outcome(volume.zero(blockSize, 8, true, client.signal)),
  ];
  await held(2);
  const behind = outcome(volume.write(4, fill(9), client.signal));
  const other = outcome(volume.write(6, fill(2)));
  client.abort();
  await held(1);
  expect([...given, behind].map(({ state }) => state)).toEqual(
    Array(3).fill('the client of this write is gone, which waited for room in the store'),
  );
  const late = outcome(volume.write(0, fill(1), client.signal));
  await rest();
  expect([late.state, other.state]).toEqual(['waits', 'waits']);
  store.failing = null;
  volume.tryAgain();
  await rest();
  expect(other.state).toBe('done');
  const expected = initial.slice();
  expected.set(fill(2), 6);
  expect(source.seen).toEqual(expected);
  expect(await readSnapshot(volume, 's')).toEqual(initial);
});

test('a write that is not to wait is done though its client is gone', async () => {
  const { take, volume } = await open();
  await take('s', 'hold');
  const client = new AbortController();
  const write = volume.write(0, fill(1), client.signal);
  client.abort();
  await write;
  expect((await readAll(volume)).subarray(0, 8)).toEqual(fill(1));
});

test('a write is not answered ahead of one that was held and is yet to be done', async () => {
  const { take, store, source, volume, rest, held } = await open(4 * blockSize);
  await take('first', 'break');
  await take('second', 'hold');
  store.failing = { kind: 'full', on: ['write'] };
  const older = outcome(volume.write(0, fill(1)));
  await held(1);
  store.failing = null;
  // From here on writes may be answered before they are done.
  await volume.breakSnapshots(new Set([volume.snapshot('second').number]));
  const newer = outcome(volume.write(4, fill(2)));
  await rest();
  expect([older.state, newer.state]).toEqual(['waits', 'waits']);
  volume.tryAgain();
  await rest();
  expect([older.state, newer.state]).toEqual(['done', 'done']);
  await volume.flush();
  expect([...source.seen.subarray(0, 12)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]);
});

test.each([
  ['removed', (volume: Volume) => volume.remove('s')],
  ['taken', (volume: Volume) => volume.take('t', { policy: 'break' })],
  ['restored', (volume: Volume) => volume.restore('s')],
] as const)('while the store does not let a snapshot be %s, writes wait as they did before', async (_, command) => {
  const { take, store, source, volume, rest, held, initial } = await open();
  await take('s', 'hold');
  const writing = store.write.bind(store);
  // The superblock alone fails: all behind it could be written.
  store.write = (offset, data) =>
    offset < layout.pageOffset(0, 0, 0)
      ? Promise.reject(new StorageError('failed', 'it failed'))
      : writing(offset, data);
  await expect(command(volume)).rejects.toThrow('it failed');
  const writes = [outcome(volume.write(0, fill(1))), outcome(volume.zero(5 * blockSize, 8, true))];
  await held(2);
  volume.tryAgain();
  await rest();
  expect(writes.map(({ state }) => state)).toEqual(['waits', 'waits']);
  expect(source.seen).toEqual(initial);
  store.write = writing;
  volume.tryAgain();
  await rest();
  expect(writes.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(await readSnapshot(volume, 's')).toEqual(initial);
});
