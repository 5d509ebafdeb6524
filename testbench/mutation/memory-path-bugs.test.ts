import { expect, test } from 'vitest';
import { memoryPathBlock as block } from '../lockstep/blocks/memory-path/index.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { applyPlant, plantedBugs, plantedCycles } from './planted-bugs.ts';

/** Small ciphers, which are fast to simulate, and as many reads as can fill a queue. */
const parameters = block.resolve({ dataWidth: 64, unrolled: 1, princeRounds: 4, reads: 8, writes: 4, keySlots: 2 });
const module = block.module(parameters);
const bugs = plantedBugs.memory_path ?? [];
const last = Math.max(...bugs.map(({ within }) => within));
/** In every run one mistake of each kind of module: each costs a compilation of the whole path. */
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const always = new Set([
  'piece_over_the_line',
  'second_word_as_first',
  'part_not_merged',
  'commit_does_not_wait',
  'scan_half_blind',
]);
const campaign = recordCampaign(modelWay(block.model(parameters)), { block, parameters, cycles: last, seed: 4 });

test('the hardware without a bug shows no difference', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are more than ten planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThan(10);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
  expect(bugs.filter(({ name }) => always.has(name))).toHaveLength(always.size);
  expect(last).toBeLessThanOrEqual(plantedCycles);
});

test.each(bugs.filter(({ name }) => thorough || always.has(name)))('$name: $planted', ({ name, within }) => {
  const found = firstDifference(campaign, rtlWay(applyPlant(block.name, name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(within);
});
