/** What `generate` writes for software that keeps page tables, in C and in TypeScript, against the bits that the tests write themselves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { cookieIndex } from '../../../../rtl/memory-management-unit/interface.ts';
import { tableHeader, tableSource } from '../../../../rtl/memory-management-unit/table-declarations.ts';
import { blocks } from '../../../commands/blocks.ts';
import { projectRoot } from '../../../commands/version.ts';
import { type Leaf, leafWords } from './tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'tables-'));
afterAll(() => rmSync(folder, { recursive: true }));
const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

const frame = fc.integer({ min: 0, max: 2 ** 36 - 1 });
const form = fc.nat(15);
const leaves = fc.sample(
  fc.record({
    frames: fc.constantFrom(1, 2, 3),
    first: frame,
    second: frame,
    firstForm: form,
    secondForm: form,
    superPage: fc.boolean(),
    compare: fc.boolean(),
    fake: fc.boolean(),
    read: fc.boolean(),
    write: fc.boolean(),
    execute: fc.boolean(),
    user: fc.boolean(),
  }),
  { numRuns: 200, seed: 1 },
);
const leafOf = ({ frames, first, second, ...rest }: (typeof leaves)[number]): Leaf => ({
  ...rest,
  first: (frames & 1) !== 0 ? first : null,
  second: (frames & 2) !== 0 ? second : null,
});

/** By the names of the generated declarations. */
const fieldsOf = (leaf: Leaf): Readonly<Record<string, number>> => ({
  valid: 1,
  leaf: 1,
  first: Number(leaf.first !== null),
  second: Number(leaf.second !== null),
  compare: Number(leaf.compare),
  read: Number(leaf.read),
  write: Number(leaf.write),
  execute: Number(leaf.execute),
  user: Number(leaf.user),
  fake: Number(leaf.fake),
  first_frame: leaf.first ?? 0,
  first_form: leaf.firstForm ?? 0,
  second_frame: leaf.second ?? 0,
  second_form: leaf.secondForm ?? 0,
});

const hexadecimal = (value: bigint): string => value.toString(16).padStart(32, '0');

describe.each([
  { addressWidth: 24, cookieIndexWidth: 4 },
  { addressWidth: 32, cookieIndexWidth: 8 },
  { addressWidth: 48, cookieIndexWidth: 12 },
  { addressWidth: 48, cookieIndexWidth: 1 },
])('%j', (p) => {
  // The unit takes of a frame what its parameters have, so a leaf's own index is of that.
  const own = (number: number): number => number % 2 ** (p.addressWidth - 12);
  const expected = leaves.map((each) => {
    const leaf = leafOf(each);
    const bits = leafWords(leaf).reduce((sum, word, index) => sum | (BigInt(word) << BigInt(32 * index)), 0n);
    const memory = leaf.first !== null ? 0 : 1;
    const at = own(leaf.first ?? leaf.second ?? 0);
    return `${hexadecimal(bits)} ${cookieIndex(p, { memory, superPage: each.superPage, frame: at })}`;
  });

  test('TypeScript gives the bits and indexes of the tests own', async () => {
    const { code } = transformSync(tableSource('mmu', p), { loader: 'ts', format: 'esm' });
    const made = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    const lines = leaves.map((each) => {
      const fields = fieldsOf(leafOf(each));
      return `${hexadecimal(made.entryOf(fields))} ${made.cookieIndex(fields, each.superPage)}`;
    });
    expect(lines).toEqual(expected);
  });

  test.runIf(has('gcc'))('C compiles without a warning, and gives the same', () => {
    const name = `mmu_${p.addressWidth}_${p.cookieIndexWidth}`;
    writeFileSync(join(folder, `${name}.h`), tableHeader(name, p));
    const entries = leaves.map((each) => {
      const fields = Object.entries(fieldsOf(leafOf(each))).map(([field, value]) => `.${field} = ${value}u`);
      return `  {{${fields.join(', ')}}, ${Number(each.superPage)}},`;
    });
    const source = [
      '#include <inttypes.h>',
      '#include <stdio.h>',
      `#include "${name}.h"`,
      `#include "${name}.h"`,
      `static const struct { struct ${name}_fields fields; int super_page; } leaves[] = {`,
      ...entries,
      '};',
      'int main(void)',
      '{',
      '  for (unsigned leaf = 0; leaf < sizeof leaves / sizeof leaves[0]; leaf += 1) {',
      `    const struct ${name}_entry entry = ${name}_entry_of(&leaves[leaf].fields);`,
      '    printf("%016" PRIx64 "%016" PRIx64 " %" PRIu32 "\\n", entry.high, entry.low,',
      `           ${name}_cookie_index(&leaves[leaf].fields, leaves[leaf].super_page));`,
      '  }',
      '  return 0;',
      '}',
      '',
    ].join('\n');
    const program = join(folder, name);
    writeFileSync(`${program}.c`, source);
    const options = ['-std=c99', '-Wall', '-Wextra', '-Werror', '-pedantic'];
    const compiled = spawnSync('gcc', [...options, '-o', program, `${program}.c`], { encoding: 'utf8' });
    expect(compiled.stderr).toBe('');
    const run = spawnSync(program, { encoding: 'utf8' });
    expect(run.stdout.trim().split('\n')).toEqual(expected);
  });
});

test('the generated TypeScript typechecks by itself under strict rules', () => {
  const source = join(folder, 'tables.ts');
  writeFileSync(source, tableSource('mmu', { addressWidth: 32, cookieIndexWidth: 8 }));
  const tsc = join(projectRoot(), 'node_modules', '.bin', 'tsc');
  const options = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--target', 'es2023', '--module', 'nodenext'];
  const run = spawnSync(tsc, [...options, '--types', '', source], { encoding: 'utf8', cwd: folder });
  expect(run.stdout).toBe('');
});

test('they are among what is generated of the unit, under its name', () => {
  const unit = blocks.find(({ name }) => name === 'memory_management_unit')!;
  const declared = unit.declarations?.('uplink_memory_management_unit', unit.parameters({}));
  expect(declared?.map(({ kind, file }) => [kind, file])).toEqual([
    ['c-header', 'uplink_memory_management_unit_tables.h'],
    ['typescript', 'uplink_memory_management_unit_tables.ts'],
  ]);
});
