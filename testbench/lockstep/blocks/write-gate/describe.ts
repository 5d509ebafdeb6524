/** A scenario in a few lines. */
import { accessText, listed, paceTexts, transactionText } from '../../../axi/text.ts';
import { registers } from './registers.ts';
import type { WriteGateScenario } from './scenario.ts';

export const describeScenario = (scenario: WriteGateScenario): readonly string[] => [
  ...listed(
    `the device, ${scenario.outstanding} at once, data up to ${scenario.lead} ahead`,
    scenario.transactions.map(transactionText),
  ),
  ...listed(
    'stalls',
    Object.entries(scenario.stalls)
      .filter(([, lengths]) => lengths.length > 0)
      .map(([name, lengths]) => `${name} goes and stops for ${lengths.join(', ')} cycles`),
  ),
  ...listed('memory', paceTexts(scenario.memory)),
  ...listed(
    'accesses during traffic',
    scenario.accesses.map((access) => accessText(registers, access)),
  ),
  ...listed(
    'resets',
    scenario.resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
  ),
];
