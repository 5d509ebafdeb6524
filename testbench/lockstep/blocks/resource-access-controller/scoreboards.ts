import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { judgeEnds, judgeMemories, judgeRegisters } from './accounts.ts';
import type { RacDriver } from './drive.ts';
import { guaranteesOf } from './guarantees.ts';
import { Ledger } from './ledger.ts';
import type { RacScenario } from './scenario.ts';

/**
 * The rules of AXI4 at a port, in every cycle: the controller's part whatever the device does; the device's too where it has no faults. A reset that the device acknowledges
 * gives up what is outstanding there, so both sides start afresh.
 */
const portRules = (scenario: RacScenario, layout: PortLayout, port: number): Scoreboard => {
  const faultless = scenario.devices[port]?.behaviour.faults.length === 0;
  const rules = new Axi4Checker(layout, `m${port}_axi`, {
    requests: 'output',
    ...(faultless ? {} : { keeper: 'manager' }),
  });
  const request = outputSlot(layout, 'reset_request').word;
  const acknowledge = inputSlot(layout, 'reset_acknowledge').word;
  const reset = inputSlot(layout, 'aresetn').word;
  const afresh = new Uint32Array(layout.inputWords);
  return {
    name: rules.name,
    cycle(inputs, outputs, cycle) {
      const wrong = rules.cycle(inputs, outputs, cycle);
      const both = (outputs[request] ?? 0) & (inputs[acknowledge] ?? 0);
      if (((both >>> port) & 1) === 1) {
        afresh.set(inputs);
        afresh[reset] = 0;
        rules.cycle(afresh, outputs, cycle);
      }
      return wrong;
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
      channelRules(layout, liteResponseChannels('s_axil')),
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
      // After the ledger: of two complaints in a cycle the last is told, and these name the section that is broken.
      new Axi4Checker(layout, 's_axi', { requests: 'input' }),
      ...Array.from({ length: p.ports }, (_, port) => portRules(scenario, layout, port)),
      atEnd('progress', () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null)),
      atEnd('answers', () => driver.processor.problem ?? judgeEnds(ledger)),
      atEnd('memories', () => judgeMemories(ledger, driver, guarantees)),
      atEnd('registers', () => (scenario.readBack ? judgeRegisters(ledger, p, guarantees) : null)),
    ],
  };
};
