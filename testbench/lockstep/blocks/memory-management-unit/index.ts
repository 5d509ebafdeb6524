/** Memory management units and their keeper under test. */
import { elaborate } from '../../../../rtl/hdl/index.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { SystemDriver } from './drive.ts';
import { watchedSystem } from './hardware.ts';
import { createSystemModel } from './model.ts';
import { systemParameterSchema, systemParameters } from './parameters.ts';
import type { SystemScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { systemScenarios } from './scenarios.ts';
import { systemScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs; one that hangs is noticed long before. */
const limit = 200_000;

export const memoryManagementUnitBlock: BlockUnderTest<SystemScenario> = {
  name: 'memory_management_unit',
  schema: systemParameterSchema,
  resolve: (values) => systemParameters(values),
  module: (parameters) => elaborate(watchedSystem(systemParameters(parameters))),
  model: (parameters) => createSystemModel(systemParameters(parameters)),
  scenarios: (parameters) => systemScenarios(systemParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const p = systemParameters(parameters);
    const driver = new SystemDriver(scenario, p, layout);
    return { driver, scoreboards: systemScoreboards(scenario, p, layout, driver), limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
