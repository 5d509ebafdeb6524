import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { readRecorded, recordedCaptures, recordedPath } from '../captures/recorded.ts';
import type { CheckResult } from '../lockstep/index.ts';
import { type Block, blocks } from './blocks.ts';
import { checkBlock } from './check.ts';
import { commandRunner, jsonOf } from './run-command.ts';
import { commandPrefix } from './version.ts';

const runCommand = commandRunner(main);

const quick = ['check', 'packet_unit', '--ways', 'model,rtl', '--cycles', '2000'];

test('no difference: exit code 0, one row with the fields of the architecture', async () => {
  const run = await runCommand(...quick, '--seed', '7', '--json');
  expect(run.code).toBe(0);
  const rows = jsonOf(run) as CheckResult[];
  expect(rows.map((row) => Object.keys(row))).toEqual([
    ['block', 'parameters', 'ways', 'cycles', 'captures', 'seed', 'differences'],
  ]);
  expect(rows[0]).toMatchObject({ block: 'packet_unit', ways: ['model', 'rtl'], seed: 7, differences: [] });
  expect(rows[0]?.parameters).toMatchObject({ dataWidth: 64, clients: 8 });
  expect(rows[0]?.cycles).toBeGreaterThanOrEqual(2000);
});

test('captures are played before the random traffic, and take none of its cycles', async () => {
  const [row] = jsonOf(await runCommand(...quick, '--json')) as CheckResult[];
  const bytes = recordedCaptures.reduce(
    (sum, name) => sum + readRecorded(name).packets.reduce((all, { data }) => all + data.length, 0),
    0,
  );
  expect(row?.cycles).toBeGreaterThanOrEqual(2000 + bytes / 8);
  expect(row?.captures).toBe(recordedCaptures.length);
});

test('without captures few cycles are few, and a report leads back to the same traffic', async () => {
  const words = ['check', 'packet_unit', '--ways', 'model,rtl', '--no-captures', '--json'];
  const [row] = jsonOf(await runCommand(...words, '--cycles', '1')) as CheckResult[];
  expect(row).toMatchObject({ captures: 0, differences: [] });
  expect(row?.cycles).toBeLessThan(2000);
  const planted = await runCommand(...words, '--cycles', '20000', '--plant', 'packet_limit_late');
  expect(planted.code).toBe(1);
  const command = (jsonOf(planted) as CheckResult[])[0]?.differences[0]?.command ?? '';
  expect(command).toContain(' --no-captures --seed 1 --path ');
  const again = await runCommand('check', ...(command.split(' check ')[1]?.split(' ') ?? []), '--json');
  expect((jsonOf(again) as CheckResult[])[0]).toMatchObject({ captures: 0, differences: [{ command }] });
  const both = await runCommand(...words, '--capture', 'own.pcap');
  expect(both).toMatchObject({ code: 2, out: '' });
  expect(both.error).toMatch(/--no-captures and --capture own\.pcap contradict each other/);
});

test('a block may leave out a way that is not asked for', async () => {
  const block = blocks.find(({ name }) => name === 'packet_unit') as Block;
  const row = await checkBlock({ ...block, ways: ['model', 'rtl'] }, block.parameters({}), {
    cycles: 100,
    captures: [],
  });
  expect(row.ways).toEqual(['model', 'rtl']);
  expect(blocks.find(({ name }) => name === 'memory_path')?.ways).not.toContain('gates');
});

test('a sweep checks each value', async () => {
  const run = await runCommand(...quick, '--sweep', 'clients=2,4', '--json');
  expect((jsonOf(run) as CheckResult[]).map(({ parameters }) => parameters.clients)).toEqual([2, 4]);
});

test('a bug of the random traffic is found though captures come first', async () => {
  const run = await runCommand(
    'check',
    'packet_unit',
    '--ways',
    'model,rtl',
    '--cycles',
    '20000',
    '--plant',
    'packet_limit_late',
    '--json',
  );
  expect(run.code).toBe(1);
  expect((jsonOf(run) as CheckResult[])[0]?.differences).toHaveLength(1);
});

test('a difference: exit code 1, the first signal and cycle with its line, files, and a command that shows it again', async () => {
  const planted = [...quick, '--plant', 'wrong_reset_value'];
  const run = await runCommand(...planted, '--json');
  expect(run.code).toBe(1);
  const [row] = jsonOf(run) as CheckResult[];
  const difference = row?.differences[0];
  if (difference === undefined) throw new Error('the planted bug was not found');
  expect(row?.seed).toBe(1);
  expect(difference).toMatchObject({ kind: 'output', ways: ['model', 'rtl'] });
  expect(difference.message).toContain(`cycle ${difference.cycle}: ${difference.signal} is 0x`);
  expect(difference.seen).not.toBe(difference.expected);
  expect(difference.source[0]?.declared).toMatch(/^rtl\/packet-unit\/[a-z-]+\.ts:\d+/);
  const { replay, waves } = difference.files;
  expect(existsSync(replay)).toBe(true);
  expect(readFileSync(waves ?? '', 'utf8')).toContain('$enddefinitions');
  expect(difference.command.startsWith(`${commandPrefix()} check packet_unit `)).toBe(true);
  expect(difference.command).not.toContain('--capture');

  const again = await runCommand(...difference.command.slice(commandPrefix().length + 1).split(' '), '--json');
  expect(again.code).toBe(1);
  expect((jsonOf(again) as CheckResult[])[0]?.differences[0]).toMatchObject({
    cycle: difference.cycle,
    signal: difference.signal,
    command: difference.command,
  });
  const fromFile = await runCommand('check', 'packet_unit', '--replay', replay);
  expect(fromFile.code).toBe(1);
  expect(fromFile.out).toContain(difference.message);
  expect(fromFile.out).toMatch(/^ {2}again: {3}/m);
});

test.each([
  ['one way alone', ['--ways', 'rtl'], /'rtl' alone has nothing to be compared with/],
  ['one way twice', ['--ways', 'rtl,rtl'], /The way 'rtl' is given twice/],
  [
    'a path that leads nowhere',
    ['--ways', 'model,rtl', '--seed', '1', '--path', '0:1:99999'],
    /leads to no scenario under the seed 1: nothing was compared/,
  ],
])('nothing is said to be equal where nothing was compared: %s', async (_, options, message) => {
  const run = await runCommand('check', 'packet_unit', '--cycles', '2000', ...options);
  expect(run.code).toBe(2);
  expect(run.error).toMatch(message);
});

test('a capture has packets, and a block that plays them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
  try {
    const empty = join(folder, 'empty.pcap');
    writeFileSync(empty, readFileSync(recordedPath(recordedCaptures[0] ?? '')).subarray(0, 24));
    const none = await runCommand(...quick, '--capture', empty);
    expect(none).toMatchObject({ code: 2, error: expect.stringContaining('holds no packets') as string });
    const capture = recordedPath(recordedCaptures[0] ?? '');
    const other = await runCommand('check', 'resource_access_controller', '--ways', 'model,rtl', '--capture', capture);
    expect(other).toMatchObject({ code: 2, error: expect.stringContaining('takes no packets') as string });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
