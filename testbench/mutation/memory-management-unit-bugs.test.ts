import type { Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import type { BlockUnderTest } from '../lockstep/block.ts';
import { exclusiveScenarios } from '../lockstep/blocks/memory-management-unit/exclusive-scenarios.ts';
import { failingScenarios } from '../lockstep/blocks/memory-management-unit/failing-scenarios.ts';
import { memoryManagementUnitBlock as block } from '../lockstep/blocks/memory-management-unit/index.ts';
import { systemParameters } from '../lockstep/blocks/memory-management-unit/parameters.ts';
import type { SystemScenario } from '../lockstep/blocks/memory-management-unit/scenario.ts';
import { everythingAtOnce } from '../lockstep/blocks/memory-management-unit/scenarios.ts';
import { small } from '../lockstep/blocks/memory-management-unit/small.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import {
  memoryManagementUnitBugs as bugs,
  exclusiveAccessBugs,
  memoryManagementUnitBugCycles as most,
  refusalBugs,
} from './memory-management-unit-bugs.ts';
import { applyPlant } from './planted-bugs.ts';

const parameters = block.resolve(small);
const module = block.module(parameters);
const campaignOf = (scenarios: Arbitrary<SystemScenario>, cycles: number) =>
  recordCampaign(modelWay(block.model(parameters)), {
    block: { ...block, scenarios: () => scenarios } as BlockUnderTest,
    parameters,
    cycles,
    seed: 1,
  });
const p = systemParameters(small);
const everything = campaignOf(everythingAtOnce(p), most.everything);
const exclusives = campaignOf(exclusiveScenarios(p), most.exclusives);
const failing = campaignOf(failingScenarios(p), most.failing);

const campaignFor = (bug: (typeof bugs)[number]) => {
  if (exclusiveAccessBugs.includes(bug)) return exclusives;
  return refusalBugs.includes(bug) ? failing : everything;
};

test.each([
  ['everything at once', everything],
  ['exclusive accesses', exclusives],
  ['memories that refuse and fail', failing],
])('the hardware without a bug shows no difference in %s', (_, campaign) => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are at least ten planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(10);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

// Two more of the second kind, and two of the third, are left to the thorough run.
const later = [
  'exclusive_write_goes_on',
  'rest_answered_plainly',
  'refusal_outlives_translation',
  'refused_memory_lost',
];
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test.each(bugs.filter(({ name }) => thorough || !later.includes(name)))('$name: $planted', (bug) => {
  const found = firstDifference(campaignFor(bug), rtlWay(applyPlant(block.name, bug.name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(bug.within);
});
