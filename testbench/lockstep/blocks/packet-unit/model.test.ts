import { expect, test } from 'vitest';
import { runCampaign } from '../../campaign.ts';
import { modelWay } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';

test.each([64, 128, 256, 512])('the model alone satisfies the scoreboards at %i bits', (dataWidth) => {
  const parameters = block.resolve({ dataWidth });
  const ways = [modelWay(block.model(parameters))];
  const { failure, cycles } = runCampaign({ block, parameters, ways, cycles: 40_000, seed: 7, frames: [] });
  expect(failure).toBeNull();
  expect(cycles).toBeGreaterThanOrEqual(40_000);
});
