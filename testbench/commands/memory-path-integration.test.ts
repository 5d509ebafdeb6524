/** The page on integrating the memory path cannot rot: its command is run, its Verilog goes with what that writes, and its C works on the model. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bench } from '../../model/hardware/memory-path/bench.ts';
import { main } from '../../portcullis.ts';
import { runYosys } from '../../synth/yosys/run-yosys.ts';
import { commandRunner } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;
const page = readFileSync(join(projectRoot(), 'docs', 'systems', 'memory-path-integration.md'), 'utf8');
const shown = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, body = '']) => body);
const folder = join(projectRoot(), 'build', 'guides', 'memory-path');

const [command = ''] = shown('sh');
const parameters = Object.fromEntries(
  [...command.matchAll(/--set (\w+)=(\d+)/g)].map(([, name, value]) => [name, Number(value)]),
);

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const words = command
    .trim()
    .replace(/^npm run -s portcullis -- /, '')
    .replace('my-soc/ip', folder);
  const run = await runCommand(...words.split(' '));
  expect(run.code).toBe(0);
  writeFileSync(join(folder, 'soc_memory.v'), shown('verilog').join('\n'));
});

const verilogFiles = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.v'));

test('nothing is shown that is not run here', () => {
  const languages = [...page.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
  expect(languages).toEqual(['sh', 'verilog', 'c', 'c', 'c']);
});

test.runIf(thorough)('the instance connects every port of what the command writes', async () => {
  const files = Object.fromEntries(verilogFiles().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const reading = Object.keys(files).map((name) => `read_verilog -sv ${name}`);
  const commands = [...reading, 'hierarchy -check -top soc_memory', 'select -assert-count 1 soc_memory/path'];
  await runYosys([...commands, 'check -assert soc_memory'], files);
});

test.runIf(has('iverilog'))('Icarus Verilog has nothing to say of the instance', () => {
  const run = spawnSync('iverilog', ['-g2012', '-Wall', '-tnull', '-s', 'soc_memory', ...verilogFiles()], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(run.stderr.split('\n').filter((line) => !/timescale/.test(line) && line !== '')).toEqual([]);
  expect(run.status).toBe(0);
});

/** What the platform gives, over pipes, and the steps that the test asks for by number and arguments. */
const platform = `#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static uint32_t path_read(uint32_t offset) {
  unsigned value;
  printf("r %u 0\\n", (unsigned)offset);
  fflush(stdout);
  if (scanf("%u", &value) != 1) exit(9);
  return value;
}
static void path_write(uint32_t offset, uint32_t value) {
  printf("w %u %u\\n", (unsigned)offset, (unsigned)value);
  fflush(stdout);
}
`;
const steps = `
int main(int count, char **given) {
  uint32_t words[MEMORY_PATH_KEY_COUNT];
  uint32_t at = 0;
  long of[8] = {0};
  int result = 0;
  for (int index = 2; index < count && index < 10; index += 1) of[index - 2] = strtol(given[index], 0, 0);
  for (unsigned word = 0; word < MEMORY_PATH_KEY_COUNT; word += 1) words[word] = 0x01020304u * (word + 1) + (uint32_t)of[2];
  switch (given[1][0]) {
    case 'l': result = path_load((unsigned)of[0], (uint32_t)of[1], words); break;
    case 'f': path_form((unsigned)of[0], (unsigned)of[1], (unsigned)of[2]); break;
    case 's': result = path_scan((unsigned)of[0], (uint32_t)of[1], (uint32_t)of[2], (uint64_t)of[3], &at); break;
    case 't': result = path_tampered(); break;
  }
  printf("= %d %u\\n", result, (unsigned)at);
  return 0;
}
`;

describe.runIf(has('gcc'))('the driver in C', () => {
  const program = join(folder, 'driver');
  beforeAll(() => {
    writeFileSync(join(folder, 'driver.c'), [platform, ...shown('c'), steps].join('\n'));
    const words = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-o', program, 'driver.c'];
    const built = spawnSync('gcc', words, { cwd: folder, encoding: 'utf8' });
    expect(built.stderr).toBe('');
  });

  /** Runs one function of the page, whose accesses of registers are made on the model. */
  const call = async (bench: Bench, ...words: readonly (string | number)[]): Promise<readonly [number, number]> => {
    const child = spawn(program, words.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const text of createInterface({ input: child.stdout })) {
      const [what = '', first = 0, second = 0] = text.split(' ').map((word, index) => (index === 0 ? word : +word));
      if (what === '=') return [first as number, second as number];
      const { response, value } = bench.driver.access(what === 'w', first as number, second as number);
      expect(response).toBe(0);
      if (what === 'r') child.stdin.write(`${value}\n`);
    }
    throw new Error('the program ended without a result');
  };

  const [aes128, prince, lock] = [1, 4, 16];
  const line = { id: 0, address: 0x1000, length: 3, size: 4, burst: 1 };
  const ask = (bench: Bench, form: number, fill?: number) => {
    const beats = Array.from({ length: 4 }, () => ({ data: new Uint8Array(16).fill(fill ?? 0), strobes: 0xffff }));
    const answer = bench.ask({ ...line, form, write: fill !== undefined, ...(fill === undefined ? {} : { beats }) });
    bench.settle();
    return { responses: new Set(answer.responses), data: new Set(answer.data.flatMap((beat) => [...beat])) };
  };

  test('loads keys, refuses a form until it is given one, scans, and begins again after tampering', async () => {
    const bench = new Bench(parameters);
    expect(ask(bench, 1, 7).responses).toEqual(new Set([3]));
    expect(await call(bench, 'load', 0, aes128 | lock, 1)).toEqual([0, 0]);
    expect(await call(bench, 'load', 1, prince, 2)).toEqual([0, 0]);
    expect(ask(bench, 1, 7).responses).toEqual(new Set([3]));
    await call(bench, 'form', 1, 1, 0);
    await call(bench, 'form', 2, 3, 1);
    for (const form of [1, 2]) {
      expect(ask(bench, form, 7).responses).toEqual(new Set([0]));
      expect(ask(bench, form)).toEqual({ responses: new Set([0]), data: new Set([7]) });
      expect(ask(bench, 0).data.size).toBeGreaterThan(10);
    }
    // The last line was written with form 2.
    expect(await call(bench, 'scan', 2, line.address, 1, '0x0707070707070707')).toEqual([1, 0]);
    expect(await call(bench, 'scan', 2, line.address, 1, 7)).toEqual([0, line.address]);
    expect((await call(bench, 'scan', 3, line.address, 1, 7))[0]).toBe(-1);
    // Locked.
    expect(await call(bench, 'load', 0, aes128, 3)).toEqual([-1, 0]);

    expect(await call(bench, 'tampered')).toEqual([0, 0]);
    const { driver } = bench;
    driver.inputs[driver.inputWord('tamper')] = 1;
    driver.step();
    driver.inputs[driver.inputWord('tamper')] = 0;
    expect(ask(bench, 2).responses).toEqual(new Set([3]));
    expect(await call(bench, 'tampered')).toEqual([1, 0]);
    expect(await call(bench, 'tampered')).toEqual([0, 0]);
    expect(await call(bench, 'load', 0, aes128, 1)).toEqual([-1, 0]);
    expect(await call(bench, 'load', 1, prince, 2)).toEqual([0, 0]);
    expect(ask(bench, 2)).toEqual({ responses: new Set([0]), data: new Set([7]) });
  });
});
