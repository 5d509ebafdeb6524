import { expect, test } from 'vitest';
import { memoryManagementUnitBlock as block } from '../lockstep/blocks/memory-management-unit/index.ts';
import { small } from '../lockstep/blocks/memory-management-unit/small.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { memoryManagementUnitBugs as bugs, memoryManagementUnitBugCycles } from './memory-management-unit-bugs.ts';
import { applyPlant } from './planted-bugs.ts';

const parameters = block.resolve(small);
const module = block.module(parameters);
const campaign = recordCampaign(modelWay(block.model(parameters)), {
  block,
  parameters,
  cycles: memoryManagementUnitBugCycles,
  seed: 1,
});

test('the hardware without a bug shows no difference', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are at least ten planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(10);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

test.each(bugs)('$name: $planted', ({ name, within }) => {
  const found = firstDifference(campaign, rtlWay(applyPlant(block.name, name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(within);
});
