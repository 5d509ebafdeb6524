/** A list of a file that nobody serves tells of it, and changes nothing. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openHostVolume } from '../../model/snapshot/host/host-volume.ts';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from './run-command.ts';

const runCommand = commandRunner(main);
const root = mkdtempSync(join(tmpdir(), 'volume-list-'));
afterAll(() => rmSync(root, { recursive: true }));
let number = 0;
const newFile = (): { folder: string; file: string } => {
  number += 1;
  const folder = join(root, String(number));
  mkdirSync(folder);
  const file = join(folder, 'disk.img');
  writeFileSync(file, Buffer.alloc(300_000, 1));
  return { folder, file };
};

/** All that is in a folder: names, content, and when it was written. */
const stateOf = (folder: string) =>
  readdirSync(folder).map((name) => {
    const { mtimeMs, ino } = statSync(join(folder, name));
    return { name, mtimeMs, ino, content: readFileSync(join(folder, name)).toString('base64') };
  });

const list = (file: string, ...words: readonly string[]) => runCommand('volume', 'list', file, ...words);

test('of a file without a store: none is made', async () => {
  const { folder, file } = newFile();
  const before = stateOf(folder);
  expect(jsonOf(await list(file, '--json'))).toMatchObject({ size: 300_000, snapshots: [], storeBytes: 0 });
  expect(stateOf(folder)).toEqual(before);
});

test('of a file with snapshots, and with what a killed process has left half done', async () => {
  const { folder, file } = newFile();
  const options = {
    limit: Number.POSITIVE_INFINITY,
    blockSize: 4096,
    pace: { turn: () => new Promise<number>(() => undefined) },
  };
  const { volume } = await openHostVolume(file, options);
  await volume.take('monday', { policy: 'hold' });
  await volume.write(0, Buffer.alloc(8192, 2));
  await volume.take('tuesday', { policy: 'break' });
  await volume.restore('monday');
  // As a process that is killed leaves them, under other names.
  const copy = newFile();
  for (const suffix of ['', '.snapshots', '.mark'])
    writeFileSync(`${copy.file}${suffix}`, readFileSync(`${file}${suffix}`));
  writeFileSync(`${copy.file}.mark.01234567-89ab-cdef-0123-456789abcdef.new`, 'half');
  const before = stateOf(copy.folder);
  const answer = jsonOf(await list(copy.file, '--json'));
  expect(answer).toMatchObject({
    blockSize: 4096,
    places: 32,
    snapshots: [
      { name: 'monday', state: 'live', policy: 'hold', bytesInSource: 72 * 4096 },
      { name: 'tuesday', state: 'live', policy: 'break', bytesInSource: 300_000 },
    ],
    restoring: { name: 'monday', bytesPending: 8192 },
  });
  expect(stateOf(copy.folder)).toEqual(before);
  expect(readdirSync(folder)).toContain('disk.img.snapshots');
});

test('with a forgotten --store: nothing is orphaned', async () => {
  const { folder, file } = newFile();
  const store = join(root, 'elsewhere');
  expect(await runCommand('volume', 'snapshot', file, 'a', '--store', store)).toMatchObject({ code: 0 });
  const before = stateOf(folder);
  expect(await list(file)).toMatchObject({
    code: 2,
    error: expect.stringMatching(/There is no store .*disk\.img\.snapshots, but .*\.mark says .* had one: name it/),
  });
  expect(await list(file, '--store', join(root, 'none'))).toMatchObject({
    code: 2,
    error: `portcullis: There is no store ${join(root, 'none')}; a list makes none.\n`,
  });
  expect((await list(file, '--store', store)).out).toMatch(/^a /m);
  expect(stateOf(folder)).toEqual(before);
  expect(readdirSync(root)).not.toContain('none');
});
