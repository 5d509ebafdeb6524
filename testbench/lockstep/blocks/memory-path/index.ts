/** The memory path under test. */
import { createMemoryPathModel } from '../../../../model/hardware/memory-path/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { memoryPathParameterSchema, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { memoryPath } from '../../../../rtl/memory-path/path.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { MemoryPathDriver } from './drive.ts';
import type { MemoryPathScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { memoryPathScenarios } from './scenarios.ts';
import { memoryPathScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs; a path that hangs is noticed long before. */
const limit = 200_000;

export const memoryPathBlock: BlockUnderTest<MemoryPathScenario> = {
  name: 'memory_path',
  schema: memoryPathParameterSchema,
  resolve: (values) => memoryPathParameters(values),
  module: (parameters) => elaborate(memoryPath(memoryPathParameters(parameters))),
  model: (parameters) => createMemoryPathModel(memoryPathParameters(parameters)),
  scenarios: (parameters) => memoryPathScenarios(memoryPathParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const p = memoryPathParameters(parameters);
    const driver = new MemoryPathDriver(scenario, p, layout);
    return { driver, scoreboards: memoryPathScoreboards(scenario, p, layout, driver), limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
