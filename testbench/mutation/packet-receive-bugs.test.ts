import { expect, test } from 'vitest';
import { packetReceiveBlock as block } from '../lockstep/blocks/packet-receive/index.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { applyPlant, plantedBugs } from './planted-bugs.ts';

const parameters = block.resolve({});
const module = block.module(parameters);
const bugs = plantedBugs.packet_receive ?? [];
/** The beginning of the default campaign. */
const campaign = recordCampaign(modelWay(block.model(parameters)), {
  block,
  parameters,
  cycles: 60_000,
  seed: 1,
});

test('the hardware without a bug shows no difference', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are at least eight planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(8);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

test.each(bugs)('$name: $planted', ({ name, within }) => {
  const found = firstDifference(campaign, rtlWay(applyPlant(block.name, name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(within);
});
