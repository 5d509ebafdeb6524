/** A scenario in a few lines. */
import { listed, paceTexts, transactionText } from '../../../axi/text.ts';
import type { InterconnectScenario } from './scenario.ts';

export const describeScenario = ({ managers, subordinates, resets }: InterconnectScenario): readonly string[] => [
  ...managers.flatMap(({ transactions, outstanding, lead, stalls }, manager) => [
    ...listed(
      `manager ${manager}, ${outstanding} at once, data up to ${lead} ahead`,
      transactions.map(transactionText),
    ),
    ...listed(
      `stalls of manager ${manager}`,
      Object.entries(stalls)
        .filter(([, lengths]) => lengths.length > 0)
        .map(([name, lengths]) => `${name} goes and stops for ${lengths.join(', ')} cycles`),
    ),
  ]),
  ...subordinates.flatMap((behaviour, subordinate) => listed(`subordinate ${subordinate}`, paceTexts(behaviour))),
  ...listed(
    'resets',
    resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
  ),
];
