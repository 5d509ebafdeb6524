/** The packet hash unit under test. */
import { createPacketUnitModel } from '../../../../model/hardware/packet-unit/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { packetUnitParameterSchema, packetUnitParameters } from '../../../../rtl/packet-unit/interface.ts';
import { packetUnit } from '../../../../rtl/packet-unit/unit.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { drivePacketUnit } from './drive.ts';
import { type PacketUnitScenario, plainScenario } from './scenario.ts';
import { scenarioFromJson, scenarioToJson } from './scenario-json.ts';
import { packetUnitScenarios } from './scenarios.ts';
import { packetUnitScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs; a unit that hangs is noticed long before. */
const limit = 1_000_000;

export const packetUnitBlock: BlockUnderTest<PacketUnitScenario> = {
  name: 'packet_unit',
  schema: packetUnitParameterSchema,
  resolve: (values) => packetUnitParameters(values),
  module: (parameters) => elaborate(packetUnit(packetUnitParameters(parameters))),
  model: (parameters) => createPacketUnitModel(packetUnitParameters(parameters)),
  scenarios: (parameters, frames) => packetUnitScenarios(packetUnitParameters(parameters).clients, frames),
  fromCapture: (_parameters, frames) => plainScenario(frames.map((frame) => frame.data)),
  bench(scenario, _parameters, layout) {
    const driver = drivePacketUnit(scenario, layout);
    return { driver, scoreboards: packetUnitScoreboards(scenario, layout, driver), limit };
  },
  describe: describeScenario,
  frames: (scenario) => scenario.frames.map((frame) => frame.data),
  toJson: scenarioToJson,
  fromJson: scenarioFromJson,
};
