/** The rules of AXI4, watched from the ports alone, find bugs that break them: no model is there to compare with. */
import { expect, test } from 'vitest';
import { applyPlant } from '../../../mutation/planted-bugs.ts';
import { runCampaign } from '../../campaign.ts';
import { rtlWay } from '../../ways.ts';
import { resourceAccessControllerBlock as block } from './index.ts';

const parameters = block.resolve({});
const module = block.module(parameters);

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test.each<readonly [string, string, string]>([
  ['read_one_beat_short', 's_axi', 'RLAST'],
  ['response_before_data', 's_axi', 'BVALID'],
  // It takes long to be seen.
  ...(thorough ? [['filling_stops_early', 'm0_axi', 'WLAST'] as const] : []),
])('%s breaks a rule at %s', (bug, port, signal) => {
  const ways = [rtlWay(applyPlant(block.name, bug, module))];
  const { failure } = runCampaign({ block, parameters, ways, cycles: 30_000, seed: 1, frames: [] });
  expect(failure?.difference).toMatchObject({ kind: 'scoreboard', scoreboard: `AXI4 rules of ${port}` });
  expect(JSON.stringify(failure?.difference)).toContain(signal);
});
