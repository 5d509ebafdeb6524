import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

const scratch = mkdtempSync(join(tmpdir(), 'portcullis-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test('directories are made with those above them, also twice', () => {
  const path = join(scratch, 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test('what cannot be made is told, below a file and where the system makes none', () => {
  writeFileSync(join(scratch, 'file'), '');
  expect(() => makeDirectory(join(scratch, 'file'))).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(scratch, 'file', 'below'))).toThrow(/EEXIST|ENOTDIR/);
  expect(() => makeDirectory('/proc/portcullis/out')).toThrow(
    /^\/proc\/portcullis: no directory can be made in \/proc; give --out another place/,
  );
});
