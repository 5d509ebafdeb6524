/**
 * The rows of the guide are those of a run: what happens until pages are lost in every run of the tests, and all with `PORTCULLIS_THOROUGH=1`.
 * `PORTCULLIS_WRITE_GUIDES=1` with it writes them anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createModelPlatform } from '../../../model/hardware/platform/index.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario.ts';
import { scenarioPath } from '../shipped.ts';
import { BusStory } from './bus-story.ts';
import { rowsOfTheDeath, rowsOfTheReplacement } from './memory-dies-rows.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const name = 'memory-dies-under-guests';
const page = new URL('../../../docs/when-a-memory-dies.md', import.meta.url);
const told = 59_900;
const pagesAreLost = 76_000;
const isRow = (line: string): boolean => /^\| [\d,]+( to [\d,]+)? \|/.test(line);

/** The scenario until some cycle, without its expectations. */
const until = (source: string, cycle: number): string => {
  const cut = source.replace(/^hypervisor .*$/m, (line) => `${line} limit=${cycle}`).replaceAll(/^expect .*$/gm, '');
  expect(cut).toContain(`limit=${cycle}`);
  return cut;
};

test('the guide of a memory that dies tells what a run shows', async () => {
  const path = scenarioPath(name);
  const source = readFileSync(path, 'utf8');
  const story = new BusStory(told);
  const scenario = readScenario(thorough ? source : until(source, pagesAreLost), path, name);
  await runScenario(createModelPlatform, scenario, [], story);
  const rows = [...rowsOfTheDeath(story), ...(thorough ? rowsOfTheReplacement(story) : [])];
  const text = readFileSync(page, 'utf8');
  if (thorough && process.env.PORTCULLIS_WRITE_GUIDES === '1') {
    const [first, ...others] = text.split('\n').filter(isRow);
    const rest = text.split('\n').filter((line) => !others.includes(line));
    writeFileSync(page, rest.map((line) => (line === first ? rows.join('\n') : line)).join('\n'));
  }
  const shown = readFileSync(page, 'utf8').split('\n').filter(isRow);
  expect(shown.slice(0, rows.length)).toEqual(rows);
  if (thorough) expect(shown).toHaveLength(rows.length);
}, 1_800_000);
