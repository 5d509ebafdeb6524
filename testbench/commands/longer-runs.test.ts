import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { all } from './all.ts';
import { bench } from './bench.ts';
import { check } from './check.ts';
import { generate } from './generate.ts';
import { prove } from './prove.ts';
import { synth } from './synth.ts';
import { projectRoot } from './version.ts';
import { wave } from './wave.ts';

const textsBelow = (folder: string, ending: RegExp): string =>
  readdirSync(join(projectRoot(), folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => readFileSync(join(projectRoot(), folder, name), 'utf8'))
    .join('\n');

const readme = readFileSync(join(projectRoot(), 'README.md'), 'utf8');
const section = /^## Longer runs\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';

test('the README tells every verb that has a thorough run', () => {
  const thorough = [all, generate, check, prove, synth, wave, bench].filter(({ args }) => 'thorough' in args);
  expect(thorough.length).toBeGreaterThan(1);
  for (const { name } of thorough) expect(section).toMatch(new RegExp(`${name} .*--thorough`));
});

test('the README tells every environment variable that is read', () => {
  const sources = ['rtl', 'model', 'testbench', 'synth', '.tools'].map((folder) => textsBelow(folder, /\.(ts|mjs)$/));
  const read = new Set([...sources.join('\n').matchAll(/\bPORTCULLIS_[A-Z_]+/g)].map(([name]) => name));
  expect(read).toContain('PORTCULLIS_THOROUGH');
  for (const name of read) expect(section).toContain(`\`${name}`);
});
