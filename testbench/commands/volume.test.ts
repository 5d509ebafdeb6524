import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NbdClient } from '../../model/snapshot/testing/nbd-client.ts';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'volume-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The server in a process of its own; its one line of JSON, and its end. */
const serve = async (...words: readonly string[]) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'portcullis.ts', 'volume', ...words, '--json'], {
    cwd: projectRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString())),
  );
  const value = JSON.parse(line) as { uri: string; exports: readonly string[]; size: number };
  return { child, value, ended };
};

test('a volume is served, snapshots come and go meanwhile, and SIGTERM ends it with all that was written', async () => {
  const file = join(folder, 'disk.img');
  const path = join(folder, 'disk.sock');
  const { child, value, ended } = await serve(file, '--size', '1M', '--listen', `unix:${path}`);
  expect(value).toMatchObject({ file, uri: `nbd+unix:///?socket=${path}`, size: 2 ** 20, exports: [''] });
  const client = await NbdClient.connect({ path });
  await client.go('');
  await client.write(0, Buffer.alloc(100, 1));
  const taken = await runCommand('volume', 'snapshot', file, 'monday', '--policy', 'hold', '--json');
  expect(jsonOf(taken)).toMatchObject({ snapshots: [{ name: 'monday', state: 'live', policy: 'hold' }] });
  await client.write(0, Buffer.alloc(100, 2));
  const again = await runCommand('volume', file, '--listen', 'unix:./other.sock');
  expect(again).toMatchObject({ code: 2, error: `portcullis: ${file} is served by another process already.\n` });
  await runCommand('volume', 'snapshot', file, 'tuesday');
  const copies = ['monday', 'tuesday'].map((name) => join(folder, `${name}.copy`));
  const full = await runCommand('volume', 'export', file, 'monday', copies[0]!, '--json');
  expect(jsonOf(full)).toMatchObject({ exported: { blocks: 1, bytes: 128 + 16 + 65_536 } });
  await runCommand('volume', 'export', file, 'tuesday', copies[1]!, '--since', 'monday');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(existsSync(path)).toBe(false);
  const again2 = join(folder, 'again.img');
  const made = await runCommand('volume', 'import', again2, copies[0]!, '--then', copies[1]!, '--json');
  expect(jsonOf(made)).toEqual({ file: again2, size: 2 ** 20, chain: copies });
  expect(readFileSync(again2).equals(readFileSync(file))).toBe(true);
  expect(await runCommand('volume', 'delete', file, 'tuesday')).toMatchObject({ code: 0 });

  // Nobody serves it now, and the same words do the same.
  expect((await runCommand('volume', 'list', file)).out).toMatch(/^monday {2,}.* live {2,}hold/m);
  expect(await runCommand('volume', 'restore', file, 'monday')).toMatchObject({ code: 0 });
  expect(jsonOf(await runCommand('volume', 'delete', file, 'monday', '--json'))).toMatchObject({
    snapshots: [],
    storeBytes: 0,
  });
  const second = await serve(file, '--listen', `unix:${path}`);
  const other = await NbdClient.connect({ path });
  await other.go('');
  expect(await other.read(0, 100)).toEqual(Buffer.alloc(100, 1));
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('the race of servers says which programs it needs', async () => {
  const { PATH } = process.env;
  process.env.PATH = folder;
  const { code, error } = await runCommand('bench', '--volume');
  process.env.PATH = PATH;
  expect({ code, error }).toEqual({
    code: 2,
    error:
      'portcullis: The race of volume servers needs fio and nbdkit, which is not here: install the package of that name.\n',
  });
});

const installed = ['fio', 'nbdkit'].every((program) => spawnSync(program, ['--version']).status === 0);
test.skipIf(!installed || process.env.PORTCULLIS_THOROUGH !== '1')(
  'the race has a row for each server and workload',
  async () => {
    const raced = await runCommand('bench', '--volume', '--seconds', '1', '--rounds', '1', '--size', '16M', '--json');
    const rows = jsonOf(raced) as { server: string; operationsPerSecond: number; ratioToNbdkitCow: number }[];
    expect(rows).toHaveLength(12);
    expect(rows.every(({ operationsPerSecond }) => operationsPerSecond > 0)).toBe(true);
    expect(rows.filter(({ ratioToNbdkitCow }) => ratioToNbdkitCow === 1).map(({ server }) => server)).toContain(
      'nbdkit, cow filter',
    );
  },
);

const empty = join(folder, 'empty.img');
writeFileSync(empty, '');
const spoilt = join(folder, 'spoilt.img');
writeFileSync(spoilt, 'a disk');
writeFileSync(`${spoilt}.snapshots`, 'no store');
/** An address that nobody else has. */
const free = ['--listen', `unix:${join(folder, 'free.sock')}`];

test.each([
  ['no file', [], /'volume' needs a file to serve/],
  ['a file that is not there', [join(folder, 'none.img'), ...free], /none\.img: no such file or directory/],
  ['an empty file', [empty, ...free], /is empty; a volume has at least a byte/],
  ['a folder', [folder, ...free], /is no regular file/],
  ['a damaged store', [spoilt, ...free], /spoilt\.img\.snapshots: The store holds no snapshots of ours/],
  ['a wrong address', [spoilt, '--listen', 'nowhere'], /--listen takes unix:PATH/],
  ['a wrong size', [spoilt, '--size', 'big'], /--size takes a number of bytes/],
  ['a word too many', ['snapshto', spoilt, 'x'], /one too many.*snapshot/],
  ['an import without copies', ['import', join(folder, 'made.img')], /needs a full copy/],
  [
    'a file that is no copy',
    ['import', join(folder, 'made.img'), spoilt],
    /spoilt\.img: This is no copy of a snapshot/,
  ],
  ['an export to nowhere', ['export', spoilt, 'monday'], /needs a file to write/],
  ['a snapshot without a name', ['snapshot', spoilt], /needs the name of a snapshot/],
  ['a wrong policy', ['snapshot', spoilt, 'x', '--policy', 'wait'], /There is no policy 'wait'/],
  [
    'a block size that is none',
    [join(folder, 'new.img'), '--size', '1M', '--block-size', '100', ...free],
    /The block size is 100/,
  ],
])('%s is refused in a line', async (_, words, said) => {
  const { code, out, error } = await runCommand('volume', ...words);
  expect(error).toMatch(said);
  expect(error).toMatch(/^portcullis: [^\n]*\n$/);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});
