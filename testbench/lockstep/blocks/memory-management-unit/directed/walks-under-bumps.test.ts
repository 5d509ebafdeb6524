/** A hypervisor that takes pages back one by one on one processor must not keep another from walking. */
import { describe, expect, it } from 'vitest';
import { readOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const [unmapped, cold] = [256, 12];
  const of = (page: number) => ({ first: 16 + page, second: 1024 + page });

  /** Two units; the second is asked for so many pages of its own that it has not seen. */
  const ready = (latency: number): { readonly machine: Machine; ask(): ReturnType<Machine['ask']>[] } => {
    const machine = machineOf(kind, { units: 2, entries: 4 });
    for (let page = 0; page < unmapped; page += 1) machine.tables.map(0, page, of(page));
    for (let page = 0; page < cold; page += 1) machine.tables.map(0, 600 + page, { first: 2000 + page });
    for (const memory of machine.memories) memory.latency = latency;
    machine.start();
    const ask = () => Array.from({ length: cold }, (_, page) => machine.ask(readOf((600 + page) * pageBytes), 1));
    return { machine, ask };
  };

  it('walks go on, at two thirds of their pace at least, while pages are taken back one after the other', () => {
    const { machine, ask } = ready(48);
    const begin = machine.cycle;
    ask();
    machine.settle();
    const calm = machine.cycle - begin;
    const busy = machine.cycle;
    const work = ask();
    for (let page = 0; !work.at(-1)!.done; page += 1) {
      machine.bump(indexOf(machine.parameters, of(page % unmapped)));
      expect(machine.cycle - busy).toBeLessThan(1.5 * calm);
    }
    expect(work.every(({ responses }) => responses[0] === 0)).toBe(true);
    expect(machine.read('misses', 1)).toBe(2 * cold);
  });
});
