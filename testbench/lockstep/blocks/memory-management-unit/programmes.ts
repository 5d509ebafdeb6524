/** Steps of software, one by one and as programmes. */
import { cookieIndex } from '../../../../rtl/memory-management-unit/interface.ts';
import type { SystemParameters } from './parameters.ts';
import { bumpBits, commandBits, keeperRegisters, statusBits, unitRegisters } from './registers.ts';
import type { Port, Step } from './scenario.ts';
import { type Leaf, pageBytes, tableFrames } from './tables.ts';

export const write = (port: Port, address: number, data: number, wait = 0, answered = false): Step => ({
  kind: 'access',
  port,
  access: { kind: 'write', address, data: data >>> 0, strobes: 15, wait, dataWait: wait },
  answered,
});

export const read = (port: Port, address: number, wait = 0): Step => ({
  kind: 'access',
  port,
  access: { kind: 'read', address, wait },
  answered: false,
});

/** What software writes to take a leaf's page back. */
export const indexOf = (p: SystemParameters, leaf: Leaf): number =>
  cookieIndex(p, {
    memory: leaf.first !== null ? 0 : 1,
    superPage: leaf.superPage ?? false,
    frame: leaf.first ?? leaf.second ?? 0,
  });

export const bump = (index: number, all = false): Step =>
  write('keeper', keeperRegisters.bump, bumpBits.start + (all ? bumpBits.all : 0) + index, 0, true);

export const ready: Step = {
  kind: 'until',
  port: 'keeper',
  address: keeperRegisters.memoryStatus,
  mask: statusBits.ready,
  value: statusBits.ready,
};

/** The writes that let a unit walk the tables, in the memories that `enabled` names. */
export const tablesAt = (unit: number, enabled = 3): readonly Step[] => [
  write(unit, unitRegisters.tablesFirstLow, tableFrames.domains * pageBytes),
  write(unit, unitRegisters.tablesSecondLow, tableFrames.domains * pageBytes),
  write(unit, unitRegisters.tables, 1 | (enabled << 1)),
];

/** Timeouts of all parts: short ones where a memory may die. */
export const timeouts = (units: number, cycles: number): readonly Step[] => [
  ...Array.from({ length: units }, (_, unit) => write(unit, unitRegisters.timeout, cycles)),
  write('keeper', keeperRegisters.timeout, cycles),
];

export const command = (memory: 0 | 1, name: keyof typeof commandBits, wait = 0): Step =>
  write('keeper', keeperRegisters.memoryCommand, commandBits[name] << (name === 'logClear' ? 0 : memory), wait, true);

/** Reads the keeper's `memory_status` until bits of it are as given. */
export const until = (mask: number, value: number): Step => ({
  kind: 'until',
  port: 'keeper',
  address: keeperRegisters.memoryStatus,
  mask,
  value,
});

export interface Stretch {
  /** The first frame to read, the first to write, and how many. */
  readonly from: number;
  readonly to: number;
  readonly pages: number;
}

export const copy = (memory: 0 | 1, { from, to, pages }: Stretch, pace = 0): readonly Step[] => [
  write('keeper', keeperRegisters.copyTarget, memory),
  write('keeper', keeperRegisters.copyFromLow, from * pageBytes),
  write('keeper', keeperRegisters.copyToLow, to * pageBytes),
  write('keeper', keeperRegisters.copyPages, pages),
  write('keeper', keeperRegisters.copyPace, pace),
  write('keeper', keeperRegisters.copyCommand, 1, 0, true),
];

/** A memory that has failed is replaced, filled from the other and used again. */
export const restoring = (memory: 0 | 1, stretches: readonly Stretch[], pace = 0): readonly Step[] => [
  until(statusBits.failed << memory, statusBits.failed << memory),
  command(memory, 'reset'),
  until(statusBits.wasReset << memory, statusBits.wasReset << memory),
  { kind: 'replace', memory },
  command(memory, 'restore'),
  ...stretches.flatMap((stretch) => [...copy(memory, stretch, pace), until(statusBits.copying, 0)]),
  command(memory, 'onLine'),
];
