/** A scenario in a few lines. */
import { accessText, listed, paceTexts } from '../../../axi/text.ts';
import { registers } from './registers.ts';
import type { PacketReceiveScenario } from './scenario.ts';

export const describeScenario = (scenario: PacketReceiveScenario): readonly string[] => [
  ...listed(
    'settings',
    scenario.settings.map((access) => accessText(registers, access)),
  ),
  ...listed(
    'chains',
    scenario.chains.map(
      ({ client, mask, packets, recordWait }) =>
        `client ${client}, for 0b${mask.toString(2)}: packets of ${packets.map(({ bytes }) => bytes).join(', ')} bytes, record after ${recordWait}`,
    ),
  ),
  ...listed(
    'accesses during traffic',
    scenario.accesses.map((access) => accessText(registers, access)),
  ),
  ...(scenario.follow ? ['clients follow their producer indices'] : []),
  ...listed('memory', paceTexts(scenario.memory)),
  ...listed(
    'resets',
    scenario.resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
  ),
];
