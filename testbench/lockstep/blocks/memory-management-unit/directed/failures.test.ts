/** What a unit does with errors and wrong answers of memories. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine, MachineValues } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import type { Mapping } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { failureCauses, faultCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const mirrored = { first: 5, second: 6 };

  const ready = (mapping: Mapping = mirrored, values: MachineValues = {}): Machine => {
    const machine = machineOf(kind, values);
    machine.tables.map(0, 3, mapping);
    for (let offset = 0; offset < pageBytes; offset += 1) {
      machine.memories[0].write(5 * pageBytes + offset, offset & 255);
      machine.memories[1].write(6 * pageBytes + offset, offset & 255);
    }
    machine.start();
    machine.ask(readOf(3 * pageBytes));
    machine.settle();
    return machine;
  };

  const inPage = (address: number, frame: number, from = 0): boolean => {
    const at = address % 2 ** 24;
    return at >= frame * pageBytes + from && at < (frame + 1) * pageBytes;
  };

  const status = (machine: Machine): number => machine.readKeeper('memory_status') & 15;
  const cause = (machine: Machine): number => (machine.readKeeper('log') >>> 4) & 7;

  describe('a read', () => {
    it('goes on from the second memory where the first gives an error', () => {
      const machine = ready();
      machine.memories[0].errorAt = (address) => (inPage(address, 5, 24) ? 2 : 0);
      const answer = machine.ask(readOf(3 * pageBytes, { length: 7 }));
      const after = machine.ask(readOf(3 * pageBytes + 8, { length: 1 }));
      machine.settle();
      expect(answer.responses).toEqual(new Array(8).fill(0));
      expect(answer.data.map((beat) => beat[0])).toEqual([0, 8, 16, 24, 32, 40, 48, 56]);
      expect(after.data.map((beat) => beat[0])).toEqual([8, 16]);
      expect(machine.read('failovers')).toBe(1);
      expect(machine.readKeeper('errors', 0)).toBe(1);
      expect(status(machine)).toBe(0);
    });

    it('gets the error where both memories give one', () => {
      const machine = ready();
      machine.memories[0].errorAt = (address) => (inPage(address, 5) ? 2 : 0);
      machine.memories[1].errorAt = (address) => (inPage(address, 6) ? 3 : 0);
      const answer = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect(answer.responses).toEqual([3]);
      expect([0, 1].map((memory) => machine.readKeeper('errors', memory))).toEqual([1, 1]);
    });

    it('compares where it is told to, and tells of differences in the bytes that were asked for', () => {
      const machine = ready({ ...mirrored, compare: true });
      machine.memories[1].write(6 * pageBytes + 17, 0xaa);
      const near = machine.ask(readOf(3 * pageBytes + 20, { size: 2 }));
      machine.settle();
      expect(machine.read('differences')).toBe(0);
      const hit = machine.ask(readOf(3 * pageBytes + 16));
      machine.settle();
      expect([near.responses, hit.responses]).toEqual([[0], [0]]);
      expect(hit.data[0]![1]).toBe(17);
      expect(machine.read('differences')).toBe(1);
      expect(machine.read('interrupt_status')).toBe(2);
    });

    it('that compares gives what the good memory has', () => {
      const machine = ready({ ...mirrored, compare: true });
      machine.memories[0].errorAt = (address) => (inPage(address, 5) ? 2 : 0);
      machine.memories[0].write(5 * pageBytes, 0xaa);
      const answer = machine.ask(readOf(3 * pageBytes, { length: 3 }));
      machine.settle();
      expect(answer.responses).toEqual([0, 0, 0, 0]);
      expect(answer.data[0]![0]).toBe(0);
      expect(machine.readKeeper('errors', 0)).toBe(4);
    });

    it('is exclusive at one memory, and not at two', () => {
      const machine = ready({ first: 5 });
      const answer = machine.ask(readOf(3 * pageBytes, { lock: 1 }));
      machine.settle();
      expect(answer.responses).toEqual([1]);
      const both = ready();
      const answers = both.ask(readOf(3 * pageBytes, { lock: 1 }));
      both.settle();
      expect(answers.responses).toEqual([0]);
      expect(both.memories.every(({ asked }) => asked.every(({ lock }) => lock === 0))).toBe(true);
    });
  });

  describe('a mirrored write', () => {
    it('is answered when both memories have answered', () => {
      const machine = ready();
      machine.memories[1].latency = 90;
      const start = machine.cycle;
      const answer = machine.ask(writeOf(3 * pageBytes, 1));
      machine.settle();
      expect(answer.cycles[0]! - start).toBeGreaterThan(90);
      expect(machine.memories.map((memory, index) => memory.read((5 + index) * pageBytes))).toEqual([1, 1]);
    });

    it('that one memory refuses makes it fail, and is answered with OKAY', () => {
      const machine = ready();
      machine.memories[1].errorAt = (address, write) => (write && inPage(address, 6) ? 2 : 0);
      const answer = machine.ask(writeOf(3 * pageBytes, 1));
      machine.settle();
      expect(answer.responses).toEqual([0]);
      expect(status(machine)).toBe(2);
      expect(machine.readKeeper('log')).toBe(1 | (1 << 1) | (failureCauses.failure << 4));
      expect(machine.readKeeper('interrupt_status')).toBe(1);
    });

    it('that both refuse is answered with SLVERR, and nobody fails', () => {
      const machine = ready();
      for (const memory of machine.memories) memory.errorAt = (_, write) => (write ? 2 : 0);
      const answer = machine.ask(writeOf(3 * pageBytes, 1));
      machine.settle();
      expect(answer.responses).toEqual([2]);
      expect(status(machine)).toBe(0);
      expect(machine.read('fault')).toBe(0);
    });

    it('during which both memories are lost is answered with SLVERR, and noted', () => {
      const machine = ready();
      for (const memory of machine.memories) memory.latency = 200;
      const answer = machine.ask(writeOf(3 * pageBytes, 1, { length: 3 }));
      machine.run(12);
      machine.writeKeeper('memory_command', 3);
      machine.settle();
      expect(answer.responses).toEqual([2]);
      expect((machine.read('fault') >>> 4) & 7).toBe(faultCauses.lost);
    });
  });

  describe('a memory', () => {
    it.each([
      ['the timeout', 100, false],
      ['half of it while it keeps the other waiting', 50, true],
    ])('that says nothing is taken out of use after %s, and what it owed comes from the other', (_, after, writes) => {
      const machine = ready();
      machine.write('timeout', 100);
      machine.memories[0].death = 'silent';
      const answers = [machine.ask(readOf(3 * pageBytes, { length: 3 }))];
      if (writes) answers.push(machine.ask(writeOf(3 * pageBytes + 64, 1)));
      const start = machine.cycle;
      machine.settle();
      expect(answers.map(({ responses }) => responses)).toEqual([[0, 0, 0, 0], [0]].slice(0, answers.length));
      expect(machine.cycle - start).toBeGreaterThan(after);
      expect(machine.cycle - start).toBeLessThan(after + 50);
      expect(status(machine)).toBe(1);
      expect(cause(machine)).toBe(failureCauses.timeout);
    });

    it('is waited for as long as software says', () => {
      const machine = ready();
      machine.write('timeout', 0);
      machine.memories[0].latency = 1000;
      const answer = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect(answer.responses).toEqual([0]);
      expect(status(machine)).toBe(0);
    });

    it.each<[string, (machine: Machine) => void]>([
      [
        'answers a read that nobody asked',
        ({ units }) => {
          units[0]!.set('m0_axi_rvalid', 1);
          units[0]!.set('m0_axi_rid', 7);
        },
      ],
      [
        'gives the walker what it did not ask',
        ({ units }) => {
          units[0]!.set('m0_axi_rvalid', 1);
          units[0]!.set('m0_axi_rid', 16);
        },
      ],
      ['answers a write that nobody made', ({ units }) => units[0]!.set('m0_axi_bvalid', 1)],
    ])('that %s fails', (_, act) => {
      const machine = ready();
      machine.watch = () => act(machine);
      machine.run(1);
      machine.watch = undefined;
      machine.run(6);
      expect(status(machine)).toBe(1);
      expect(cause(machine)).toBe(failureCauses.failure);
    });

    it.each([0, 1])('that gives rlast %i where it must not be fails, and the read goes on', (last) => {
      const machine = ready();
      machine.watch = () => {
        if (machine.units[0]!.is('m0_axi_rvalid')) machine.units[0]!.set('m0_axi_rlast', last);
      };
      const answer = machine.ask(readOf(3 * pageBytes, { length: 3 }));
      machine.settle();
      expect(answer.data.map((beat) => beat[0])).toEqual([0, 8, 16, 24]);
      expect(status(machine)).toBe(1);
    });

    it('fails when so many errors are counted as software allows', () => {
      const machine = ready();
      machine.writeKeeper('error_limit', 2);
      machine.memories[0].errorAt = (address) => (inPage(address, 5) ? 2 : 0);
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect(status(machine)).toBe(0);
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      machine.run(3);
      expect(status(machine)).toBe(1);
      expect(cause(machine)).toBe(failureCauses.limit);
    });
  });
});
