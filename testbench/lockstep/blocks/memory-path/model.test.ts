import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { createMemoryPathModel } from '../../../../model/hardware/memory-path/index.ts';
import { type MemoryPathParameterValues, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { lockstep } from '../../lockstep.ts';
import { modelWay } from '../../ways.ts';
import { describeScenario } from './describe.ts';
import { MemoryPathDriver } from './drive.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { memoryPathScenarios } from './scenarios.ts';
import { memoryPathScoreboards } from './scoreboards.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 200_000;

test.each<MemoryPathParameterValues>([
  {},
  { dataWidth: 64, unrolled: 2, princeRounds: 12, reads: 4, writes: 4, keySlots: 2, dataUnit: 512, addressWidth: 40 },
  {
    dataWidth: 64,
    unrolled: 1,
    princeRounds: 1,
    reads: 2,
    writes: 2,
    select: 1,
    keySlots: 1,
    sideband: true,
    idWidth: 1,
  },
])('the model alone satisfies the scoreboards: %j', (values) => {
  const p = memoryPathParameters(values);
  const way = modelWay(createMemoryPathModel(p));
  fc.assert(
    fc.property(memoryPathScenarios(p), (scenario) => {
      const driver = new MemoryPathDriver(scenario, p, way.layout);
      const scoreboards = memoryPathScoreboards(scenario, p, way.layout, driver);
      const { difference, ended } = lockstep([way], driver, limit, { scoreboards });
      expect(difference).toBeNull();
      expect(ended).toBe(true);
    }),
    { seed: 3, numRuns: thorough ? 600 : 25 },
  );
});

const p = memoryPathParameters();
test.prop([memoryPathScenarios(p)], { numRuns: 30 })('scenarios survive a replay file', (scenario) => {
  expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
  expect(describeScenario(scenario).length).toBeGreaterThan(0);
});
