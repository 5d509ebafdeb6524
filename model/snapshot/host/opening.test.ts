/** What is refused leaves nothing held and nothing behind; what is removed gives its room back. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { layoutOf } from '../layout.ts';
import { openHostVolume } from './host-volume.ts';

const folder = await mkdtemp(join(tmpdir(), 'opening-'));
afterAll(() => rm(folder, { recursive: true }));

const limit = Number.POSITIVE_INFINITY;

test('a store that cannot be opened is refused each time in the same words, and holds nobody up', async () => {
  const file = join(folder, 'disk.img');
  const store = join(folder, 'directory');
  await writeFile(file, Buffer.alloc(100_000, 1));
  await mkdir(store);
  for (let time = 0; time < 2; time += 1)
    await expect(openHostVolume(file, { store, limit })).rejects.toMatchObject({ code: 'EISDIR' });
  const opened = await openHostVolume(file, { limit });
  await opened.close();
});

test('a store that cannot be made is named by its own name', async () => {
  const file = join(folder, 'other.img');
  await writeFile(file, Buffer.alloc(100_000, 1));
  const store = join(folder, 'none', 'store');
  await expect(openHostVolume(file, { store, limit })).rejects.toMatchObject({ code: 'ENOENT', path: store });
  expect((await readdir(folder)).filter((name) => name.startsWith('other'))).toEqual(['other.img']);
});

test('the room of snapshots that are removed goes back to the file system', async () => {
  const file = join(folder, 'big.img');
  const blockSize = 65_536;
  await writeFile(file, Buffer.alloc(40 * blockSize, 1));
  const { volume, store, close } = await openHostVolume(file, { blockSize, places: 4, limit });
  const { slotsOffset } = layoutOf(volume.layout);
  const blocksOf = async (): Promise<number> => ((await stat(store)).size - slotsOffset) / blockSize;
  await volume.take('one', { policy: 'break' });
  await volume.settled();
  await volume.write(0, Buffer.alloc(10 * blockSize, 2));
  await volume.take('two', { policy: 'break' });
  await volume.settled();
  expect(await blocksOf()).toBe(50);
  await volume.remove('two');
  expect(await blocksOf()).toBe(40);
  const content = Buffer.alloc(volume.layout.sourceSize);
  await volume.readSnapshot(volume.snapshot('one'), 0, content);
  expect(content.equals(Buffer.alloc(content.length, 1))).toBe(true);
  await volume.remove('one');
  expect(await blocksOf()).toBe(0);
  await close();
  const again = await openHostVolume(file, { limit });
  expect(again.volume.names).toEqual([]);
  await again.close();
});
