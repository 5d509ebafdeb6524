/** The keeper: status, turns, and bringing a memory back. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine, MachineValues } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { restore } from '../../../../../model/hardware/memory-management-unit/bench/restore.ts';
import { failureCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const commands = { takeOut: 0, reset: 2, restore: 4, onLine: 6, clearLog: 8 } as const;

  const ready = (values: MachineValues = {}): Machine => {
    const machine = machineOf(kind, values);
    machine.tables.map(0, 3, { first: 5, second: 6 });
    machine.start();
    return machine;
  };

  const command = (machine: Machine, name: keyof typeof commands, memory = 0): void =>
    machine.writeKeeper('memory_command', 1 << (commands[name] + memory));
  const status = (machine: Machine): number => machine.readKeeper('memory_status');

  describe('a memory', () => {
    it('that is taken out is logged, and asked no more', () => {
      const machine = ready();
      command(machine, 'takeOut', 1);
      machine.run(2);
      expect(status(machine) & 15).toBe(2);
      expect(machine.readKeeper('log')).toBe(1 | (1 << 1) | (failureCauses.taken_out << 4));
      expect(machine.readKeeper('log_cycle')).toBeLessThan(machine.readKeeper('cycle'));
      const before = machine.memories[1].asked.length;
      machine.ask(writeOf(3 * pageBytes, 4));
      machine.settle();
      expect(machine.memories[1].asked).toHaveLength(before);
      command(machine, 'clearLog');
      expect(machine.readKeeper('log') & 1).toBe(0);
    });

    it('comes back only after a reset, is written first, and read when software says', () => {
      const machine = ready();
      command(machine, 'takeOut', 0);
      command(machine, 'restore', 0);
      command(machine, 'onLine', 0);
      expect(status(machine) & 15).toBe(1);
      command(machine, 'reset', 0);
      machine.run(20);
      expect((status(machine) >>> 4) & 3).toBe(1);
      command(machine, 'restore', 0);
      expect(status(machine) & 15).toBe(4);
      machine.ask(writeOf(3 * pageBytes, 7));
      machine.settle();
      machine.memories[0].write(5 * pageBytes, 99);
      const before = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      command(machine, 'onLine', 0);
      expect(status(machine) & 15).toBe(0);
      const after = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect([before.data[0]![0], after.data[0]![0]]).toEqual([7, 99]);
      expect(machine.memories[0].read(5 * pageBytes + 1)).toBe(7);
    });

    it('tells software by the interrupt', () => {
      const machine = ready();
      machine.writeKeeper('interrupt_enable', 1);
      expect(machine.keeper.is('irq')).toBe(false);
      command(machine, 'takeOut', 1);
      machine.run(2);
      expect(machine.keeper.is('irq')).toBe(true);
      machine.writeKeeper('interrupt_status', 1);
      machine.run(2);
      expect(machine.keeper.is('irq')).toBe(false);
    });
  });

  const failed = (machine: Machine, memory: 0 | 1): Machine => {
    command(machine, 'takeOut', memory);
    command(machine, 'reset', memory);
    machine.run(20);
    command(machine, 'restore', memory);
    return machine;
  };

  const copy = (machine: Machine, memory: number, from: number, to: number, pages: number): void => {
    machine.writeKeeper('copy_target', memory);
    machine.writeKeeper('copy_from_low', from * pageBytes);
    machine.writeKeeper('copy_to_low', to * pageBytes);
    machine.writeKeeper('copy_pages', pages);
    machine.writeKeeper('copy_command', 1);
  };
  const copying = (machine: Machine): boolean => (status(machine) & 0x2_0000) !== 0;
  const copyFailed = (machine: Machine): boolean => (status(machine) & 0x4_0000) !== 0;

  describe.each([64, 128] as const)('the engine at %i bits', (dataWidth) => {
    it('copies pages, with the forms that it is given', () => {
      const machine = ready({ dataWidth });
      for (let at = 0; at < 2 * pageBytes; at += 1) machine.memories[0].write(5 * pageBytes + at, (at * 7) & 255);
      failed(machine, 1);
      machine.writeKeeper('copy_forms', 1 | (2 << 4));
      copy(machine, 1, 5, 9, 2);
      machine.runUntil(() => !copying(machine), 'the end');
      expect(copyFailed(machine)).toBe(false);
      expect(machine.readKeeper('pages_done')).toBe(2);
      expect(machine.readKeeper('interrupt_status') & 4).toBe(4);
      for (let at = 0; at < 2 * pageBytes; at += 1) {
        expect(machine.memories[1].read(9 * pageBytes + at)).toBe((at * 7) & 255);
      }
      const asked = machine.memories.map((memory) => memory.asked.filter(({ address }) => address < 2 ** 26).at(-1)!);
      expect(asked.map(({ address }) => Math.floor(address / 2 ** 24))).toEqual([1, 2]);
      expect(asked[1]!.address % 2 ** 24).toBe(11 * pageBytes - 64);
    });
  });

  describe('the engine', () => {
    it('starts only where there is something to do', () => {
      const machine = ready();
      copy(machine, 1, 5, 9, 1);
      expect([copying(machine), copyFailed(machine)]).toEqual([false, true]);
      failed(machine, 1);
      copy(machine, 1, 5, 9, 0);
      expect([copying(machine), copyFailed(machine)]).toEqual([false, true]);
      copy(machine, 1, 5, 9, 1);
      expect([copying(machine), copyFailed(machine)]).toEqual([true, false]);
    });

    it('keeps writes to the frame out while a line is copied, and lets others through', () => {
      const machine = ready();
      machine.tables.map(0, 4, { first: 15, second: 16 });
      failed(machine, 1);
      machine.memories[0].latency = 200;
      copy(machine, 1, 5, 6, 1);
      const kept = machine.ask(writeOf(3 * pageBytes, 1, { id: 1 }));
      machine.run(60);
      expect(machine.keeper.is('claim')).toBe(true);
      expect(kept.done).toBe(false);
      expect(machine.memories[1].asked.filter(({ write }) => write)).toEqual([]);
      machine.memories[0].latency = 4;
      machine.runUntil(() => !copying(machine), 'the end');
      machine.settle();
      expect(machine.memories.map((memory, index) => memory.read((5 + index) * pageBytes))).toEqual([1, 1]);
    });

    it('loses no write that comes while it copies', () => {
      const machine = ready({ seed: 5 });
      failed(machine, 1);
      machine.memories[0].latency = 12;
      copy(machine, 1, 5, 6, 1);
      for (let count = 0; count < 60; count += 1) {
        machine.ask(writeOf(3 * pageBytes + 64 * ((count * 11) % 64), count, { length: count % 8 }));
      }
      machine.runUntil(() => !copying(machine), 'the end');
      machine.settle();
      for (let at = 0; at < pageBytes; at += 1) {
        expect(machine.memories[1].read(6 * pageBytes + at)).toBe(machine.memories[0].read(5 * pageBytes + at));
      }
    });

    it('stops after the present line when it is told to', () => {
      const machine = failed(ready(), 1);
      copy(machine, 1, 5, 9, 4);
      machine.run(60);
      machine.writeKeeper('copy_command', 2);
      machine.run(60);
      expect([copying(machine), copyFailed(machine)]).toEqual([false, false]);
      expect(machine.readKeeper('pages_done')).toBe(0);
      expect(machine.readKeeper('interrupt_status') & 4).toBe(4);
    });

    it.each([
      ['target', 1],
      ['source', 0],
    ] as const)('fails with the death of its %s', (_, dying) => {
      const machine = failed(ready(), 1);
      machine.writeKeeper('timeout', 100);
      copy(machine, 1, 5, 9, 4);
      machine.run(60);
      machine.memories[dying].death = 'silent';
      machine.run(200);
      expect([copying(machine), copyFailed(machine)]).toEqual([false, true]);
      expect(machine.keeper.is('claim')).toBe(false);
      expect((status(machine) >>> dying) & 1).toBe(1);
      expect((machine.readKeeper('log') >>> 4) & 7).toBe(failureCauses.taken_out);
    });

    it('makes a target fail that answers with an error, by its own cause', () => {
      const machine = failed(ready(), 1);
      command(machine, 'clearLog');
      machine.memories[1].errorAt = (_, write) => (write ? 2 : 0);
      copy(machine, 1, 5, 9, 1);
      machine.run(60);
      expect(status(machine) & 3).toBe(2);
      expect(machine.readKeeper('log')).toBe(1 | (1 << 1) | (failureCauses.engine << 4));
    });

    it.each([
      ['the first', 0],
      ['a middle', 24],
      ['the last', 56],
    ])('stops where its source has an error in %s beat of a line, and counts it: the source goes on', (_, beat) => {
      const machine = ready();
      machine.writeKeeper('error_limit', 2);
      machine.ask(writeOf(3 * pageBytes, 42));
      machine.settle();
      failed(machine, 0);
      command(machine, 'clearLog');
      // A place in the second page that no program reads.
      const bad = 6 * pageBytes + 640 + beat;
      machine.memories[1].errorAt = (address, write) => (!write && address % 2 ** 24 === bad ? 2 : 0);
      copy(machine, 0, 5, 5, 3);
      machine.runUntil(() => !copying(machine), 'the end of copying');
      expect(copyFailed(machine)).toBe(true);
      expect(machine.keeper.is('claim')).toBe(false);
      expect(machine.readKeeper('pages_done')).toBe(1);
      expect([0, 1].map((memory) => machine.readKeeper('errors', memory))).toEqual([0, 1]);
      // The first memory is being restored, the second has not failed, and is degraded.
      expect(status(machine) & 0xcf).toBe(0x84);
      expect(machine.readKeeper('log') & 1).toBe(0);
      const answer = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect([answer.responses, answer.data[0]![0]]).toEqual([[0], 42]);
      // A second one reaches the limit: but what has errors is better than nothing.
      copy(machine, 0, 6, 6, 1);
      machine.runUntil(() => !copying(machine), 'the end of copying');
      machine.run(4);
      expect(machine.readKeeper('errors', 1)).toBe(2);
      expect(status(machine) & 0xcf).toBe(0x84);
      // Once the other is on line, the next error counts.
      command(machine, 'onLine', 0);
      machine.tables.map(0, 4, { second: 6 });
      machine.ask(readOf(4 * pageBytes + 640 + beat));
      machine.settle();
      machine.run(4);
      expect(status(machine) & 3).toBe(2);
      expect((machine.readKeeper('log') >>> 4) & 7).toBe(failureCauses.limit);
    });
  });

  it('a memory that was replaced is as the other again', () => {
    const machine = ready();
    for (let at = 0; at < 64; at += 1) machine.memories[1].write(6 * pageBytes + at, at);
    command(machine, 'takeOut', 0);
    const frames = 2 ** 12 - 128;
    restore(machine, 0, [
      { from: 6, to: 5, pages: 1 },
      { from: frames, to: frames, pages: 8 },
    ]);
    const answer = machine.ask(readOf(3 * pageBytes, { length: 7 }));
    machine.settle();
    expect(answer.data.map((beat) => beat[0])).toEqual([0, 8, 16, 24, 32, 40, 48, 56]);
    expect(machine.memories[0].asked.at(-1)!.address).toBe(5 * pageBytes);
  });

  describe('the turn', () => {
    it('goes to one unit after the other, and each begins on both memories only with it', () => {
      const machine = ready({ units: 3 });
      for (const unit of machine.units.keys()) {
        for (let count = 0; count < 20; count += 1) machine.ask(writeOf(3 * pageBytes + 64 * unit, count), unit);
      }
      const holders = new Set<number>();
      machine.watch = () => {
        const turns = machine.units.map((unit) => unit.get('turn'));
        expect(turns.reduce((sum, each) => sum + each, 0)).toBe(1);
        const holder = turns.indexOf(1);
        machine.units.forEach((unit, number) => {
          if (unit.is('m0_axi_awvalid')) {
            holders.add(number);
            expect(number).toBe(holder);
          }
        });
      };
      machine.settle();
      expect(holders.size).toBe(3);
    });

    it('stays with the unit that has it while nobody else asks', () => {
      const machine = ready({ units: 2 });
      machine.ask(writeOf(3 * pageBytes, 1), 1);
      machine.settle();
      machine.run(20);
      expect(machine.units.map((unit) => unit.get('turn'))).toEqual([0, 1]);
    });
  });
});
