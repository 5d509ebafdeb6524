/**
 * The baseline that taking pages back by cookies stands beside: interrupt shootdown, on the same hardware. Each processor's unit has a keeper of its own, so
 * that a write to `bump` takes a page from the TLB of that unit alone: the register by which a processor invalidates its own TLB, and no other's.
 *
 * What is counted is the least that a shootdown can take. Software takes no time beside its accesses to registers: one write interrupts all other processors at
 * once; they need not read which pages are meant; the last acknowledgement is seen by the first read after it.
 */
import { readOf } from '../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { type Kind, machineOf } from './machines.ts';

export const pageBytes = 4096;
export const mappingOf = (page: number) => ({ first: 16 + page, second: 1024 + page });
/** The same machine for both ways of taking pages back. */
export const machineValues = { addressWidth: 24, entries: 4 } as const;

/** A machine whose units have used the last of the pages just before. */
export const machineInUse = (kind: Kind, units: number, pages: number): Machine => {
  const machine = machineOf(kind, { units, ...machineValues });
  for (let page = 0; page < pages; page += 1) machine.tables.map(0, page, mappingOf(page));
  machine.start();
  useLast(machine, pages);
  return machine;
};

/** The responses of each unit to a read of the last of the pages. */
export const useLast = (machine: Machine, pages: number): readonly (readonly number[])[] => {
  const answers = machine.units.map((_, unit) => machine.ask(readOf((pages - 1) * pageBytes), unit));
  machine.settle();
  return answers.map(({ responses }) => responses);
};

const cyclesOf = (machine: Machine, work: () => void): number => {
  const begin = machine.cycle;
  work();
  return machine.cycle - begin;
};

/** How a processor takes pages out of its own TLB: each by a write, or everything by one. */
export type Manner = 'page by page' | 'whole TLB';

export const unmap = (machine: Machine, pages: number): void => {
  for (let page = 0; page < pages; page += 1) machine.tables.put(0, page, 0, 0n);
};

export const bumpEach = (machine: Machine, pages: number): void => {
  for (let page = 0; page < pages; page += 1) machine.bump(indexOf(machine.parameters, mappingOf(page)));
};

/** One write takes everything. */
export const bumpAll = (machine: Machine): void => machine.bump(0, true);

export interface ShootdownParts {
  /** A write to, and a read of, a register of the interrupt controller: as of any register port here. */
  readonly write: number;
  readonly read: number;
  /** The pages taken out of the TLB by its own processor. */
  readonly invalidate: number;
  /** The responses to a read of the last page afterwards. */
  readonly after: readonly number[];
}

/** What one processor does, measured at its unit. */
export const shootdownParts = (kind: Kind, pages: number, manner: Manner): ShootdownParts => {
  const machine = machineInUse(kind, 1, pages);
  unmap(machine, pages);
  const invalidate = cyclesOf(machine, () => {
    if (manner === 'whole TLB') bumpAll(machine);
    else bumpEach(machine, pages);
  });
  const write = cyclesOf(machine, () => machine.write('interrupt_enable', 0));
  const read = cyclesOf(machine, () => machine.read('interrupt_status'));
  const [after = []] = useLast(machine, pages);
  return { write, read, invalidate, after };
};

export interface Shootdown {
  /** From the first write to when the processor that asks knows that no TLB has the pages. */
  readonly elapsed: number;
  /** Cycles in which processors do nothing else, of all of them together. */
  readonly processors: number;
}

/** @param entry cycles from the interrupt's write to the first instruction of its handler; to leave it costs nothing */
export const shootdown = (parts: ShootdownParts, units: number, entry: number): Shootdown => {
  const { write, read, invalidate } = parts;
  if (units === 1) return { elapsed: invalidate, processors: invalidate };
  const handler = entry + invalidate + write;
  const elapsed = write + Math.max(invalidate, handler) + read;
  return { elapsed, processors: elapsed + (units - 1) * handler };
};
