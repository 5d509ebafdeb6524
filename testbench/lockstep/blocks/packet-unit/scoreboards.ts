import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import { judgeAccounts } from './accounts.ts';
import { judgeChains } from './chains.ts';
import { configurationOf, isConstant, touchesAllSap } from './configuration.ts';
import { judgeDelivery } from './delivery.ts';
import type { PacketUnitDriver } from './drive.ts';
import type { PacketUnitScenario } from './scenario.ts';
import { PacketUnitWatch } from './watch.ts';

/** Everything that is judged of a run from its ports, without the model. */
export const packetUnitScoreboards = (
  scenario: PacketUnitScenario,
  layout: PortLayout,
  driver: PacketUnitDriver,
): readonly Scoreboard[] => {
  const clients = inputSlot(layout, 'accepting').width;
  const reset = inputSlot(layout, 'aresetn').word;
  const watch = new PacketUnitWatch(layout);
  const configuration = isConstant(scenario) ? configurationOf(scenario, clients) : null;
  return [
    channelRules(layout, [
      {
        valid: 'm_axis_tvalid',
        ready: 'm_axis_tready',
        payload: ['tdata', 'tkeep', 'tlast', 'tdest', 'tuser'].map((name) => `m_axis_${name}`),
      },
      { valid: 'm_axis_chain_tvalid', ready: 'm_axis_chain_tready', payload: ['m_axis_chain_tdata'] },
      ...liteResponseChannels('s_axil'),
    ]),
    {
      name: 'progress',
      cycle: () => null,
      end: () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null),
    },
    {
      name: 'frames and chain records',
      cycle(inputs, outputs) {
        if (inputs[reset] !== 0) return watch.cycle(inputs, outputs);
        const complaint = judgeDelivery(watch, false);
        watch.reset();
        return complaint;
      },
      end: () => judgeDelivery(watch, true),
    },
    {
      name: 'accounts',
      cycle: () => null,
      end: () => (scenario.readBack ? judgeAccounts(watch, clients, touchesAllSap(scenario)) : null),
    },
    {
      name: 'chains',
      cycle: () => null,
      end: () =>
        configuration === null
          ? null
          : judgeChains(
              watch.received.map((frame) => frame.data),
              watch.records,
              configuration,
            ),
    },
  ];
};
