/** A scenario in a few lines. */
import type { DeviceFault } from '../../../axi/device-faults.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';
import { registers } from './registers.ts';
import type { DeviceScript, RacScenario } from './scenario.ts';

const mostLines = 24;
const forever = 1_000_000;
const hex = (value: number): string => `0x${value.toString(16)}`;

const registerName = (address: number): string => {
  const word = address & ~3;
  const [name, base] = Object.entries(registers).findLast(([, from]) => from <= word) ?? ['', 0];
  const element = (word - base) / 4;
  return `${hex(address)} (${element === 0 ? name : `${name}+${element}`})`;
};

const accessText = (access: LiteAccess): string =>
  access.kind === 'read'
    ? `read ${registerName(access.address)} after ${access.wait}`
    : `write ${registerName(access.address)} = ${hex(access.data)}${access.strobes === 15 ? '' : ` strobes ${access.strobes.toString(2).padStart(4, '0')}`} after ${access.wait}/${access.dataWait}`;

const burstNames = ['fixed', 'incrementing', 'wrapping'] as const;

const transactionText = (each: Transaction): string => {
  const parts = [
    `${each.direction} ${hex(each.address)} id ${each.id}`,
    `${each.beats} ${each.beats === 1 ? 'beat' : `${burstNames[each.burst]} beats`} of ${2 ** each.size} bytes`,
    each.exclusive ? 'exclusive' : '',
    each.wait === 0 ? '' : `after ${each.wait}`,
    each.direction === 'read' ? '' : `data after ${each.dataWait}${each.dataAfterAddress ? ' and the address' : ''}`,
    each.sparse === 0 ? '' : 'some strobes',
    each.barrier ? 'after all before it' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
};

const faultText = ({ kind, from, cycles, ...rest }: DeviceFault): string => {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [kind, ...details, `from cycle ${from}`, cycles > forever ? 'for ever' : `for ${cycles}`].join(', ');
};

const deviceText = (port: number, { behaviour, acknowledge, release, relapses }: DeviceScript): readonly string[] => {
  const { stalls, latencies, errors, faults, interleave, picks } = behaviour;
  const paces = Object.entries(stalls)
    .filter(([, lengths]) => lengths.length > 0)
    .map(([name, lengths]) => `${name} goes and stops ${lengths.join(', ')}`);
  const pace = [
    ...paces,
    ...(latencies.length === 0 ? [] : [`answers after ${latencies.join(', ')}`]),
    ...(picks.length === 0 ? [] : [`picks ${picks.join(', ')}`]),
    ...(interleave ? ['interleaves'] : []),
    ...errors.map(({ base, code }) => `answers ${code} at ${hex(base)}`),
    acknowledge === null ? 'never acknowledges a reset' : `resets after ${acknowledge}/${release}`,
    ...(relapses ? ['relapses'] : []),
  ];
  return [`port ${port}: ${pace.join('; ')}`, ...faults.map((fault) => `port ${port} fault: ${faultText(fault)}`)];
};

const listed = (title: string, lines: readonly string[]): readonly string[] => {
  if (lines.length === 0) return [];
  const rest = lines.length - mostLines;
  return [
    `${title}:`,
    ...lines.slice(0, mostLines).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
};

export const describeScenario = (scenario: RacScenario): readonly string[] => {
  const { recovery } = scenario;
  const stalls = Object.entries(scenario.stalls)
    .filter(([, lengths]) => (lengths as readonly number[]).length > 0)
    .map(([name, lengths]) => `${name} goes and stops for ${(lengths as readonly number[]).join(', ')} cycles`);
  return [
    ...listed('settings', scenario.settings.map(accessText)),
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
    ...listed('accesses during traffic', scenario.accesses.map(accessText)),
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
