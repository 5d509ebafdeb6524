/** A scenario in a few lines. */
import { accessText, faultText, hex, listed, paceTexts, transactionText } from '../../../axi/text.ts';
import { registers } from './registers.ts';
import type { MemoryPathScenario } from './scenario.ts';

export const describeScenario = (scenario: MemoryPathScenario): readonly string[] => {
  const stalls = Object.entries(scenario.stalls)
    .filter(([, lengths]) => (lengths as readonly number[]).length > 0)
    .map(([name, lengths]) => `${name} goes and stops for ${(lengths as readonly number[]).join(', ')} cycles`);
  const { memory } = scenario;
  const events = (each: MemoryPathScenario['resets']): readonly string[] =>
    each.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`);
  return [
    ...listed(
      'memory holds',
      scenario.held.map(
        ({ form, address, lines, low, high, different }) =>
          `${lines} lines of ${hex(high)}:${hex(low)} from ${hex(address)} on, under form ${form}${
            different === null ? '' : `, but for bit ${different.bit} of word ${different.word}`
          }`,
      ),
    ),
    ...listed(
      'settings',
      scenario.settings.map((access) => accessText(registers, access)),
    ),
    ...listed(
      `transactions, ${scenario.outstanding} at once, data up to ${scenario.lead} ahead`,
      scenario.transactions.map(transactionText),
    ),
    ...listed('memory', [...paceTexts(memory), ...memory.faults.map(faultText)]),
    ...listed(
      'accesses during traffic',
      scenario.accesses.map((access) => accessText(registers, access)),
    ),
    ...listed('tampering', events(scenario.tampers)),
    ...listed('stalls', stalls),
    ...listed('resets', events(scenario.resets)),
    ...(scenario.rest > 0 ? [`rest of ${scenario.rest} cycles`] : []),
    ...(scenario.readBack ? ['registers read at the end'] : []),
  ];
};
