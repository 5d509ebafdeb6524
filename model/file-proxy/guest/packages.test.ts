/** Packages of others, unmodified, on a guest's tree that is part local, part proxied. */
import fs from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import git from 'isomorphic-git';
import tar from 'tar-fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTree, remotely, type TreeUnderTest, treesUnderTest } from '../tree/every-tree.ts';
import { createGuestFileSystem, type GuestFileSystem } from './file-system.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const count = thorough ? 500 : 80;
let share: TreeUnderTest & { readonly path: string };
let remote: TreeUnderTest;
let guest: GuestFileSystem;
beforeAll(async () => {
  share = await hostTree();
  remote = await remotely(share.tree, 65_536);
  guest = createGuestFileSystem();
  await guest.mount('/share', remote.tree);
});
afterAll(async () => {
  await remote.close();
  await share.close();
});

test(`isomorphic-git: a repository of ${count} files, its work tree proxied and its history local, and back`, async () => {
  const author = { name: 'Guest', email: 'guest@example.org' };
  const files = Array.from({ length: count }, (_, index) => `d${index % 20}/file-${index}.txt`);
  const memory = thorough ? null : await treesUnderTest['memory over 9P']!();
  await guest.mount('/repository', memory?.tree ?? remote.tree);
  const dir = '/repository/work';
  const repository = { fs: guest, dir, gitdir: '/history' };
  await guest.promises.mkdir(dir);
  await git.init(repository);
  for (const [index, file] of files.entries()) {
    await guest.promises.mkdir(`${dir}/${file.split('/')[0]}`, { recursive: true });
    await guest.promises.writeFile(`${dir}/${file}`, `content of ${file}\n`.repeat((index % 50) + 1));
  }
  await git.add({ ...repository, filepath: '.' });
  const first = await git.commit({ ...repository, message: 'All', author });
  const changed = (rows: Awaited<ReturnType<typeof git.statusMatrix>>): readonly string[] =>
    rows.filter(([, head, work, stage]) => !(head === 1 && work === 1 && stage === 1)).map(([file]) => file);
  const rows = await git.statusMatrix(repository);
  expect(rows).toHaveLength(count);
  expect(changed(rows)).toEqual([]);
  await guest.promises.writeFile(`${dir}/d3/file-3.txt`, 'changed');
  await guest.promises.unlink(`${dir}/d4/file-4.txt`);
  await guest.promises.writeFile(`${dir}/new.txt`, 'new');
  expect(changed(await git.statusMatrix(repository))).toEqual(['d3/file-3.txt', 'd4/file-4.txt', 'new.txt']);
  await git.add({ ...repository, filepath: ['d3/file-3.txt', 'new.txt'] });
  await git.remove({ ...repository, filepath: 'd4/file-4.txt' });
  await git.commit({ ...repository, message: 'Change', author });
  expect((await git.log(repository)).map(({ commit }) => commit.message)).toEqual(['Change\n', 'All\n']);
  // Work tree local, history proxied.
  await guest.promises.mkdir('/repository/history');
  for (const name of (await guest.promises.readdir('/history')) as string[])
    await copyTree(`/history/${name}`, `/repository/history/${name}`);
  const local = { fs: guest, dir: '/work', gitdir: '/repository/history' };
  await guest.promises.mkdir('/work');
  await git.checkout({ ...local, ref: first, force: true });
  const found = await Promise.all(files.map((file) => guest.promises.readFile(`/work/${file}`, 'utf8')));
  expect(found).toEqual(files.map((file, index) => `content of ${file}\n`.repeat((index % 50) + 1)));
  await expect(guest.promises.stat('/work/new.txt')).rejects.toMatchObject({ code: 'ENOENT' });
});

const copyTree = async (from: string, to: string): Promise<void> => {
  if (!(await guest.promises.stat(from)).isDirectory()) return guest.promises.copyFile(from, to);
  await guest.promises.mkdir(to);
  for (const name of (await guest.promises.readdir(from)) as string[])
    await copyTree(`${from}/${name}`, `${to}/${name}`);
};

/** Everything below a directory: path, kind, permissions, time and content. */
const below = async (fileSystem: Pick<GuestFileSystem, 'promises'>, root: string, path = ''): Promise<unknown[]> => {
  const stats = await fileSystem.promises.lstat(`${root}${path}`);
  // As archives hold it: seconds of the date, which Node rounds to milliseconds first.
  const told = [path, stats.mode, stats.isDirectory() ? 0 : Math.floor(stats.mtime.getTime() / 1000)];
  if (stats.isSymbolicLink()) return [[path, await fileSystem.promises.readlink(`${root}${path}`)]];
  if (!stats.isDirectory()) return [[...told, await fileSystem.promises.readFile(`${root}${path}`, 'base64')]];
  const names = ((await fileSystem.promises.readdir(`${root}${path}`)) as string[]).sort();
  const inside: unknown[] = [told];
  for (const name of names) inside.push(...(await below(fileSystem, root, `${path}/${name}`)));
  return inside;
};

test('tar-fs: a tree packed from the share and unpacked locally, and back, is the same byte for byte', async () => {
  const source = '/share/source';
  await guest.promises.mkdir(`${source}/deep/er`, { recursive: true });
  await guest.promises.writeFile(`${source}/empty`, '');
  await guest.promises.writeFile(`${source}/large`, Buffer.alloc(700_001, 'portcullis '), { mode: 0o600 });
  await guest.promises.writeFile(`${source}/deep/run`, '#!/bin/sh\n', { mode: 0o755 });
  await guest.promises.symlink('../large', `${source}/deep/er/link`);
  await guest.promises.utimes(`${source}/deep/run`, 1_500_000_000, 1_500_000_000);
  for (let index = 0; index < 60; index++)
    await guest.promises.writeFile(`${source}/deep/er/${index}`, Buffer.alloc(index * 97, index));
  // The next second, by the date; this one, by the nanoseconds.
  await guest.promises.utimes(`${source}/deep/er/5`, 1_500_000_000.9998, 1_500_000_000.9998);
  // Declared by its types for neither, `fs` is an option of both.
  const as = { fs: guest as unknown as typeof fs } as object;
  await pipeline(tar.pack(source, as), tar.extract('/local', as));
  await pipeline(tar.pack('/local', as), tar.extract('/share/again', as));
  const original = await below(guest, source);
  expect(original.length).toBe(67);
  expect(await below(guest, '/local')).toEqual(original);
  expect(await below(guest, '/share/again')).toEqual(original);
  // And on the host, where the share is, by Node's own file system.
  expect(await below({ promises: fs.promises } as never, join(share.path, 'again'))).toEqual(original);
  // One archive, however it was read.
  const archive = async (options: object, root: string): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const part of tar.pack(root, { sort: true, ...options } as object)) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };
  expect((await archive(as, '/share/again')).equals(await archive({}, join(share.path, 'again')))).toBe(true);
});
