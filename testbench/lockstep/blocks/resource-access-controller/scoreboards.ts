import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import type { ChannelPorts } from '../../axi/channel.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { judgeEnds, judgeMemories, judgeRegisters } from './accounts.ts';
import type { RacDriver } from './drive.ts';
import { guaranteesOf } from './guarantees.ts';
import { Ledger } from './ledger.ts';
import type { RacScenario } from './scenario.ts';

const channel = (prefix: string, name: string, ...payload: string[]): ChannelPorts => ({
  valid: `${prefix}_${name}valid`,
  ready: `${prefix}_${name}ready`,
  payload: payload.map((each) => `${prefix}_${name}${each}`),
});

const requestPayload = ['id', 'addr', 'len', 'size', 'burst', 'lock', 'cache', 'prot', 'qos', 'region'];

const managerChannels = (prefix: string): readonly ChannelPorts[] => [
  channel(prefix, 'aw', ...requestPayload),
  channel(prefix, 'w', 'data', 'strb', 'last'),
  channel(prefix, 'ar', ...requestPayload),
];

/** The rules of a port's channels; what waits there is given up when the device acknowledges its reset. */
const managerRules = (layout: PortLayout, port: number): Scoreboard => {
  const prefix = `m${port}_axi`;
  const rules = channelRules(layout, managerChannels(prefix));
  const request = outputSlot(layout, 'reset_request').word;
  const acknowledge = inputSlot(layout, 'reset_acknowledge').word;
  const readies = managerChannels(prefix).map(({ ready }) => inputSlot(layout, ready).word);
  const cleared = new Uint32Array(layout.inputWords);
  return {
    name: `${prefix} rules`,
    cycle(inputs, outputs, cycle) {
      const both = (outputs[request] ?? 0) & (inputs[acknowledge] ?? 0);
      if (((both >>> port) & 1) === 0) return rules.cycle(inputs, outputs, cycle);
      cleared.set(inputs);
      for (const ready of readies) cleared[ready] = 1;
      return rules.cycle(cleared, outputs, cycle);
    },
  };
};

export interface RacScoreboards {
  readonly scoreboards: readonly Scoreboard[];
  readonly ledger: Ledger;
}

/** Everything that is judged of a run from its ports, without the model. */
export const racScoreboards = (
  scenario: RacScenario,
  p: ResourceAccessControllerParameters,
  layout: PortLayout,
  driver: RacDriver,
): RacScoreboards => {
  const reset = inputSlot(layout, 'aresetn').word;
  const guarantees = guaranteesOf(scenario, p);
  const ledger = new Ledger(layout, p, guarantees);
  let began = false;
  const atEnd = (name: string, judge: () => string | null): Scoreboard => ({ name, cycle: () => null, end: judge });
  return {
    ledger,
    scoreboards: [
      channelRules(layout, [
        channel('s_axi', 'b', 'id', 'resp'),
        channel('s_axi', 'r', 'id', 'data', 'resp', 'last'),
        ...liteResponseChannels('s_axil'),
      ]),
      ...Array.from({ length: p.ports }, (_, port) => managerRules(layout, port)),
      {
        name: 'transactions',
        cycle(inputs, outputs, cycle) {
          if (inputs[reset] !== 0) {
            began = true;
            return ledger.cycle(inputs, outputs, cycle);
          }
          if (began) ledger.reset();
          return null;
        },
      },
      atEnd('progress', () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null)),
      atEnd('answers', () => driver.processor.problem ?? judgeEnds(ledger)),
      atEnd('memories', () => judgeMemories(ledger, driver, guarantees)),
      atEnd('registers', () => (scenario.readBack ? judgeRegisters(ledger, p, guarantees) : null)),
    ],
  };
};
