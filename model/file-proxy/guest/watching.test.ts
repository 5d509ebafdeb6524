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

test('promises.watch gives one event after the other, as Node does, until it is aborted', async () => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-watching-'));
  const guest = createGuestFileSystem();
  await guest.promises.mkdir('/root');
  const run = async (promises: typeof fs.promises, root: string): Promise<unknown> => {
    const stop = new AbortController();
    const heard = new Set<string>();
    const watching = (async () => {
      for await (const { eventType, filename } of promises.watch(root, { signal: stop.signal }))
        heard.add(`${eventType} ${filename}`);
    })();
    const ended = watching.catch((error: Error) => error.name);
    await promises.mkdir(`${root}/one`);
    await promises.rmdir(`${root}/one`);
    await promises.mkdir(`${root}/two`);
    await new Promise((resolve) => setTimeout(resolve, 15));
    stop.abort();
    return [await ended, [...heard].sort()];
  };
  const own = await run(guest.promises as unknown as typeof fs.promises, '/root');
  expect(own).toEqual(await run(fs.promises, directory));
  expect(own).toEqual(['AbortError', ['rename one', 'rename two']]);
  fs.rmSync(directory, { recursive: true });
});
