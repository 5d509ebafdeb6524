/** The tests of a block whose planted bugs are all looked for in one recorded campaign. */
import { expect, test } from 'vitest';
import type { BlockUnderTest } from '../lockstep/block.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { applyPlant, plantedBugs } from './planted-bugs.ts';

export interface BugSearch {
  readonly block: BlockUnderTest;
  /** Parameters other than those that ship. */
  readonly set?: Readonly<Record<string, number>>;
  readonly cycles: number;
  /** No fewer bugs than these are planted. */
  readonly fewest: number;
}

/** Defines the tests: no difference without a bug, as many bugs as are said, and each found within its own number of cycles. */
export const everyBugIsFound = ({ block, set = {}, cycles, fewest }: BugSearch): void => {
  const parameters = block.resolve(set);
  const module = block.module(parameters);
  const bugs = plantedBugs[block.name] ?? [];
  const campaign = recordCampaign(modelWay(block.model(parameters)), { block, parameters, cycles, seed: 1 });

  test('the hardware without a bug shows no difference', () => {
    expect(firstDifference(campaign, rtlWay(module))).toBeNull();
  });

  test(`there are at least ${fewest} planted bugs, each with a name of its own`, () => {
    expect(bugs.length).toBeGreaterThanOrEqual(fewest);
    expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
  });

  test.each(bugs)('$name: $planted', ({ name, within }) => {
    const found = firstDifference(campaign, rtlWay(applyPlant(block.name, name, module)));
    expect(found).not.toBeNull();
    expect(found).toBeLessThanOrEqual(within);
  });
};
