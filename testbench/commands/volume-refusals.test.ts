/** Names, stores and sizes that would end badly later are refused at once, and nothing is made or changed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { controlPath } from '../../model/snapshot/host/control.ts';
import { serveVolume } from '../../model/snapshot/host/serve.ts';
import { main } from '../../portcullis.ts';
import { commandRunner } from './run-command.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'volume-refusals-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'disk.img');
writeFileSync(file, Buffer.alloc(300_000, 1));
symlinkSync(folder, `${folder}.link`);
afterAll(() => rmSync(`${folder}.link`));

const refused = async (words: readonly string[], said: RegExp): Promise<void> => {
  const { code, out, error } = await runCommand('volume', ...words);
  expect(error).toMatch(said);
  expect(error).toMatch(/^portcullis: [^\n]*\n$/);
  expect({ code, out }).toEqual({ code: 2, out: '' });
};

test.each([
  ['the mark', '.mark', /that is where the mark of the volume is kept/],
  ['the socket of control', '.control', /that is where the socket is/],
  ['the volume', '', /that is the volume itself/],
])('a store that is %s is refused', async (_, suffix, said) => {
  for (const name of [`${file}${suffix}`, join(`${folder}.link`, `disk.img${suffix}`)])
    await refused(['snapshot', file, 'a', '--store', name], said);
  const made = join(folder, 'made.img');
  await refused([made, '--size', '1M', '--store', `${made}${suffix}`, '--listen', `unix:${folder}/s`], said);
  expect(readdirSync(folder)).toEqual(['disk.img']);
  expect(readFileSync(file).equals(Buffer.alloc(300_000, 1))).toBe(true);
});

test('a size that is not that of the file is refused, and its own is none', async () => {
  const listen = ['--listen', `unix:${folder}/s`];
  await refused([file, '--size', '1M', ...listen], /disk\.img is there and has 300000 bytes, not 1048576/);
  await refused([file, '--size', '100', ...listen], /has 300000 bytes, not 100; .* Leave --size out/);
  expect(readdirSync(folder)).toEqual(['disk.img']);
  const served = await serveVolume(file, { path: `${folder}/s` }, { size: 300_000, limit: 2 ** 20 });
  await served.close();
});

const unfit = [
  'a\u202eb',
  'a\u2067b',
  '\u200fab',
  'a\u2028b',
  'a\u2029b',
  'a\u0085b',
  'a\u001bb',
  'a\nb',
  'a\ud800b',
  'a\udc00',
];
test.each(unfit)('%j names no snapshot, also by the socket of control', async (name) => {
  await refused(['snapshot', file, name], /^portcullis: A snapshot cannot be named/);
  const served = await serveVolume(file, { path: `${folder}/s` }, { limit: 2 ** 20 });
  const socket = connect({ path: controlPath(file) });
  socket.write(`${JSON.stringify({ do: 'snapshot', name, policy: 'break' })}\n`);
  const reply = await new Promise<string>((resolve) => {
    socket.once('data', (text: Buffer) => resolve(text.toString()));
  });
  socket.destroy();
  expect(JSON.parse(reply)).toEqual({ error: expect.stringMatching(/^A snapshot cannot be named/) });
  expect((await runCommand('volume', 'list', file)).out).toMatch(/^No snapshots/);
  await served.close();
});

test('names of many scripts are names', async () => {
  for (const name of ['Montag, früh', '月曜日', 'يوم الاثنين', '👩‍🚀', 'Notes (2)'])
    expect(await runCommand('volume', 'snapshot', file, name)).toMatchObject({ code: 0 });
});
