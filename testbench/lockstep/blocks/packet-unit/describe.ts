/** A scenario in a few lines. */
import { ethernetText } from '../../../captures/addresses.ts';
import { dissect } from '../../../captures/dissect.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';
import { mappedAddresses, registers } from './registers.ts';
import type { PacketUnitScenario, TrafficFrame } from './scenario.ts';

const mostLines = 12;

const mapped: ReadonlySet<number> = new Set(mappedAddresses(16));

/** An address with the register that it lies in, and the place in that register's array. */
const registerName = (address: number): string => {
  const word = address & ~3;
  const [name, base] = Object.entries(registers).findLast(([, from]) => from <= word) ?? ['', 0];
  const element = (word - base) / 4;
  const text = !mapped.has(word) ? 'not mapped' : element === 0 ? name : `${name}+${element}`;
  return `0x${address.toString(16).padStart(3, '0')} (${text})`;
};

const accessText = (access: LiteAccess): string =>
  access.kind === 'read'
    ? `read ${registerName(access.address)} after ${access.wait}`
    : `write ${registerName(access.address)} = 0x${access.data.toString(16)} strobes ${access.strobes.toString(2).padStart(4, '0')} after ${access.wait}/${access.dataWait}`;

const frameText = ({ data, gap, keep }: TrafficFrame): string => {
  const { destination, tags, etherType, ipv4, ipv6, transport } = dissect(data);
  const layers = [
    destination === undefined ? '' : `to ${ethernetText(destination)}`,
    ...tags.map((tag) => `VLAN ${tag.identifier}`),
    ipv4 !== undefined
      ? 'IPv4'
      : ipv6 !== undefined
        ? 'IPv6'
        : etherType === undefined
          ? ''
          : `type 0x${etherType.toString(16)}`,
    transport?.sourcePort === undefined ? '' : `ports ${transport.sourcePort} to ${transport.destinationPort}`,
    gap === 0 ? '' : `after ${gap} idle`,
    keep === 'plain' ? '' : `keep ${keep}`,
  ];
  return [`${data.length} bytes`, ...layers.filter((layer) => layer !== '')].join(', ');
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

export const describeScenario = (scenario: PacketUnitScenario): readonly string[] => {
  const stalls = Object.entries(scenario.stalls)
    .filter(([, lengths]) => (lengths as readonly number[]).length > 0)
    .map(([name, lengths]) => `${name} goes and stops for ${(lengths as readonly number[]).join(', ')} cycles`);
  return [
    ...listed('settings', scenario.settings.map(accessText)),
    ...listed('frames', scenario.frames.map(frameText)),
    ...listed('accesses during traffic', scenario.accesses.map(accessText)),
    ...listed(
      'accepting',
      scenario.accepting.map(({ cycles, mask }) => `0x${mask.toString(16)} for ${cycles} cycles`),
    ),
    ...listed('stalls', stalls),
    ...listed(
      'resets',
      scenario.resets.map(({ after, cycles }) => `after ${after} cycles of traffic, for ${cycles}`),
    ),
    ...(scenario.rest > 0 ? [`rest of ${scenario.rest} cycles`] : []),
    ...(scenario.readBack ? ['registers and counters read at the end'] : []),
  ];
};
