/** The write gate under test. */
import { createWriteGateModel } from '../../../../model/hardware/write-gate/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { writeGate } from '../../../../rtl/write-gate/gate.ts';
import { writeGateParameterSchema, writeGateParameters } from '../../../../rtl/write-gate/interface.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { WriteGateDriver } from './drive.ts';
import type { WriteGateScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { writeGateScenarios } from './scenarios.ts';
import { writeGateScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs. */
const limit = 200_000;

export const writeGateBlock: BlockUnderTest<WriteGateScenario> = {
  name: 'write_gate',
  schema: writeGateParameterSchema,
  resolve: (values) => writeGateParameters(values),
  module: (parameters) => elaborate(writeGate(writeGateParameters(parameters))),
  model: (parameters) => createWriteGateModel(writeGateParameters(parameters)),
  scenarios: (parameters) => writeGateScenarios(writeGateParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const p = writeGateParameters(parameters);
    const driver = new WriteGateDriver(scenario, p, layout);
    return { driver, scoreboards: writeGateScoreboards(p, layout, driver), limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
