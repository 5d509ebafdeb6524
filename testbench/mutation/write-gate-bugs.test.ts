import { expect, test } from 'vitest';
import { writeGateBlock as block } from '../lockstep/blocks/write-gate/index.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { applyPlant, plantedBugs } from './planted-bugs.ts';

const parameters = block.resolve({ pageWidth: 6, outstanding: 3 });
const module = block.module(parameters);
const bugs = plantedBugs.write_gate ?? [];
/** So few writes at once that random traffic meets the limit. */
const campaign = recordCampaign(modelWay(block.model(parameters)), {
  block,
  parameters,
  cycles: 20_000,
  seed: 1,
});

test('the hardware without a bug shows no difference', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are at least seven planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(7);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

test.each(bugs)('$name: $planted', ({ name, within }) => {
  const found = firstDifference(campaign, rtlWay(applyPlant(block.name, name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(within);
});
