/** `fs.watch` of a guest's own changes, beside Node's own on a real directory. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGuestFileSystem } from './file-system.ts';

type Files = Pick<typeof fs, 'promises' | 'watch'>;

test('the guest is told of its own changes with their names, as Node tells of them', async () => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-watching-'));
  const guest = createGuestFileSystem();
  await guest.promises.mkdir('/root');
  const run = async ({ promises, watch }: Files, root: string): Promise<unknown> => {
    await promises.mkdir(`${root}/d`);
    await promises.writeFile(`${root}/f`, 'x');
    const heard = new Set<string>();
    const watchers = ['', '/f'].map((path) =>
      watch(`${root}${path}`, (event, name) => heard.add(`${path} ${event} ${name}`)),
    );
    const told: unknown[] = [];
    for (const change of [
      () => promises.writeFile(`${root}/f`, 'y'),
      () => promises.chmod(`${root}/f`, 0o600),
      () => promises.truncate(`${root}/f`, 0),
      () => promises.utimes(`${root}/f`, 1, 2),
      () => promises.mkdir(`${root}/made`),
      () => promises.rename(`${root}/made`, `${root}/again`),
      () => promises.rm(`${root}/again`, { recursive: true }),
      () => promises.symlink('f', `${root}/link`),
      () => promises.unlink(`${root}/link`),
      () => promises.writeFile(`${root}/d/below`, 'not told'),
      () => promises.readFile(`${root}/f`),
    ]) {
      await change();
      await new Promise((resolve) => setTimeout(resolve, 15));
      told.push([...heard].sort());
      heard.clear();
    }
    for (const watcher of watchers) watcher.close();
    return told;
  };
  expect(await run(guest as unknown as Files, '/root')).toEqual(await run(fs, directory));
  const heard: string[] = [];
  const watcher = guest.watch('/root', { recursive: true }, (event, name) => heard.push(`${event} ${name}`));
  await guest.promises.writeFile('/root/d/größe', 'x');
  const handle = await guest.promises.open('/root/d/größe', 'r+');
  await handle.writev([Buffer.from('y')]);
  await handle.close();
  expect([...new Set(heard)]).toEqual(['rename d/größe', 'change d/größe']);
  watcher.close();
  await guest.promises.unlink('/root/d/größe');
  expect(new Set(heard).size).toBe(2);
  fs.rmSync(directory, { recursive: true });
});
