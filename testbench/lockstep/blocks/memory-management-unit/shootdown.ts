/**
 * The baseline that taking pages back by cookies stands beside: interrupt shootdown, run on the same units and memories. Each processor's unit has a keeper of
 * its own, so that a write to `bump` takes a page from the TLB of that unit alone: the register by which a processor invalidates its own TLB, and no other's.
 *
 * The processor that asks interrupts the others, invalidates in its own TLB meanwhile, and then reads the interrupt controller until all have acknowledged. What
 * is not run is the least that it can be: software takes no time beside its accesses to registers and `entry`; a handler knows which pages are meant without
 * asking; every processor has a register port of its own to each register that it uses; no interrupt is masked; leaving a handler is free.
 */
import { readOf } from '../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { Part } from '../../../../model/hardware/memory-management-unit/bench/part.ts';
import {
  type Programme,
  registerRead,
  registerWrite,
  rest,
} from '../../../../model/hardware/memory-management-unit/bench/programme.ts';
import { interruptRegisters, portOf } from './interrupt-controller.ts';
import { interruptsOf, type Kind, machineOf } from './machines.ts';

export const pageBytes = 4096;
export const mappingOf = (page: number) => ({ first: 16 + page, second: 1024 + page });
/** The same machine for both ways of taking pages back. */
const machineValues = { addressWidth: 24, entries: 4 } as const;

interface Used {
  readonly kind: Kind;
  readonly units: number;
  readonly pages: number;
  readonly ownKeepers?: boolean;
}

/** A machine whose units have used the last of the pages just before. */
export const machineInUse = ({ kind, units, pages, ownKeepers = false }: Used): Machine => {
  const machine = machineOf(kind, { units, ownKeepers, ...machineValues });
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

/** How pages are taken out of TLBs: each by a write, or everything by one. */
export type Manner = 'page by page' | 'whole TLB';

export const unmap = (machine: Machine, pages: number): void => {
  for (let page = 0; page < pages; page += 1) machine.tables.put(0, page, 0, 0n);
};

/** Writes to `bump`, one after the other, at one keeper. */
export function* bumping(machine: Machine, pages: number, manner: Manner, keeper = 0): Programme {
  if (manner === 'whole TLB') yield* machine.bumping(0, true, keeper);
  else
    for (let page = 0; page < pages; page += 1)
      yield* machine.bumping(indexOf(machine.parameters, mappingOf(page)), false, keeper);
}

export interface Shootdown {
  /** From the first write to when the processor that asks knows that no TLB has the pages. */
  readonly elapsed: number;
  /** Cycles in which processors do nothing else, of all of them together: from its interrupt on, of each that is interrupted. */
  readonly processors: number;
  /** The responses of each unit to a read of the last page afterwards. */
  readonly after: readonly (readonly number[])[];
}

export interface ShootdownOptions {
  readonly kind: Kind;
  readonly units: number;
  readonly pages: number;
  readonly manner: Manner;
  /** Cycles from when a processor sees its interrupt to the first instruction of its handler. */
  readonly entry: number;
  /** Whether handlers invalidate before they acknowledge, as they must. */
  readonly invalidates?: boolean;
}

export const shootdown = ({ kind, units, pages, manner, entry, invalidates = true }: ShootdownOptions): Shootdown => {
  const machine = machineInUse({ kind, units, pages, ownKeepers: true });
  const controller = new Part(interruptsOf(units));
  machine.beside.push(controller);
  unmap(machine, pages);
  let processors = 0;

  function* asking(): Programme {
    const begin = machine.cycle;
    const others = 2 ** units - 2;
    if (others !== 0) yield* registerWrite(controller, interruptRegisters.raise, others, portOf(0));
    yield* bumping(machine, pages, manner);
    while (others !== 0 && (yield* registerRead(controller, interruptRegisters.waiting, portOf(0))) !== 0);
    processors += machine.cycle - begin;
  }

  function* interrupted(processor: number): Programme {
    while (((controller.get('interrupt') >>> processor) & 1) === 0) yield;
    const begin = machine.cycle;
    yield* rest(entry);
    if (invalidates) yield* bumping(machine, pages, manner, processor);
    yield* registerWrite(controller, interruptRegisters.acknowledge, 1, portOf(processor));
    processors += machine.cycle - begin;
  }

  const begin = machine.cycle;
  const others = machine.units.slice(1).map((_, other) => interrupted(other + 1));
  machine.together([asking(), ...others]);
  const elapsed = machine.cycle - begin;
  return { elapsed, processors, after: useLast(machine, pages) };
};
