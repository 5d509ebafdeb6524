import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { commandRunner } from './run-command.ts';
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
    'list',
    file,
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
