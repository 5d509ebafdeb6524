import { expect, test } from 'vitest';
import { readRecorded } from '../../../captures/recorded.ts';
import { runCampaign } from '../../campaign.ts';
import type { WayName } from '../../way.ts';
import { wayNames } from '../../way.ts';
import { makeWays } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const cycles = thorough ? 1_000_000 : 8_000;
const frames = readRecorded('web.pcap').packets;

const compare = async (dataWidth: number, names: readonly WayName[], seed: number): Promise<void> => {
  const parameters = block.resolve({ dataWidth });
  const ways = await makeWays(block, parameters, names);
  const { failure } = runCampaign({ block, parameters, ways, cycles, seed, frames });
  expect(failure).toBeNull();
};

// Synthesis to gates takes minutes where it is not in the cache.
test(
  `${thorough ? 'all four ways' : 'model, hardware and Verilog'} agree at 64 bits`,
  () => compare(64, thorough ? wayNames : ['model', 'rtl', 'verilog'], 11),
  1_800_000,
);

test.each([128, 256, 512])(
  'model, hardware and Verilog agree at %i bits',
  (dataWidth) => compare(dataWidth, ['model', 'rtl', 'verilog'], dataWidth),
  1_800_000,
);
