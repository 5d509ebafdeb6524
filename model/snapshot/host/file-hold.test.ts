/** Two servers of one file, of which one is in a network namespace of its own, as two containers with one directory are. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleServer, spawnServer } from '../testing/spawn-server.ts';
import { askServer } from './control.ts';
import { FileHold } from './file-hold.ts';
import { openHostVolume } from './host-volume.ts';

const folder = await mkdtemp(join(tmpdir(), 'hold-'));
afterAll(() => rm(folder, { recursive: true }));

/** Runs what follows in another network namespace, where the machine lets us. */
const elsewhere = ['unshare', '--map-root-user', '--net'];
const mayUnshare = ((): boolean => {
  try {
    execFileSync(elsewhere[0]!, [...elsewhere.slice(1), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!mayUnshare)('a server in another network namespace is refused before it writes anything', async () => {
  const bundle = await bundleServer(folder);
  const file = join(folder, 'disk.img');
  await writeFile(file, Buffer.alloc(200_000, 1));
  const first = await spawnServer(bundle, file, join(folder, 'one.sock'));
  await askServer(file, { do: 'snapshot', name: 'before', policy: 'break' });
  const files = [file, `${file}.mark`, `${file}.snapshots`];
  const hashes = async (): Promise<readonly string[]> =>
    Promise.all(files.map(async (path) => (await readFile(path)).toString('latin1')));
  while ((await askServer(file, { do: 'list' }))?.snapshots.some(({ bytesInSource }) => bytesInSource > 0));
  const before = await hashes();
  await expect(spawnServer(bundle, file, join(folder, 'two.sock'), 'host', elsewhere)).rejects.toThrow(
    `${file} is locked by another process`,
  );
  expect((await hashes()).map((now, index) => now === before[index])).toEqual([true, true, true]);
  await askServer(file, { do: 'snapshot', name: 'after', policy: 'break' });
  await first.end('SIGKILL');
  const again = await openHostVolume(file, { limit: Number.POSITIVE_INFINITY });
  expect(again.volume.names).toEqual(['before', 'after']);
  await again.close();
});

test.skipIf(!mayUnshare)('a store is held against another network namespace too', async () => {
  const path = join(folder, 'store');
  await writeFile(path, 'content');
  const held = await FileHold.take(path);
  const tries = (): string =>
    execFileSync(elsewhere[0]!, [...elsewhere.slice(1), 'flock', '-n', '-E', '9', path, 'true'], {
      stdio: 'pipe',
    }).toString();
  expect(tries).toThrow(expect.objectContaining({ status: 9 }));
  await held.release();
  expect(tries()).toBe('');
});
