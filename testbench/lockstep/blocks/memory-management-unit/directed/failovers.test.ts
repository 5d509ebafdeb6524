/** What refused accesses leave behind: in the very cycle in which a page moves, in the status, and in the memory that missed a write. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const mirrored = { first: 5, second: 6 };
  const frameOf = (address: number): number => Math.floor((address % 2 ** 24) / pageBytes);

  const ready = (): Machine => {
    const machine = machineOf(kind, { units: 1, entries: 4, reads: 4, writes: 4, cookieIndexWidth: 4 });
    machine.tables.map(0, 3, mirrored);
    for (const memory of machine.memories)
      for (const frame of [5, 6, 9])
        for (let offset = 0; offset < 64; offset += 1) memory.write(frame * pageBytes + offset, 70 + frame);
    machine.start();
    machine.ask(readOf(3 * pageBytes));
    machine.settle();
    return machine;
  };
  const status = (machine: Machine): number => machine.readKeeper('memory_status') & 15;

  it('a page that moves before, or in the very cycle in which a memory refuses it, is read where it is then', () => {
    let met = 0;
    for (let wait = 6; wait < 14; wait += 1) {
      const machine = ready();
      const unit = machine.units[0]!;
      machine.memories[0].errorAt = (address) => (frameOf(address) === 5 ? 2 : 0);
      machine.memories[0].latency = 12;
      machine.tables.map(0, 3, { first: 9 });
      let bumped = 0;
      let refused = 0;
      machine.watch = () => {
        if (unit.is('bump')) bumped = machine.cycle;
        if (unit.is('event_error')) refused = machine.cycle - 1;
      };
      const answer = machine.ask(readOf(3 * pageBytes));
      machine.run(wait);
      // Of all, since an entry that stays in the TLB would be found different, and the read begin anew once more.
      machine.bump(indexOf(machine.parameters, mirrored), true);
      machine.settle();
      if (refused > 0 && bumped > refused) continue;
      expect(answer.responses, `a bump after ${wait} cycles`).toEqual([0]);
      if (bumped === refused) met += 1;
    }
    expect(met).toBe(1);
  });

  it('a read that one memory refused once is asked of it again where the other fails', () => {
    let met = 0;
    for (let wait = 14; wait < 60; wait += 6) {
      const machine = ready();
      let refusals = 0;
      machine.memories[0].errorAt = (address, write) => {
        if (write || refusals > 0 || frameOf(address) !== 5) return 0;
        refusals += 1;
        return 2;
      };
      for (const memory of machine.memories) memory.latency = 12;
      const answer = machine.ask(readOf(3 * pageBytes, { length: 15 }));
      machine.run(wait);
      const before = answer.responses.length;
      machine.writeKeeper('memory_command', 2);
      machine.settle();
      expect(refusals).toBe(1);
      expect(answer.responses, `memory 1 fails after ${wait} cycles`).toEqual(new Array(16).fill(0));
      if (before < 16) met += 1;
    }
    expect(met).toBeGreaterThan(3);
  });

  it('errors leave a memory in use degraded, until it comes back from a replacement', () => {
    const machine = ready();
    const degraded = (): number => (machine.readKeeper('memory_status') >>> 6) & 3;
    expect(degraded()).toBe(0);
    machine.memories[0].errorAt = (address) => (frameOf(address) === 5 ? 2 : 0);
    machine.ask(readOf(3 * pageBytes));
    machine.settle();
    machine.run(4);
    expect([degraded(), status(machine)]).toEqual([1, 0]);
    machine.writeKeeper('memory_command', 1);
    machine.run(2);
    expect([degraded(), status(machine)]).toEqual([0, 1]);
    machine.writeKeeper('memory_command', 4);
    machine.run(20);
    machine.writeKeeper('memory_command', 16);
    expect([degraded(), status(machine)]).toEqual([0, 4]);
  });

  // The answer is given in the very cycle in which a memory that missed the write has been made known to all, or later.
  it.each([
    [0, 0],
    [1, 0],
    [0, 0.6],
    [1, 0.6],
  ] as const)(
    'when a write that memory %i refused is answered, what is in use holds it (stall %d)',
    (refusing, stall) => {
      const machine = ready();
      const unit = machine.units[0]!;
      machine.processors[0]!.stall = stall;
      machine.memories[refusing].errorAt = (_, write) => (write ? 2 : 0);
      const stale: number[] = [];
      let shown = 0;
      machine.watch = () => {
        if (!unit.is('s_axi_bvalid') || unit.get('s_axi_bresp') !== 0) return;
        shown += 1;
        const failed = machine.keeper.get('failed');
        for (const [index, memory] of machine.memories.entries())
          if (((failed >>> index) & 1) === 0 && memory.read((5 + index) * pageBytes) !== 1) stale.push(index);
      };
      const answer = machine.ask(writeOf(3 * pageBytes, 1));
      machine.settle();
      expect(answer.responses).toEqual([0]);
      expect(shown).toBeGreaterThan(0);
      expect(stale).toEqual([]);
      expect(status(machine)).toBe(1 << refusing);
    },
  );
});
