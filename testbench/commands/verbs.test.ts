import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { recordedPath } from '../captures/recorded.ts';
import { blocks } from './blocks.ts';
import { coreFile } from './fusesoc.ts';
import type { GeneratedFile } from './generate.ts';
import { commandRunner, jsonOf } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

const generate = async (name: string): Promise<readonly GeneratedFile[]> => {
  const run = await runCommand(
    ...['generate', 'packet_unit', '--set', 'clients=2', '--out', join(folder, name), '--json'],
  );
  expect(run).toMatchObject({ code: 0, error: '' });
  const { files } = jsonOf(run) as { files: GeneratedFile[] };
  return files;
};

test('generate lists what it writes, the same bytes each time', async () => {
  const [files, again] = [await generate('one'), await generate('two')];
  for (const file of files) expect(Object.keys(file)).toEqual(['path', 'block', 'kind']);
  expect(new Set(files.map(({ kind }) => kind))).toEqual(
    new Set(['verilog', 'c-header', 'systemrdl', 'markdown', 'typescript', 'fusesoc']),
  );
  expect(files.map(({ path }) => basename(path)).sort()).toEqual(readdirSync(join(folder, 'one')).sort());
  files.forEach(({ path }, index) => {
    expect(readFileSync(again[index]?.path ?? '', 'utf8')).toBe(readFileSync(path, 'utf8'));
  });
});

test('a second block in one directory replaces no module of the first', async () => {
  const out = join(folder, 'shared');
  const into = (block: string, ...set: readonly string[]) =>
    runCommand('generate', block, ...set.flatMap((each) => ['--set', each]), '--out', out);
  expect((await into('packet_unit', 'clients=2')).code).toBe(0);
  expect((await into('axi4_lite_properties')).code).toBe(0);
  const contents = () =>
    readdirSync(out)
      .filter((name) => name.includes('.'))
      .map((name) => [name, readFileSync(join(out, name), 'utf8')]);
  const before = contents();
  const other = await into('packet_hash', 'dataWidth=512');
  expect(other.code).toBe(2);
  expect(other.error).toMatch(
    /is of packet_unit.core and would be replaced by another module of that name; write to a directory of its own/,
  );
  expect(contents()).toEqual(before);
  // The block's own files are its to replace at the same parameters.
  expect((await into('packet_unit', 'clients=2')).code).toBe(0);
  expect(contents()).toEqual(before);
  const wider = await into('packet_unit', 'clients=2', 'dataWidth=128');
  expect(wider.code).toBe(2);
  expect(wider.error).toMatch(
    /packet_unit\.core is of packet_unit at dataWidth=64 clients=2 hashWidth=32 frameBeats=64.*dataWidth=128 .*write to a directory of its own with --out/,
  );
  expect(contents()).toEqual(before);
});

test('with prefixes, designs of one block at different parameters go together', async () => {
  const out = join(folder, 'prefixed');
  const into = (prefix: string, dataWidth: number) =>
    runCommand('generate', 'packet_unit', '--set', `dataWidth=${dataWidth}`, '--prefix', prefix, '--out', out);
  expect((await into('uplink_', 64)).code).toBe(0);
  expect((await into('core_', 128)).code).toBe(0);
  const sources = readdirSync(out).filter((name) => name.endsWith('.v'));
  const modules = sources.flatMap((name) =>
    [...readFileSync(join(out, name), 'utf8').matchAll(/^module (\w+)/gm)].map(([, module = '']) => module),
  );
  expect(modules.map((module) => `${module}.v`).sort()).toEqual(sources.sort());
  expect(modules.every((module) => /^(uplink|core)_/.test(module))).toBe(true);
  expect(readFileSync(join(out, 'core_packet_unit.core'), 'utf8')).toMatch(/^ {4}toplevel: core_packet_unit$/m);
  expect(readFileSync(join(out, 'uplink_packet_unit_registers.h'), 'utf8')).toContain('#define UPLINK_PACKET_UNIT_');
  if (!has('iverilog')) return;
  const paths = sources.map((name) => join(out, name));
  const run = spawnSync(
    'iverilog',
    ['-g2005', '-tnull', '-s', 'uplink_packet_unit', '-s', 'core_packet_unit', ...paths],
    { encoding: 'utf8' },
  );
  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('nothing is written of any block where one of them is refused', async () => {
  const out = join(folder, 'every');
  const last = blocks.filter(({ whole }) => whole).at(-1);
  if (last === undefined) throw new Error('there are no blocks');
  mkdirSync(out);
  writeFileSync(
    join(out, `${last.name}.core`),
    coreFile({ name: last.name, version: '1', summary: '', parameters: 'width=1', toplevel: '', files: [] }),
  );
  const run = await runCommand('generate', '--out', out);
  expect(run).toMatchObject({ code: 2, out: '' });
  expect(run.error).toContain(`${last.name}.core is of ${last.name} at width=1 and would be replaced`);
  expect(readdirSync(out)).toEqual([`${last.name}.core`]);
});

test('the core file lists every Verilog file, held modules first, and names the top', async () => {
  const files = await generate('core');
  const path = files.find(({ kind }) => kind === 'fusesoc')?.path ?? '';
  const core = readFileSync(path, 'utf8');
  expect(core.split('\n')[0]).toBe('CAPI=2:');
  expect(core).toMatch(/^name: portcullis:blocks:packet_unit:\d+\.\d+\.\d+$/m);
  expect(core).toMatch(/^ {4}toplevel: packet_unit$/m);
  const listed = [...core.matchAll(/^ {6}- (\S+\.v)$/gm)].map(([, name]) => name ?? '');
  expect(listed).toEqual(files.filter(({ kind }) => kind === 'verilog').map((file) => basename(file.path)));
  listed.forEach((name, index) => {
    const text = readFileSync(join(folder, 'core', name), 'utf8');
    for (const later of listed.slice(index + 1))
      expect(text).not.toMatch(new RegExp(`^ +${later.replace(/\.v$/, '')} [a-z_0-9]+ \\(`, 'm'));
  });
});

test.runIf(has('gcc'))('the C header compiles by itself without a warning', async () => {
  const files = await generate('c');
  const header = files.find(({ kind }) => kind === 'c-header')?.path ?? '';
  const source = join(folder, 'use.c');
  writeFileSync(source, `#include "${header}"\n#include "${header}"\nint main(void) { return 0; }\n`);
  const run = spawnSync('gcc', ['-std=c99', '-Wall', '-Wextra', '-Werror', '-pedantic', '-fsyntax-only', source], {
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});

test('the typed driver typechecks by itself under strict rules', async () => {
  const files = await generate('driver');
  const driver = files.find(({ kind }) => kind === 'typescript')?.path ?? '';
  const tsc = join(projectRoot(), 'node_modules', '.bin', 'tsc');
  const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--target', 'es2023', '--module', 'nodenext'];
  const run = spawnSync(tsc, [...options, '--types', '', driver], { encoding: 'utf8', cwd: folder });
  expect(run.stdout).toBe('');
  expect(run.status).toBe(0);
});

test('synth puts any Verilog through the flow, with rows of the architecture and three reports', async () => {
  const file = join(folder, 'counter.v');
  writeFileSync(
    file,
    'module counter #(parameter WIDTH = 4) (input clk, output reg [WIDTH-1:0] q);\n  always @(posedge clk) q <= q + 1;\nendmodule\n',
  );
  const out = join(folder, 'synthesis');
  const peer = ['synth', '--peer', file, '--top', 'counter', '--set', 'WIDTH=6', '--target', 'lut4,ice40'];
  const run = await runCommand(...peer, '--no-place', '--no-modules', '--out', out, '--json');
  expect(run.code).toBe(0);
  const rows = jsonOf(run) as Record<string, unknown>[];
  expect(rows.map(({ target }) => target)).toEqual(['lut4', 'ice40']);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining(['block', 'parameters', 'target', 'luts', 'registers', 'memories', 'depth', 'mhz']),
    );
    expect(row).toMatchObject({ block: 'counter', parameters: { WIDTH: '6' }, registers: 6, memories: 0, mhz: null });
  }
  expect(readdirSync(out).sort()).toEqual(['synthesis.html', 'synthesis.json', 'synthesis.md']);
});

test('wave draws streams as text and writes every signal as VCD', async () => {
  const out = join(folder, 'unit.vcd');
  const words = ['wave', 'packet_unit', '--cycles', '300', '--show', '8', '--out', out];
  const run = await runCommand(...words);
  expect(run.code).toBe(0);
  expect(run.out).toMatch(/^s_axis_tvalid +[▁▔╱╲]+$/m);
  const vcd = readFileSync(out, 'utf8');
  expect(vcd).toContain('$scope module aggregator $end');
  expect(vcd).toContain('#3000\n');
  expect(jsonOf(await runCommand(...words, '--json'))).toMatchObject({ block: 'packet_unit', cycles: 300, path: out });
});

test('wave says where the traffic ended before the cycles that were asked for', async () => {
  const out = join(folder, 'short.vcd');
  const words = ['wave', 'packet_unit', '--capture', recordedPath('web.pcap'), '--out', out];
  const long = await runCommand(...words, '--cycles', '1000000', '--json');
  const { cycles } = jsonOf(long) as { cycles: number };
  expect(cycles).toBeLessThan(1_000_000);
  expect(long.error).toMatch(
    `the traffic ended after ${cycles.toLocaleString('en-US')} of the 1,000,000 cycles asked for`,
  );
  const last = await runCommand(...words, '--cycles', '1000000', '--from', String(cycles - 3));
  expect(last).toMatchObject({ code: 0 });
  expect(last.error).toMatch(`3 of the 32 cycles to draw come before the end`);
  expect(await runCommand(...words, '--cycles', '300')).toMatchObject({ code: 0, error: '' });
});

test('wave plays random traffic on a block that takes no frames', async () => {
  const out = join(folder, 'controller.vcd');
  const small = ['ports=1', 'entries=1', 'resources=1', 'outstanding=2'].flatMap((one) => ['--set', one]);
  const words = ['wave', 'resource_access_controller', ...small, '--cycles', '100', '--show', '8', '--out', out];
  const first = await runCommand(...words);
  expect(first.code).toBe(0);
  expect(first.out).toMatch(/^m0_axi_arvalid +[▁▔╱╲]+$/m);
  const other = await runCommand(...words, '--seed', '2');
  expect(other.code).toBe(0);
  expect(other.out).not.toBe(first.out);
  expect(await runCommand(...words, '--capture', recordedPath('web.pcap'))).toMatchObject({ code: 2, out: '' });
});

test('prove gives a row a property with the fields of the architecture', async () => {
  const words = ['prove', 'buffer', '--property', 'part.entry 1 is held only above entry 0', '--depth', '5'];
  const run = await runCommand(...words, '--json');
  expect(run.code).toBe(0);
  const rows = jsonOf(run) as Record<string, unknown>[];
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining(['block', 'parameters', 'property', 'source', 'engine', 'verdict', 'depth', 'seconds']),
    );
    expect(row).toMatchObject({ block: 'buffer', verdict: 'proved', source: 'rtl/parts/stream/buffer.ts:49' });
  }
});
