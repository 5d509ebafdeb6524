/** The packet receive engine under test. */
import { createPacketReceiveModel } from '../../../../model/hardware/packet-receive/index.ts';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import { packetReceiveParameterSchema, packetReceiveParameters } from '../../../../rtl/packet-receive/interface.ts';
import { packetReceive } from '../../../../rtl/packet-receive/receive.ts';
import type { BlockUnderTest } from '../../block.ts';
import { describeScenario } from './describe.ts';
import { PacketReceiveDriver } from './drive.ts';
import type { PacketReceiveScenario } from './scenario.ts';
import { scenarioFromJson } from './scenario-json.ts';
import { packetReceiveScenarios } from './scenarios.ts';
import { packetReceiveScoreboards } from './scoreboards.ts';

/** Far more than the longest scenario needs. */
const limit = 200_000;

export const packetReceiveBlock: BlockUnderTest<PacketReceiveScenario> = {
  name: 'packet_receive',
  schema: packetReceiveParameterSchema,
  resolve: (values) => packetReceiveParameters(values),
  module: (parameters) => elaborate(packetReceive(packetReceiveParameters(parameters))),
  model: (parameters) => createPacketReceiveModel(packetReceiveParameters(parameters)),
  scenarios: (parameters) => packetReceiveScenarios(packetReceiveParameters(parameters)),
  fromCapture: () => null,
  bench(scenario, parameters, layout) {
    const p = packetReceiveParameters(parameters);
    const driver = new PacketReceiveDriver(scenario, p, layout);
    return { driver, scoreboards: packetReceiveScoreboards(scenario, p, layout, driver), limit };
  },
  describe: describeScenario,
  frames: () => [],
  toJson: (scenario) => scenario,
  fromJson: scenarioFromJson,
};
