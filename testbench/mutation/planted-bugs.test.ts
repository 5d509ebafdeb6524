import { expect, test } from 'vitest';
import { readRecorded, recordedCaptures } from '../captures/recorded.ts';
import { packetUnitBlock as block } from '../lockstep/blocks/packet-unit/index.ts';
import { firstDifference, recordCampaign } from '../lockstep/recorded-campaign.ts';
import { modelWay, rtlWay } from '../lockstep/ways.ts';
import { applyPlant, plantedBugs, plantedCycles } from './planted-bugs.ts';

const parameters = block.resolve({});
const module = block.module(parameters);
const bugs = plantedBugs.packet_unit ?? [];
/** The beginning of the default campaign of `portcullis check`, captured frames among it; the captures played whole are left out. */
const campaign = recordCampaign(modelWay(block.model(parameters)), {
  block,
  parameters,
  cycles: plantedCycles,
  seed: 1,
  frames: recordedCaptures.flatMap((name) => readRecorded(name).packets),
});

test('the hardware without a bug shows no difference', () => {
  expect(firstDifference(campaign, rtlWay(module))).toBeNull();
});

test('there are more than ten planted bugs, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThan(10);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

test.each(bugs)('$name: $planted', ({ name, within }) => {
  const found = firstDifference(campaign, rtlWay(applyPlant('packet_unit', name, module)));
  expect(found).not.toBeNull();
  expect(found).toBeLessThanOrEqual(within);
});

test('a bug whose place is gone is refused', () => {
  expect(() => applyPlant('packet_unit', 'no_such_bug', module)).toThrow(
    /There is no bug 'no_such_bug'.*packet_limit_late/,
  );
  expect(() => applyPlant('packet_unit', 'packet_limit_late', module.instances[0]!.module)).toThrow(
    /no instance 'aggregator'/,
  );
});
