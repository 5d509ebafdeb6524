import { expect, test } from 'vitest';
import { readRecorded } from '../../../captures/recorded.ts';
import type { BlockParameters } from '../../block.ts';
import { runCampaign } from '../../campaign.ts';
import type { WayName } from '../../way.ts';
import { makeWays } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const cycles = thorough ? 1_000_000 : 8_000;
const frames = readRecorded('web.pcap').packets;

const compare = async (values: BlockParameters, names: readonly WayName[], seed: number): Promise<void> => {
  const parameters = block.resolve(values);
  const ways = await makeWays(block, parameters, names);
  const result = runCampaign({ block, parameters, ways, cycles, seed, frames });
  expect(result.failure).toBeNull();
  expect(result.cycles).toBeGreaterThanOrEqual(cycles);
};

test.each([64, 128, 256, 512])(
  'model, hardware and Verilog agree at %i bits',
  (dataWidth) => compare({ dataWidth }, ['model', 'rtl', 'verilog'], dataWidth),
  1_800_000,
);

// Synthesis to gates takes half a minute at small parameters where it is not in the cache, and minutes at wide data.
const gateParameters: readonly BlockParameters[] = [
  { clients: 2, hashWidth: 16 },
  ...(thorough ? [64, 128, 256, 512].map((dataWidth) => ({ dataWidth })) : []),
];

test.each(gateParameters)(
  'the gates agree with the model at %j',
  (values) => compare(values, ['model', 'gates'], 11),
  1_800_000,
);
