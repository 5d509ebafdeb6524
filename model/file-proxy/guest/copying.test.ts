/** `fs.cp` of a guest beside Node's own on a real directory. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everything } from './everything.ts';
import { createGuestFileSystem } from './file-system.ts';
import type { Promises } from './random-operations.ts';

type Files = Pick<typeof fs, 'promises' | 'cp'>;
type Refused = { code?: string; syscall?: string; path?: string };

const cases: readonly (readonly [from: string, to: string, options?: fs.CopyOptions])[] = [
  ['a', 'z'],
  ['a/f', 'a/f'],
  ['a/f', 'new/deep/f'],
  ['a/f', 'a/b'],
  ['a', 'a/f', { recursive: true }],
  ['a', 'a/b/c', { recursive: true }],
  ['missing', 'z'],
  ['a', 'z', { recursive: true }],
  ['a', 'z', { recursive: true }],
  ['a/f', 'z/f', { force: false }],
  ['a/f', 'z/f', { force: false, errorOnExist: true }],
  ['a/b', 'z/b', { recursive: true, preserveTimestamps: true }],
  ['a', 'verbatim', { recursive: true, verbatimSymlinks: true }],
  ['a', 'followed', { recursive: true, dereference: true }],
  ['a', 'filtered', { recursive: true, filter: (from) => !from.endsWith('/b') }],
  ['a/link', 'a/f'],
  ['a/f', 'a/link'],
  ['a/b', 'a/link', { recursive: true }],
  ['a/dangling', 'z/dangling2'],
  ['a/f', 'z/exclusive', { mode: fs.constants.COPYFILE_EXCL }],
];

test('copies, and refuses to copy, what Node does', async () => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-copying-'));
  fs.chmodSync(directory, 0o755);
  const guest = createGuestFileSystem({ umask: process.umask() });
  await guest.promises.mkdir('/root');
  await guest.promises.chmod('/root', 0o755);
  const run = async ({ promises, cp }: Files, root: string): Promise<unknown> => {
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(root, ''));
    await promises.mkdir(`${root}/a/b`, { recursive: true });
    await promises.writeFile(`${root}/a/f`, 'f', { mode: 0o640 });
    await promises.writeFile(`${root}/a/b/g`, 'g', { mode: 0o755 });
    await promises.utimes(`${root}/a/b/g`, 1000, 2000);
    await promises.symlink('b', `${root}/a/link`);
    const results: unknown[] = [];
    for (const [from, to, options] of cases) {
      if (from === 'a/dangling') await promises.symlink('nowhere', `${root}/a/dangling`);
      const refused = await promises.cp(`${root}/${from}`, `${root}/${to}`, options).catch((error: Refused) => error);
      const told = refused instanceof Error ? refused : undefined;
      const { code, syscall, path } = (told ?? {}) as Refused;
      results.push(plain([from, to, { code, syscall, path }, await everything(promises as unknown as Promises, root)]));
    }
    results.push((await promises.stat(`${root}/z/b/g`)).mtimeMs);
    results.push(await new Promise((done) => cp(`${root}/a/f`, `${root}/called`, (error) => done(error))));
    results.push(await promises.readFile(`${root}/called`, 'utf8'));
    return results;
  };
  const expected = (await run(fs, directory)) as unknown[];
  const found = (await run(guest as unknown as Files, '/root')) as unknown[];
  for (const [index, one] of found.entries()) expect(one).toEqual(expected[index]);
  fs.rmSync(directory, { recursive: true });
});
