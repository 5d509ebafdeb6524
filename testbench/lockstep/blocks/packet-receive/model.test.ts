import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createPacketReceiveModel } from '../../../../model/hardware/packet-receive/index.ts';
import {
  type PacketReceiveParameterValues,
  packetReceiveParameters,
} from '../../../../rtl/packet-receive/interface.ts';
import { lockstep } from '../../lockstep.ts';
import { modelWay } from '../../ways.ts';
import { describeScenario } from './describe.ts';
import { PacketReceiveDriver } from './drive.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { packetReceiveScenarios } from './scenarios.ts';
import { packetReceiveScoreboards } from './scoreboards.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 200_000;

test.each<PacketReceiveParameterValues>([{}, { dataWidth: 256, clients: 16, addressWidth: 40, slotBytes: 512 }])(
  'the model alone satisfies the scoreboards: %j',
  (values) => {
    const p = packetReceiveParameters(values);
    const way = modelWay(createPacketReceiveModel(p));
    fc.assert(
      fc.property(packetReceiveScenarios(p), (scenario) => {
        const driver = new PacketReceiveDriver(scenario, p, way.layout);
        const scoreboards = packetReceiveScoreboards(scenario, p, way.layout, driver);
        const { difference, ended } = lockstep([way], driver, limit, { scoreboards });
        expect(difference).toBeNull();
        expect(ended).toBe(true);
      }),
      { seed: 3, numRuns: thorough ? 300 : 15 },
    );
  },
);

const p = packetReceiveParameters();
test.prop([packetReceiveScenarios(p)], { numRuns: 20 })('scenarios survive a replay file', (scenario) => {
  expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  expect(describeScenario(scenario).length).toBeGreaterThan(0);
});
