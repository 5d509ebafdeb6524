/** A scenario in a few lines. */
import { accessText, faultText, hex, listed, paceTexts, transactionText } from '../../../axi/text.ts';
import { registers } from './registers.ts';
import type { DeviceScript, RacScenario } from './scenario.ts';

const deviceText = (port: number, { behaviour, acknowledge, release, relapses }: DeviceScript): readonly string[] => {
  const pace = [
    ...paceTexts(behaviour),
    acknowledge === null ? 'never acknowledges a reset' : `resets after ${acknowledge}/${release}`,
    ...(relapses ? ['relapses'] : []),
  ];
  const faults = behaviour.faults.map((fault) => `port ${port} fault: ${faultText(fault)}`);
  return [`port ${port}: ${pace.join('; ')}`, ...faults];
};

export const describeScenario = (scenario: RacScenario): readonly string[] => {
  const { recovery } = scenario;
  const stalls = Object.entries(scenario.stalls)
    .filter(([, lengths]) => (lengths as readonly number[]).length > 0)
    .map(([name, lengths]) => `${name} goes and stops for ${(lengths as readonly number[]).join(', ')} cycles`);
  return [
    ...listed(
      'settings',
      scenario.settings.map((access) => accessText(registers, access)),
    ),
    ...listed(
      `transactions, ${scenario.outstanding} at once, data up to ${scenario.lead} ahead`,
      scenario.transactions.map(transactionText),
    ),
    ...listed(
      'devices',
      scenario.devices.flatMap((device, port) => deviceText(port, device)),
    ),
    ...(recovery === null
      ? []
      : [
          `recovery ${recovery.delay} cycles after an interrupt: ${[
            'reads the log',
            recovery.clears ? 'clears it' : '',
            recovery.resets ? 'resets' : '',
            recovery.readmits ? 'readmits' : '',
          ]
            .filter((part) => part !== '')
            .join(', ')}`,
        ]),
    ...listed(
      'accesses during traffic',
      scenario.accesses.map((access) => accessText(registers, access)),
    ),
    ...listed(
      'device interrupts',
      scenario.interrupts.map(({ cycles, mask }) => `${hex(mask)} for ${cycles} cycles`),
    ),
    ...listed('stalls', stalls),
    ...listed(
      'resets',
      scenario.resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
    ),
    ...(scenario.rest > 0 ? [`rest of ${scenario.rest} cycles`] : []),
    ...(scenario.readBack ? ['registers read at the end'] : []),
  ];
};
