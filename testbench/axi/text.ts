/** AXI transactions, accesses and memories in words, for reports. */
import type { LiteAccess } from '../lockstep/axi/lite-manager.ts';
import type { DeviceFault } from './device-faults.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import type { Transaction } from './transaction.ts';

const mostLines = 24;
const forever = 1_000_000;
export const hex = (value: number): string => `0x${value.toString(16)}`;

/** The register of a byte address, by the addresses at which registers or arrays of them begin. */
export const registerText = (registers: Readonly<Record<string, number>>, address: number): string => {
  const word = address & ~3;
  const [name, base] = Object.entries(registers).findLast(([, from]) => from <= word) ?? ['', 0];
  const element = (word - base) / 4;
  return `${hex(address)} (${element === 0 ? name : `${name}+${element}`})`;
};

export const accessText = (registers: Readonly<Record<string, number>>, access: LiteAccess): string =>
  access.kind === 'read'
    ? `read ${registerText(registers, access.address)} after ${access.wait}`
    : `write ${registerText(registers, access.address)} = ${hex(access.data)}${access.strobes === 15 ? '' : ` strobes ${access.strobes.toString(2).padStart(4, '0')}`} after ${access.wait}/${access.dataWait}`;

const burstNames = ['fixed', 'incrementing', 'wrapping'] as const;

export const transactionText = (each: Transaction): string => {
  const parts = [
    `${each.direction} ${hex(each.address)} id ${each.id}`,
    `${each.beats} ${each.beats === 1 ? 'beat' : `${burstNames[each.burst]} beats`} of ${2 ** each.size} bytes`,
    each.user === undefined ? '' : `user ${each.user}`,
    each.exclusive ? 'exclusive' : '',
    each.wait === 0 ? '' : `after ${each.wait}`,
    each.direction === 'read' ? '' : `data after ${each.dataWait}${each.dataAfterAddress ? ' and the address' : ''}`,
    each.sparse === 0 ? '' : 'some strobes',
    each.barrier ? 'after all before it' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
};

export const faultText = ({ kind, from, cycles, ...rest }: DeviceFault): string => {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [kind, ...details, `from cycle ${from}`, cycles > forever ? 'for ever' : `for ${cycles}`].join(', ');
};

/** How a memory or device paces its answers. */
export const paceTexts = ({
  stalls,
  latencies,
  errors,
  interleave,
  picks,
}: SubordinateBehaviour): readonly string[] => [
  ...Object.entries(stalls)
    .filter(([, lengths]) => lengths.length > 0)
    .map(([name, lengths]) => `${name} goes and stops ${lengths.join(', ')}`),
  ...(latencies.length === 0 ? [] : [`answers after ${latencies.join(', ')}`]),
  ...(picks.length === 0 ? [] : [`picks ${picks.join(', ')}`]),
  ...(interleave ? ['interleaves'] : []),
  ...errors.map(({ base, code }) => `answers ${code} at ${hex(base)}`),
];

/** A titled list, cut where it becomes long. */
export const listed = (title: string, lines: readonly string[]): readonly string[] => {
  if (lines.length === 0) return [];
  const rest = lines.length - mostLines;
  return [
    `${title}:`,
    ...lines.slice(0, mostLines).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
};
