/** Which memory is taken for dead, and when: one answer is lost and others come, or all are slow. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Access, Answer } from '../../../../../model/hardware/memory-management-unit/bench/bursts.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { failureCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const timeout = 200;
  const lost = 3;
  const slots = 16;

  /** With so many slots that others pass one that waits for long. */
  const ready = (): Machine => {
    const machine = machineOf(kind, { units: 1, reads: slots, writes: slots, cookieIndexWidth: 4 });
    for (const page of [0, 1]) machine.tables.map(0, page, { first: 16 + page, second: 16 + page });
    machine.start();
    machine.write('timeout', timeout);
    // The next slot of either direction is not the first.
    for (const page of [0, 1, 0, 1, 0]) {
      machine.ask(readOf(page * pageBytes));
      machine.ask(writeOf(page * pageBytes, 1));
      machine.settle();
    }
    return machine;
  };
  const status = (machine: Machine): number => machine.readKeeper('memory_status') & 15;

  /** One after the other, each answered before the next is asked, until the lost one is answered. */
  const meanwhile = (machine: Machine, answer: Answer, other: Access): void => {
    const begin = machine.cycle;
    for (let number = 0; number < slots - 2 && !answer.done; number += 1) {
      const more = machine.ask(other);
      machine.runUntil(() => more.done || answer.done, 'an answer');
    }
    machine.runUntil(() => answer.done, 'the answer that was lost');
    expect(answer.responses).toEqual([0]);
    // Those that are watched before it take no longer than memory does.
    expect(machine.cycle - begin).toBeLessThan(2 * timeout + 100);
    expect([status(machine), (machine.readKeeper('log') >>> 4) & 7]).toEqual([1, failureCauses.timeout]);
  };

  it('a read that memory forgets is found though slow reads are answered all the time', () => {
    const machine = ready();
    const unit = machine.units[0]!;
    for (const memory of machine.memories) memory.latency = 70;
    const take = unit.take.bind(unit);
    unit.take = () => {
      take();
      if (unit.passes('m0_axi_ar') && unit.get('m0_axi_arid') === lost) unit.set('m0_axi_arready', 0);
    };
    meanwhile(machine, machine.ask(readOf(0, { id: lost })), readOf(pageBytes, { id: 1 }));
  });

  it('a write that memory does not answer is found though slow writes are answered all the time', () => {
    const machine = ready();
    const unit = machine.units[0]!;
    for (const memory of machine.memories) memory.latency = 70;
    const take = unit.take.bind(unit);
    // Memory has given its answer, and the unit does not see it.
    unit.take = () => {
      const loses = unit.is('m0_axi_bvalid') && unit.get('m0_axi_bid') === lost;
      if (loses) unit.set('m0_axi_bvalid', 0);
      take();
      if (loses) unit.set('m0_axi_bvalid', 1);
    };
    meanwhile(machine, machine.ask(writeOf(0, 1, { id: lost })), writeOf(pageBytes, 1, { id: 1 }));
  });

  it('bursts that are longer than the timeout, and go on, take no memory out of use', () => {
    const machine = ready();
    for (const memory of machine.memories) memory.stall = 0.7;
    const answers = [readOf(0, { length: 255 }), writeOf(pageBytes, 1, { length: 255 })].map((each) =>
      machine.ask(each),
    );
    const begin = machine.cycle;
    machine.settle();
    expect(machine.cycle - begin).toBeGreaterThan(3 * timeout);
    for (const { responses } of answers) expect(Math.max(...responses)).toBe(0);
    expect(status(machine)).toBe(0);
  });

  it('what queues up at a memory that is slow, but in time, does not take it out of use', () => {
    const machine = ready();
    for (const memory of machine.memories) memory.latency = timeout / 2 - 40;
    const answers = Array.from({ length: 24 }, (_, number) => [
      machine.ask(readOf((number % 2) * pageBytes, { id: number % 4, length: 7 })),
      machine.ask(writeOf((number % 2) * pageBytes, 1, { id: number % 4, length: 7 })),
    ]).flat();
    machine.settle();
    for (const { responses } of answers) expect(Math.max(...responses)).toBe(0);
    expect(status(machine)).toBe(0);
  });
});
