/** Whatever an action of `volume` does not take is refused, and nothing is done. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { serveVolume } from '../../model/snapshot/host/serve.ts';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from './run-command.ts';
import { describeVolume, tellHowFar } from './volume-text.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'volume-words-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'disk.img');
const other = join(folder, 'other.img');
writeFileSync(file, Buffer.alloc(300_000, 1));

const refused = async (words: readonly string[], said: RegExp): Promise<void> => {
  const { code, out, error } = await runCommand('volume', ...words);
  expect(error).toMatch(said);
  expect(error).toMatch(/^portcullis: [^\n]*\n$/);
  expect({ code, out }).toEqual({ code: 2, out: '' });
};

test.each([
  [['import', other, 'a.copy', 'b.copy'], /takes one full copy; the differences .* written --then b\.copy/],
  [['import', other, 'a.copy', 'b.copy', 'c.copy'], /written --then b\.copy/],
  [['import', other, 'a.copy', '--then', 'b.copy', 'c.copy'], /written --then c\.copy/],
  [
    ['import', other, 'a.copy', '--since', 'x'],
    /'volume import' does not take --since, which goes with 'volume export'/,
  ],
  [['import', other, 'a.copy', '--size', '1M'], /does not take --size, which goes with serving a file/],
  [['list', file, 'monday'], /takes one file, and lists all/],
  [['list', file, '--policy', 'hold'], /does not take --policy, which goes with 'volume snapshot'/],
  [['list', file, '--listen', 'unix:x'], /does not take --listen/],
  [['list', file, '--then', 'x'], /does not take --then/],
  [['snapshot', file, 'a', 'b'], /takes one snapshot at a time; 'b' goes into another/],
  [['snapshot', file, 'a', '--since', 'b'], /does not take --since/],
  [['restore', file, 'a', 'b'], /takes one snapshot at a time/],
  [['export', file, 'a', 'a.copy', 'b'], /differences from an older one are asked for with --since NAME/],
  [['export', file, 'a', 'a.copy', '--policy', 'hold'], /does not take --policy/],
  [
    ['delete', file, 'a', '--block-size', '4K'],
    /does not take --block-size, which goes with serving a file, 'volume snap/,
  ],
  [['delete', file, 'a', 'a'], /'a' is named twice/],
  [[file, '--policy', 'hold'], /'volume FILE' does not take --policy/],
  [['snapshot', file, 'a', '--policy', 'hold', '--policy', 'break'], /--policy is given 2 times/],
])('%j is refused', async (words, said) => {
  await refused(words, said);
  expect(readdirSync(folder)).toEqual(['disk.img']);
});

test('several snapshots are removed in one go, and none when one is not there', async () => {
  for (const name of ['a', 'b', 'c']) await runCommand('volume', 'snapshot', file, name);
  await refused(['delete', file, 'a', 'd', 'b'], /no snapshot 'd', and none of the others was removed/);
  const names = async (...words: readonly string[]) =>
    (jsonOf(await runCommand('volume', ...words, '--json')) as { snapshots: { name: string }[] }).snapshots.map(
      ({ name }) => name,
    );
  expect(await names('list', file)).toEqual(['a', 'b', 'c']);
  expect(await names('delete', file, 'a', 'c')).toEqual(['b']);
  await runCommand('volume', 'delete', file, 'b');
});

test('options that the server of the file does not have are refused, and nothing is done', async () => {
  const mine = join(folder, 'served.img');
  writeFileSync(mine, Buffer.alloc(300_000, 2));
  const [store, socket] = [join(folder, 'mine.store'), join(folder, 'sock')];
  const served = await serveVolume(mine, { path: socket }, { store, limit: 2 ** 20, blockSize: 4096 });
  await runCommand('volume', 'snapshot', mine, 'monday');
  const its = { '--store-limit': '1M', '--block-size': '4096', '--places': '32', '--store': store };
  const others = { '--store-limit': '2M', '--block-size': '64K', '--places': '31', '--store': `${mine}.snapshots` };
  for (const [option, value] of Object.entries(others)) {
    await refused(['snapshot', mine, 'x', option, value], new RegExp(`is being served.*nothing was done.*${option}`));
    if (['--store', '--store-limit'].includes(option))
      await refused(['delete', mine, 'monday', option, value], /nothing was done/);
  }
  await refused(['delete', mine, 'monday', '--adopt'], /nothing was done/);
  await refused(['list', mine, '--store', other], /its server has the store .*mine\.store; nothing was done/);
  const all = Object.entries(its).flat();
  const taken = jsonOf(await runCommand('volume', 'snapshot', mine, 'tuesday', ...all, '--json'));
  expect(taken).toMatchObject({
    store,
    storeLimit: 2 ** 20,
    places: 32,
    snapshots: [{ name: 'monday' }, { name: 'tuesday' }],
  });
  const removed = await runCommand('volume', 'delete', mine, 'monday', '--store', store);
  expect(removed).toMatchObject({ code: 0, out: expect.not.stringMatching(/^monday/m) });
  await served.close();
  expect([other, `${mine}.snapshots`].filter((path) => existsSync(path))).toEqual([]);
  expect(readFileSync(mine).equals(Buffer.alloc(300_000, 2))).toBe(true);
});

test('writes that wait are told what gives them room: a limit is raised only where there is one', () => {
  const nothing = {
    size: 1,
    blockSize: 64,
    places: 1,
    store: '/s',
    storeBytes: 0,
    snapshots: [],
    restoring: null,
    stalled: null,
  };
  expect(describeVolume({ ...nothing, storeLimit: null, heldWrites: 2 })).toContain(
    '2 writes wait for room in the store: remove a snapshot, or make room in the file system of /s.',
  );
  expect(describeVolume({ ...nothing, storeLimit: 2 ** 20, heldWrites: 1 })).toContain(
    'remove a snapshot, or end the server and serve the file with a higher --store-limit than its 1,048,576 bytes.',
  );
});

test('how far a copy is, or a restore, is told on standard error', () => {
  const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const nothing = {
    blockSize: 64,
    places: 1,
    store: '/s',
    storeLimit: null,
    storeBytes: 0,
    heldWrites: 0,
    stalled: null,
  };
  const monday = { name: 'monday', instant: '', state: 'live', policy: 'break', bytesInSource: 0, bytesDamaged: 0 };
  const sunday = { ...monday, name: 'sunday', bytesInSource: 9 };
  const copying = tellHowFar({ do: 'snapshot', name: 'monday', policy: 'break' });
  copying.tell({ ...nothing, size: 2000, snapshots: [sunday, monday], restoring: null });
  copying.end();
  const restoring = tellHowFar({ do: 'restore', name: 'monday' });
  restoring.tell({ ...nothing, size: 3000, snapshots: [monday], restoring: { name: 'monday', bytesPending: 0 } });
  restoring.end();
  const lines = told.mock.calls.map(([text]) => String(text));
  told.mockRestore();
  expect(lines).toEqual([
    expect.stringMatching(/^Copying: 2,000 of 2,000 bytes/),
    expect.stringMatching(/^Restoring: 3,000 of 3,000 bytes/),
  ]);
});
