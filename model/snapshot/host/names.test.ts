import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FileMark } from './file-mark.ts';
import { openHostVolume } from './host-volume.ts';
import { exportSnapshot, importChain } from './increments.ts';
import { begunName } from './names.ts';

const folder = mkdtempSync(join(tmpdir(), 'volume-names-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Names in the folder whenever it was made durable. */
const kept = new Set<string>();

beforeAll(async () => {
  const handle = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { sync } = prototype;
  vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    if ((await this.stat()).ino === statSync(folder).ino) for (const name of readdirSync(folder)) kept.add(name);
    await sync.call(this);
  });
});
afterAll(() => vi.restoreAllMocks());

const file = join(folder, 'disk.img');
const limit = Number.POSITIVE_INFINITY;

test('the names of a new volume, its store and copies of it are durable, and what was left half made is removed', async () => {
  // Of a process that was killed; and one that is somebody else's.
  writeFileSync(begunName(`${file}.snapshots`, randomUUID()), 'half');
  writeFileSync(begunName(`${file}.mark`, randomUUID()), 'half');
  writeFileSync(join(folder, 'disk.img.snapshots.mine.new'), 'mine');
  const opened = await openHostVolume(file, { size: 70_000, limit });
  const made = ['disk.img', 'disk.img.mark', 'disk.img.snapshots'];
  expect(made.filter((name) => !kept.has(name))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([...made, 'disk.img.snapshots.mine.new']);
  await opened.volume.take('one', { policy: 'break' });
  await exportSnapshot(opened.volume, 'one', null, join(folder, 'one.copy'));
  await opened.close();
  await importChain(join(folder, 'again.img'), [join(folder, 'one.copy')]);
  expect(['one.copy', 'again.img'].filter((name) => !kept.has(name))).toEqual([]);
});

test('a mark that is read, perhaps of a process that was killed before it had made the name durable, is durable then', async () => {
  const { close } = await openHostVolume(file, { limit });
  await close();
  kept.clear();
  const mark = await FileMark.open(file, false);
  expect(await mark.read()).toMatch(/^[0-9a-f]{32}$/);
  expect(kept.has('disk.img.mark')).toBe(true);
});
