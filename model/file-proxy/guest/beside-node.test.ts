/** Calls of a guest's file system beside Node's own on a real directory. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGuestFileSystem } from './file-system.ts';

type Files = Pick<typeof fs, 'promises' | 'writev' | 'readv' | 'opendir' | 'readdir'>;
type Errors = Partial<Record<'code' | 'syscall' | 'path', string>>;

/** What a call gives, or how it is refused; paths as below the root. */
const outcome = async (root: string, work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    const { code, syscall, path } = error as Errors;
    return { code, syscall, path: path?.replace(root, '') };
  }
};

/** The same tree on both sides. */
const bothOn = async (work: (files: Files, root: string) => Promise<unknown>): Promise<void> => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-beside-'));
  const guest = createGuestFileSystem({ umask: process.umask() });
  await guest.promises.mkdir('/root');
  const run = async (files: Files, root: string): Promise<unknown> => {
    const { mkdir, writeFile, symlink } = files.promises;
    await mkdir(`${root}/a/b/größe`, { recursive: true });
    for (const name of ['f', 'b/g', 'b/größe/h']) await writeFile(`${root}/a/${name}`, name);
    await symlink('b', `${root}/a/link`);
    return work(files, root);
  };
  try {
    expect(await run(guest as unknown as Files, '/root')).toEqual(await run(fs, directory));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
};
const paths = ['a', 'a/', 'a/f', 'a/link', 'missing'];

test('a recursive readdir', () =>
  bothOn(async ({ promises, readdir }, root) => {
    const results: unknown[] = [];
    for (const path of paths) {
      const at = `${root}/${path}`;
      results.push(await outcome(root, async () => (await promises.readdir(at, { recursive: true })).sort()));
      results.push(
        await outcome(root, async () =>
          (await promises.readdir(at, { recursive: true, withFileTypes: true }))
            .map(
              (one) =>
                `${join(one.parentPath, one.name).replace(root, '')} ${one.isDirectory()} ${one.isSymbolicLink()}`,
            )
            .sort(),
        ),
      );
    }
    results.push(
      await new Promise((resolve) =>
        readdir(`${root}/a`, { recursive: true }, (error, names) => resolve([error, [...names].sort()])),
      ),
    );
    return results;
  }));

test('a directory that is read entry by entry', () =>
  bothOn(async ({ promises, opendir }, root) => {
    const results: unknown[] = [];
    for (const path of paths)
      for (const recursive of [false, true])
        results.push(
          await outcome(root, async () => {
            const directory = await promises.opendir(`${root}/${path}`, { recursive });
            const names: string[] = [];
            for await (const entry of directory) names.push(`${entry.name} ${entry.isFile()}`);
            const after = await outcome(root, () => directory.read());
            return [directory.path.replace(root, ''), names.sort(), after];
          }),
        );
    const directory = await promises.opendir(`${root}/a`);
    const names = [1, 2, 3, 4].map(() => directory.read());
    results.push((await Promise.all(names)).map((one) => one?.name ?? null).sort());
    await directory.close();
    results.push(await outcome(root, () => directory.close()));
    const byCallback = await new Promise<unknown>((resolve) =>
      opendir(`${root}/a/b/größe`, (_, opened) =>
        opened.read((error, entry) => opened.close((closed) => resolve([error, entry?.name, closed ?? null]))),
      ),
    );
    return [...results, byCallback];
  }));

test('reads and writes of several buffers', () =>
  bothOn(async ({ promises, readv, writev }, root) => {
    const handle = await promises.open(`${root}/a/f`, 'r+');
    const parts = (...texts: string[]) => texts.map((text) => Buffer.from(text));
    const room = (...sizes: number[]) => sizes.map((size) => new Uint8Array(size));
    const results = [
      await outcome(root, async () => ({ ...(await handle.writev(parts('ab', '', 'cde'))) })),
      await outcome(root, async () => ({ ...(await handle.writev(parts('x', 'y'), 1)) })),
      await outcome(root, async () => ({ ...(await handle.writev(parts('end'))) })),
      await outcome(root, async () => ({ ...(await handle.writev([])) })),
      await outcome(root, async () => ({ ...(await handle.readv(room(3, 0, 9), 0)) })),
      await outcome(root, async () => ({ ...(await handle.readv(room(3))) })),
      await outcome(root, async () => handle.readv([], 0)),
      await outcome(root, async () => handle.writev('x' as never)),
      await outcome(root, async () => handle.readv([1] as never)),
      await new Promise((resolve) => writev(handle.fd, parts('q'), (...told) => resolve(told))),
      await new Promise((resolve) => readv(handle.fd, room(2, 2), 2, (...told) => resolve(told))),
    ];
    await handle.close();
    const reading = await promises.open(`${root}/a/f`, 'r');
    results.push(await outcome(root, () => reading.writev(parts('x'))));
    await reading.close();
    return [...results, await promises.readFile(`${root}/a/f`, 'utf8')];
  }));

test('streams of a handle, which close it', () =>
  bothOn(async ({ promises }, root) => {
    const told: unknown[] = [];
    const path = `${root}/a/stream`;
    const writing = await promises.open(path, 'w');
    (writing as unknown as NodeJS.EventEmitter).on('close', () => told.push('closed'));
    const out = writing.createWriteStream();
    for (let line = 0; line < 2000; line += 1) out.write(`line ${line}\n`);
    await new Promise<void>((resolve) => out.end('end').on('close', resolve));
    told.push(writing.fd, await outcome(root, () => writing.close()));
    const reading = await promises.open(path, 'r');
    let text = '';
    for await (const part of reading.createReadStream({ encoding: 'utf8', start: 5, end: 12_000, autoClose: false }))
      text += part;
    told.push(text, reading.fd === -1);
    let lines = 0;
    for await (const _ of reading.readLines({ start: 0 })) lines += 1;
    told.push(lines, reading.fd, (await outcome(root, () => reading.stat())) as object);
    return told;
  }));
