/** What it costs to take pages back from units that use them, in cycles of software at the keeper's register port. */
import { expect, test } from 'vitest';
import { readOf } from '../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import { indexOf } from '../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { type Kind, kinds, machineOf } from './machines.ts';

const pageBytes = 4096;
const counts = [1, 16, 512] as const;
const unitCounts = [1, 2, 4] as const;

/** Cycles from the first write to the answer to the last: every unit reads the page before, and cannot afterwards. */
const cyclesOf = (kind: Kind, units: number, pages: number): number => {
  const machine = machineOf(kind, { units, addressWidth: 24, entries: 4 });
  const mapping = (page: number) => ({ first: 16 + page, second: 1024 + page });
  for (let page = 0; page < pages; page += 1) machine.tables.map(0, page, mapping(page));
  machine.start();
  for (let unit = 0; unit < units; unit += 1) machine.ask(readOf((pages - 1) * pageBytes), unit);
  machine.settle();
  const begin = machine.cycle;
  for (let page = 0; page < pages; page += 1) {
    machine.tables.put(0, page, 0, 0n);
    machine.bump(indexOf(machine.parameters, mapping(page)));
  }
  const cycles = machine.cycle - begin;
  const after = Array.from({ length: units }, (_, unit) => machine.ask(readOf((pages - 1) * pageBytes), unit));
  machine.settle();
  for (const { responses } of after) expect(responses).toEqual([3]);
  return cycles;
};

test.each(kinds)(
  'taking pages back costs the same for any number of units: %s',
  (kind) => {
    const table = unitCounts.map((units) => counts.map((pages) => cyclesOf(kind, units, pages)));
    for (const row of table) expect(row).toEqual(table[0]);
    expect(table[0]).toEqual([7, 112, 3584]);
  },
  600_000,
);
