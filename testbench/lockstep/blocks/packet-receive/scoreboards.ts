/** Everything that is judged of a run from its ports, without the model. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { PacketReceiveParameters } from '../../../../rtl/packet-receive/interface.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import type { PacketReceiveDriver } from './drive.ts';
import { isTame, Ledger } from './ledger.ts';
import type { PacketReceiveScenario } from './scenario.ts';

export const packetReceiveScoreboards = (
  scenario: PacketReceiveScenario,
  p: PacketReceiveParameters,
  layout: PortLayout,
  driver: PacketReceiveDriver,
): readonly Scoreboard[] => [
  new Axi4Checker(layout, 'm_axi', { requests: 'output', keeper: 'manager' }),
  channelRules(layout, liteResponseChannels('s_axil')),
  {
    name: 'progress',
    cycle: () => null,
    end: () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null),
  },
  ...(isTame(scenario) ? [new Ledger(scenario, p, layout)] : []),
];
