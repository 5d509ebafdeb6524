/** A store beside the file of another volume, and volumes that were moved, copied and made anew. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { commandRunner } from './run-command.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'volume-mark-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
/** A volume of 100,000 bytes in a folder of its own, with a snapshot `s`. */
const withSnapshot = async (fill: number): Promise<string> => {
  made += 1;
  const file = join(folder, String(made), 'disk.img');
  mkdirSync(join(folder, String(made)));
  writeFileSync(file, Buffer.alloc(100_000, fill));
  expect(await runCommand('volume', 'snapshot', file, 's')).toMatchObject({ code: 0 });
  return file;
};
/** Copies a volume and what is beside it, but for what is left out, to a folder of its own. */
const copied = (file: string, parts: readonly string[]): string => {
  made += 1;
  const to = join(folder, String(made), 'moved.img');
  mkdirSync(join(folder, String(made)));
  for (const part of ['', ...parts]) copyFileSync(`${file}${part}`, `${to}${part}`);
  return to;
};
const all = ['.snapshots', '.mark'];

const list = (file: string, ...words: readonly string[]) => runCommand('volume', 'list', file, ...words);
const expectThere = async (file: string, ...words: readonly string[]): Promise<void> =>
  expect(await list(file, ...words)).toMatchObject({ code: 0, out: expect.stringMatching(/^s /m) });
const adopting =
  'Only if you know that it is the volume, and that nothing has written it since it was last opened with this store, adopt it: add --adopt. Else the snapshots would show wrong content. To begin without snapshots, move the store away.\n';
const expectOther = async (file: string, store: string): Promise<void> =>
  expect(await list(file, '--store', store)).toEqual({
    code: 2,
    out: '',
    error: `portcullis: ${store}: It holds a snapshot of another volume than ${file}, or of what that was before it was opened with another store (the mark in ${file}.mark is not this store's). Name the store that it was opened with last. ${adopting}`,
  });
const expectUnknown = async (file: string, store = `${file}.snapshots`): Promise<void> =>
  expect(await list(file, '--store', store)).toEqual({
    code: 2,
    out: '',
    error: `portcullis: ${store}: It holds a snapshot of a volume, and cannot tell whether ${file} is that volume: ${file}.mark is not there, or holds no mark. Where the volume was moved or copied from, that file goes with it. ${adopting}`,
  });

test("a store beside another volume's file of the same size is refused, and both go on", async () => {
  const [one, other] = [await withSnapshot(1), await withSnapshot(2)];
  await expectOther(one, `${other}.snapshots`);
  await expectThere(one);
  await expectThere(other);
});

test('two stores that are used in turn on one volume: the first is refused', async () => {
  const file = await withSnapshot(1);
  const second = join(folder, 'second');
  expect(await runCommand('volume', 'snapshot', file, 's', '--store', second)).toMatchObject({ code: 0 });
  await expectOther(file, `${file}.snapshots`);
  await expectThere(file, '--store', second);
});

test('a volume that is copied whole goes on, and without its mark when it is adopted', async () => {
  const file = await withSnapshot(1);
  await expectThere(copied(file, all));
  const bare = copied(file, ['.snapshots']);
  await expectUnknown(bare);
  writeFileSync(`${bare}.mark`, 'no mark');
  await expectUnknown(bare);
  await expectThere(bare, '--adopt');
  await expectThere(bare);
  // It was opened since: what was copied then is of another opening.
  await expectOther(file, `${bare}.snapshots`);
  await expectThere(file);
});

test('what is made anew by the name of a volume that was there is another one', async () => {
  const file = await withSnapshot(1);
  const copy = join(folder, 'a.copy');
  expect(await runCommand('volume', 'export', file, 's', copy)).toMatchObject({ code: 0 });
  const mark = readFileSync(`${file}.mark`);
  expect(await runCommand('volume', 'import', file, copy)).toMatchObject({ code: 2 });
  expect(readFileSync(`${file}.mark`)).toEqual(mark);
  rmSync(file);
  expect(await runCommand('volume', 'import', file, copy)).toMatchObject({ code: 0 });
  expect(existsSync(`${file}.mark`)).toBe(false);
  await expectUnknown(file);
  const other = await withSnapshot(2);
  rmSync(other);
  const address = `unix:${join(folder, 'sock')}`;
  expect(await runCommand('volume', other, '--size', '100000', '--listen', address)).toMatchObject({
    code: 2,
    error: expect.stringMatching(/holds no mark/),
  });
});

test('a store that was put back as it was, after it was refused, is the volume’s', async () => {
  const file = await withSnapshot(1);
  const store = `${file}.snapshots`;
  const whole = readFileSync(store);
  writeFileSync(store, whole.subarray(0, whole.length - 1));
  expect(await list(file)).toMatchObject({ code: 2, error: expect.stringMatching(/cut short/) });
  writeFileSync(store, whole);
  await expectThere(file);
});
