import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createInterconnectModel } from '../../../../model/hardware/interconnect/index.ts';
import { type InterconnectParameterValues, interconnectParameters } from '../../../../rtl/interconnect/interface.ts';
import { lockstep } from '../../lockstep.ts';
import { modelWay } from '../../ways.ts';
import { describeScenario } from './describe.ts';
import { InterconnectDriver } from './drive.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { interconnectScenarios } from './scenarios.ts';
import { interconnectScoreboards } from './scoreboards.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 200_000;

test.each<InterconnectParameterValues>([
  {},
  { managers: 4, subordinates: 3, addressWidth: 40, dataWidth: 128, outstanding: 2 },
  { managers: 1, subordinates: 1, idWidth: 1, outstanding: 1 },
])('the model alone satisfies the scoreboards: %j', (values) => {
  const p = interconnectParameters(values);
  const way = modelWay(createInterconnectModel(p));
  fc.assert(
    fc.property(interconnectScenarios(p), (scenario) => {
      const driver = new InterconnectDriver(scenario, way.layout);
      const scoreboards = interconnectScoreboards(p, way.layout, driver);
      const { difference, ended } = lockstep([way], driver, limit, { scoreboards });
      expect(difference).toBeNull();
      expect(ended).toBe(true);
    }),
    { seed: 3, numRuns: thorough ? 600 : 25 },
  );
});

const p = interconnectParameters();
test.prop([interconnectScenarios(p)], { numRuns: 20 })('scenarios survive a replay file', (scenario) => {
  expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  expect(describeScenario(scenario).length).toBeGreaterThan(0);
});
