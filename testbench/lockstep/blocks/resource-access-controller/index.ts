/** The resource access controller under test. */
import { createResourceAccessControllerModel } from '../../../../model/hardware/resource-access-controller/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { resourceAccessController } from '../../../../rtl/resource-access-controller/controller.ts';
import {
  resourceAccessControllerParameterSchema,
  resourceAccessControllerParameters,
} from '../../../../rtl/resource-access-controller/interface.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { RacDriver } from './drive.ts';
import type { RacScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { racScenarios } from './scenarios.ts';
import { racScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs; a controller that hangs is noticed long before. */
const limit = 400_000;

export const resourceAccessControllerBlock: BlockUnderTest<RacScenario> = {
  name: 'resource_access_controller',
  schema: resourceAccessControllerParameterSchema,
  resolve: (values) => resourceAccessControllerParameters(values),
  module: (parameters) => elaborate(resourceAccessController(resourceAccessControllerParameters(parameters))),
  model: (parameters) => createResourceAccessControllerModel(resourceAccessControllerParameters(parameters)),
  scenarios: (parameters) => racScenarios(resourceAccessControllerParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const p = resourceAccessControllerParameters(parameters);
    const driver = new RacDriver(scenario, p, layout);
    return { driver, scoreboards: racScoreboards(scenario, p, layout, driver).scoreboards, limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
