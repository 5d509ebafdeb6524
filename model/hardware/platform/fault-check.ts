/** Whether a fault is one that can happen to this platform. */
import { deviceNames } from '../../../rtl/platform/interface.ts';
import type { Fault, ResolvedOptions } from './interface.ts';

type Kind = Fault['kind'];

const needs: Readonly<Record<Kind, readonly ('memory' | 'address' | 'bit' | 'device' | 'port')[]>> = {
  'memory-lost': ['memory'],
  'memory-replaced': ['memory'],
  'line-lost': ['memory', 'address'],
  'bit-flip': ['memory', 'address', 'bit'],
  'device-hang': ['device'],
  'device-error': ['device'],
  'device-babble': ['device'],
  'device-lost': ['device'],
  'device-replaced': ['device'],
  link: ['port'],
  tamper: [],
  'power-cut': [],
};

const isBelow = (value: unknown, end: number): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < end;

/** @throws RangeError naming what is wrong, and what is allowed */
export const checkFault = (fault: Fault, { memoryBytes }: Pick<ResolvedOptions, 'memoryBytes'>): void => {
  if (!Object.hasOwn(needs, fault.kind))
    throw new RangeError(`there is no fault '${fault.kind}', only ${Object.keys(needs).join(', ')}`);
  const { memory, address, bit, device } = fault as Partial<Record<'memory' | 'address' | 'bit' | 'device', unknown>>;
  const refuse = (name: string, value: unknown, allowed: string): RangeError =>
    new RangeError(`'${name}' of the fault '${fault.kind}' is ${String(value)}, but it must be ${allowed}`);
  for (const need of needs[fault.kind]) {
    if (need === 'memory' && !isBelow(memory, 2)) throw refuse(need, memory, '0 or 1');
    if (need === 'address' && !isBelow(address, memoryBytes))
      throw refuse(need, address, `within the ${memoryBytes} bytes of a memory`);
    if (need === 'bit' && !isBelow(bit, 8)) throw refuse(need, bit, 'a bit of a byte, 0 to 7');
    const ports = need === 'port' ? deviceNames.filter((name) => name.startsWith('network')) : deviceNames;
    if ((need === 'device' || need === 'port') && !ports.some((name) => name === device))
      throw refuse('device', device, `one of ${ports.join(', ')}`);
  }
};
