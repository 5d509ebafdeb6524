/** A scenario in a few lines. */
import { accessText, faultText, hex, listed, paceTexts, registerText, transactionText } from '../../../axi/text.ts';
import { keeperRegisters, unitRegisters } from './registers.ts';
import type { Port, Step, SystemScenario, TableEntry } from './scenario.ts';

const registersOf = (port: Port): Readonly<Record<string, number>> =>
  port === 'keeper' ? keeperRegisters : unitRegisters;
const portText = (port: Port): string => (port === 'keeper' ? 'keeper' : `unit ${port}`);

const entryText = ({ memories, address, words }: TableEntry): string =>
  `${hex(address)} = ${words.map(hex).join(' ')}${memories === 3 ? '' : ` in memory ${memories - 1} alone`}`;

const stepText = (step: Step): string => {
  switch (step.kind) {
    case 'access':
      return `${portText(step.port)}: ${accessText(registersOf(step.port), step.access)}${step.answered ? ', answered' : ''}`;
    case 'until':
      return `${portText(step.port)}: until ${registerText(registersOf(step.port), step.address)} & ${hex(step.mask)} is ${hex(step.value)}`;
    case 'store':
      return `in memory ${entryText(step)}`;
    case 'rest':
      return `rest ${step.cycles} cycles`;
    case 'replace':
      return `memory ${step.memory} is replaced by an empty one`;
    default:
      throw new Error(`unknown step ${step satisfies never}`);
  }
};

const stallTexts = (stalls: Readonly<Record<string, readonly number[]>>): readonly string[] =>
  Object.entries(stalls)
    .filter(([, lengths]) => lengths.length > 0)
    .map(([name, lengths]) => `${name} goes and stops for ${lengths.join(', ')} cycles`);

export const describeScenario = (scenario: SystemScenario): readonly string[] => [
  ...listed('tables', scenario.tables.map(entryText)),
  ...listed('settings', scenario.settings.map(stepText)),
  ...scenario.traffic.flatMap(({ transactions, outstanding, lead, stalls }, unit) =>
    listed(`unit ${unit}, ${outstanding} at once, data up to ${lead} ahead`, [
      ...transactions.map(transactionText),
      ...stallTexts(stalls),
    ]),
  ),
  ...listed('software during traffic', scenario.software.map(stepText)),
  ...scenario.memories.flatMap((memory, index) =>
    listed(`memory ${index}`, [...paceTexts(memory), ...memory.faults.map(faultText)]),
  ),
  ...listed('register ports', stallTexts(scenario.registerStalls)),
  ...listed(
    'resets',
    scenario.resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
  ),
  ...(scenario.rest > 0 ? [`rest of ${scenario.rest} cycles`] : []),
];
