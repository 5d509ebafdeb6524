import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openHostVolume } from '../../model/snapshot/host/host-volume.ts';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'volume-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const refused = async (said: string, ...words: readonly string[]): Promise<void> =>
  expect(await runCommand(...words)).toMatchObject({ code: 2, out: '', error: `portcullis: ${said}\n` });

const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 255));
const file = join(folder, 'disk.img');
writeFileSync(file, content);

test('no server takes the place of a file', async () => {
  const why = `Cannot listen at unix:${file}: a file that is no socket is there; give another path.`;
  await refused(why, 'volume', file, '--listen', `unix:${file}`);
  await refused(why, 'share', folder, '--listen', `unix:${file}`);
  await refused(why, 'store', '--listen', `unix:${file}`);
  const control = `${file}.control`;
  writeFileSync(control, 'mine');
  await refused(
    `${control} is in the way of the socket by which ${file} is controlled: move it.`,
    'volume',
    file,
    '--listen',
    `unix:${join(folder, 'sock')}`,
  );
  expect(readFileSync(control, 'utf8')).toBe('mine');
  rmSync(control);
  expect(readFileSync(file).equals(content)).toBe(true);
});

test('no copy takes the place of a file, and one that does not fit is none', async () => {
  expect(await runCommand('volume', 'snapshot', file, 'a')).toMatchObject({ code: 0 });
  for (const there of [file, `${file}.snapshots`])
    await refused(`${there}: it is there already; name another, or move it`, 'volume', 'export', file, 'a', there);
  expect(readFileSync(file).equals(content)).toBe(true);
  const copy = join(folder, 'a.copy');
  expect(await runCommand('volume', 'export', file, 'a', copy)).toMatchObject({ code: 0 });
  await refused(`${file}: it is there already; name another, or move it`, 'volume', 'import', file, copy);

  // The limit of a file's size lets the first part of the last write pass, as a full disk does.
  const short = join(folder, 'short.copy');
  const command = `ulimit -f 290; exec "${process.execPath}" --import tsx portcullis.ts volume export ${file} a ${short}`;
  const { status, stderr } = spawnSync('bash', ['-c', command], { cwd: projectRoot(), encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `portcullis: ${short}: the file would be larger than the file system or a limit (ulimit -f) allows\n`,
  });
  expect(existsSync(short)).toBe(false);
});

test('one process has a file, and one has a store, by whatever names', async () => {
  const other = join(folder, 'other.img');
  const alias = join(folder, 'alias.img');
  writeFileSync(other, content);
  symlinkSync(file, alias);
  linkSync(file, join(folder, 'hard.img'));
  const { volume, close } = await openHostVolume(alias, { limit: Number.POSITIVE_INFINITY });
  expect(volume.names).toEqual(['a']);
  const served = 'is served by another process already.';
  for (const name of ['disk.img', 'alias.img', 'hard.img']) {
    const at = name === 'alias.img' ? file : join(folder, name);
    await refused(`${at} ${served}`, 'volume', 'list', join(folder, name));
  }
  await refused(`${file}.snapshots ${served}`, 'volume', 'list', other, '--store', `${file}.snapshots`);
  await close();
  expect(await runCommand('volume', 'list', alias)).toMatchObject({ code: 0 });
  expect(existsSync(`${alias}.snapshots`)).toBe(false);
});

test('a store that was cut short is refused, and one of another geometry than asked for', async () => {
  const store = `${file}.snapshots`;
  const whole = readFileSync(store);
  for (const bytes of [whole.length - 1, 65_536, 20_000, 4096, 100, 0]) {
    writeFileSync(store, whole.subarray(0, bytes));
    const { code, error } = await runCommand('volume', 'list', file);
    expect({ bytes, code, error }).toMatchObject({ code: 2, error: expect.stringMatching(/cut short|superblock/) });
  }
  writeFileSync(store, whole);
  expect(await runCommand('volume', 'list', file)).toMatchObject({ code: 0 });
  const other = `portcullis: ${store}: It has blocks of 65536 bytes, not 4096; a store keeps its block size.\n`;
  expect(await runCommand('volume', 'snapshot', file, 'b', '--block-size', '4K')).toMatchObject({
    code: 2,
    error: other,
  });
});

test("a store's limit counts with the store's blocks", async () => {
  const small = join(folder, 'small.img');
  writeFileSync(small, content);
  const limit = 16 * 4096;
  expect(
    await runCommand('volume', 'snapshot', small, 'a', '--block-size', '4K', '--store-limit', '64K'),
  ).toMatchObject({
    code: 2,
    error: expect.stringMatching(
      /Snapshot 'a' was taken, but 237,568 bytes of it are in .*small\.img only: all 16 blocks .*spoils the snapshot/,
    ),
  });
  const { volume, close } = await openHostVolume(small, { limit });
  await volume.settled();
  expect(volume.status.usedBlocks).toBe(16);
  await close();
});

test('what is refused leaves nothing behind', async () => {
  const before = readdirSync(folder);
  const made = join(folder, 'made.img');
  const free = ['--listen', `unix:${join(folder, 'free.sock')}`];
  for (const words of [
    ['--size', '1M', '--block-size', '3'],
    ['--size', '0'],
    ['--size', '8000T'],
    ['--size', '8000T', '--block-size', '16M'],
    ['--size', '1M', '--store', join(folder, 'none', 'x')],
  ]) {
    const { code, error } = await runCommand('volume', made, ...words, ...free);
    expect({ words, code, lines: error.split('\n').length }).toEqual({ words, code: 2, lines: 2 });
  }
  expect(await runCommand('volume', 'list', file, '--store', join(folder, 'none', 'x'))).toMatchObject({ code: 2 });
  expect(readdirSync(folder)).toEqual(before);
});

test('where it cannot be served, a volume is not touched, and one that is to be made is not', async () => {
  const taken = join(folder, 'taken.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, resolve));
  const before = readdirSync(folder);
  const mark = readFileSync(`${file}.mark`, 'utf8');
  const why = `Cannot listen at unix:${taken}: another server is there; end it, or give another address.`;
  await refused(why, 'volume', join(folder, 'made.img'), '--size', '1M', '--listen', `unix:${taken}`);
  // A store that is elsewhere would not be this volume's any more, had another been begun.
  await refused(why, 'volume', file, '--store', join(folder, 'other.store'), '--listen', `unix:${taken}`);
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(`${file}.mark`, 'utf8')).toBe(mark);
  // Its own socket is in the way, or cannot be.
  const [busy, long] = [join(folder, 'busy.img'), join(folder, `${'long'.repeat(20)}.img`)];
  writeFileSync(`${busy}.control`, '');
  writeFileSync(long, content);
  const there = readdirSync(folder);
  for (const [path, said] of [
    [busy, `${busy}.control is in the way`],
    [long, `${long}.control is too long`],
  ] as const) {
    const answer = await runCommand(
      'volume',
      path,
      '--size',
      '300000',
      '--listen',
      `unix:${join(folder, 'free.sock')}`,
    );
    expect(answer).toMatchObject({ code: 2, error: expect.stringContaining(said) });
    expect(readdirSync(folder)).toEqual(there);
  }
  expect(readFileSync(long).equals(content)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
});

test('a snapshot of a file that nobody serves stands alone when it was taken: the file may be written by anybody then', async () => {
  const plain = join(folder, 'plain.img');
  writeFileSync(plain, content);
  const taken = await runCommand('volume', 'snapshot', plain, 'a', '--block-size', '4K', '--json');
  expect(jsonOf(taken)).toMatchObject({
    snapshots: [{ name: 'a', bytesInSource: 0 }],
    pauseMilliseconds: expect.any(Number),
    stalled: null,
  });
  writeFileSync(plain, Buffer.alloc(content.length, 9));
  const [copy, again] = [join(folder, 'plain.copy'), join(folder, 'again.img')];
  expect(await runCommand('volume', 'export', plain, 'a', copy)).toMatchObject({ code: 0 });
  expect(await runCommand('volume', 'import', again, copy)).toMatchObject({ code: 0 });
  expect(readFileSync(again).equals(content)).toBe(true);
});
