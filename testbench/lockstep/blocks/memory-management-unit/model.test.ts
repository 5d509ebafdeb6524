import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { lockstep } from '../../lockstep.ts';
import { modelWay } from '../../ways.ts';
import { describeScenario } from './describe.ts';
import { memoryManagementUnitBlock as block } from './index.ts';
import { systemParameters } from './parameters.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { systemScenarios } from './scenarios.ts';
import { small } from './small.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test('the models alone satisfy the scoreboards', () => {
  const parameters = block.resolve(small);
  const way = modelWay(block.model(parameters));
  fc.assert(
    fc.property(block.scenarios(parameters, []), (scenario) => {
      const { driver, scoreboards, limit } = block.bench(scenario, parameters, way.layout);
      const { difference, ended } = lockstep([way], driver, limit, { scoreboards });
      expect(difference).toBeNull();
      expect(ended).toBe(true);
    }),
    { seed: 3, numRuns: thorough ? 600 : 10 },
  );
});

test.prop([systemScenarios(systemParameters(small))], { numRuns: 20 })(
  'scenarios survive a replay file',
  (scenario) => {
    expect(scenarioFromJson(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    expect(describeScenario(scenario).length).toBeGreaterThan(0);
  },
);
