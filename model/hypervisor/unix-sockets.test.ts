import { lstat, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listenAt } from './unix-sockets.ts';

const folder = await mkdtemp(join(tmpdir(), 'sockets-'));
afterAll(() => rm(folder, { recursive: true }));

const closed = (server: ReturnType<typeof createServer>): Promise<unknown> =>
  new Promise((resolve) => server.close(resolve));

test('the socket of a server that is no more gives way; one that is served, and what is no socket, stay', async () => {
  const path = join(folder, 'stale');
  const gone = createServer();
  await listenAt(gone, { path: join(folder, 'first') });
  // Closing removes the name that it was made by.
  await rename(join(folder, 'first'), path);
  await closed(gone);
  expect((await lstat(path)).isSocket()).toBe(true);
  const server = createServer();
  await listenAt(server, { path });
  await expect(listenAt(createServer(), { path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await closed(server);

  const file = join(folder, 'file');
  await writeFile(file, 'content');
  await symlink(file, join(folder, 'link'));
  for (const other of [file, join(folder, 'link')])
    await expect(listenAt(createServer(), { path: other })).rejects.toMatchObject({
      code: 'EEXIST',
      syscall: 'listen',
    });
  expect(await readFile(join(folder, 'link'), 'utf8')).toBe('content');
});
