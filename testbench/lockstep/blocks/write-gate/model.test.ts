import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createWriteGateModel } from '../../../../model/hardware/write-gate/index.ts';
import { type WriteGateParameterValues, writeGateParameters } from '../../../../rtl/write-gate/interface.ts';
import { lockstep } from '../../lockstep.ts';
import { modelWay } from '../../ways.ts';
import { describeScenario } from './describe.ts';
import { WriteGateDriver } from './drive.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { writeGateScenarios } from './scenarios.ts';
import { writeGateScoreboards } from './scoreboards.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 200_000;

test.each<WriteGateParameterValues>([
  {},
  { addressWidth: 40, dataWidth: 256, outstanding: 1, pageWidth: 2, idWidth: 1 },
])('the model alone satisfies the scoreboards: %j', (values) => {
  const p = writeGateParameters(values);
  const way = modelWay(createWriteGateModel(p));
  fc.assert(
    fc.property(writeGateScenarios(p), (scenario) => {
      const driver = new WriteGateDriver(scenario, p, way.layout);
      const scoreboards = writeGateScoreboards(p, way.layout, driver);
      const { difference, ended } = lockstep([way], driver, limit, { scoreboards });
      expect(difference).toBeNull();
      expect(ended).toBe(true);
    }),
    { seed: 3, numRuns: thorough ? 1000 : 60 },
  );
});

const p = writeGateParameters();
test.prop([writeGateScenarios(p)], { numRuns: 20 })('scenarios survive a replay file', (scenario) => {
  expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  expect(describeScenario(scenario).length).toBeGreaterThan(0);
});
