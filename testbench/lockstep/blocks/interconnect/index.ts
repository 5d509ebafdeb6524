/** The interconnect under test. */
import { createInterconnectModel } from '../../../../model/hardware/interconnect/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { interconnect } from '../../../../rtl/interconnect/interconnect.ts';
import { interconnectParameterSchema, interconnectParameters } from '../../../../rtl/interconnect/interface.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { InterconnectDriver } from './drive.ts';
import type { InterconnectScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { interconnectScenarios } from './scenarios.ts';
import { interconnectScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs. */
const limit = 200_000;

export const interconnectBlock: BlockUnderTest<InterconnectScenario> = {
  name: 'axi4_interconnect',
  schema: interconnectParameterSchema,
  resolve: (values) => interconnectParameters(values),
  module: (parameters) => elaborate(interconnect(interconnectParameters(parameters))),
  model: (parameters) => createInterconnectModel(interconnectParameters(parameters)),
  scenarios: (parameters) => interconnectScenarios(interconnectParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const driver = new InterconnectDriver(scenario, layout);
    return { driver, scoreboards: interconnectScoreboards(interconnectParameters(parameters), layout, driver), limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
