import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thorough } from '../../agreement.ts';
import { lockstep } from '../../lockstep.ts';
import { makeWays } from '../../ways.ts';
import type { SystemDriver } from './drive.ts';
import { exclusiveScenarios } from './exclusive-scenarios.ts';
import { memoryManagementUnitBlock as block } from './index.ts';
import { systemParameters } from './parameters.ts';
import { small } from './small.ts';

const seeds = Array.from({ length: thorough ? 400 : 8 }, (_, seed) => seed + 1);

/** The answers of a list, each once: of reads all beats of each together. */
const once = (answers: readonly string[]): readonly string[] => [...new Set(answers)].sort();

test(`exclusive accesses to pages that are moved are the same in model and hardware over ${seeds.length} seeds, and end in every way`, async () => {
  const p = systemParameters(small);
  const ways = await makeWays(block, p, ['model', 'rtl']);
  const answers = { read: [] as string[], write: [] as string[] };
  for (const seed of seeds) {
    for (const scenario of fc.sample(exclusiveScenarios(p), { seed, numRuns: 1 })) {
      const { driver, scoreboards, limit } = block.bench(scenario, p, ways[0]!.layout);
      const { difference, ended } = lockstep(ways, driver, limit, { scoreboards });
      expect({ seed, difference, ended }).toEqual({ seed, difference: null, ended: true });
      const { processors } = driver as SystemDriver;
      for (const [unit, { completions }] of processors.entries()) {
        for (const { index, responses } of completions) {
          const transaction = scenario.traffic[unit]?.transactions[index];
          if (transaction?.exclusive === true)
            answers[transaction.direction].push(once([...responses].map(String)).join());
        }
      }
    }
  }
  // A write is refused, done, or broken off where its processor stops; of a read all beats are granted, or none.
  expect(once(answers.write)).toEqual(expect.arrayContaining(['0', '1', '2']));
  expect(once(answers.read)).toEqual(expect.arrayContaining(['0', '1']));
  expect(answers.read.filter((each) => each.includes('0') && each.includes('1'))).toEqual([]);
}, 1_800_000);
