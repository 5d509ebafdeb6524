/** What a memory once did, or does not do for ever, while others go on beside it. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { failureCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const status = (machine: Machine): number => machine.readKeeper('memory_status') & 15;
  const cause = (machine: Machine): number => (machine.readKeeper('log') >>> 4) & 7;

  describe('a read that went on from the second memory', () => {
    const mirrored = { first: 5, second: 6 };
    const ready = (): Machine => {
      const machine = machineOf(kind, { entries: 4, reads: 4, writes: 4 });
      machine.tables.map(0, 3, mirrored);
      for (const memory of machine.memories)
        for (const frame of [5, 6, 9]) for (let at = 0; at < 64; at += 1) memory.write(frame * pageBytes + at, 77);
      machine.start();
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      return machine;
    };
    const isFive = (address: number): boolean => Math.floor((address % 2 ** 24) / pageBytes) === 5;
    const whole = { responses: [0, 0, 0, 0], data: [77, 77, 77, 77] };
    const seen = ({ responses, data }: ReturnType<Machine['ask']>) => ({ responses, data: data.map(([byte]) => byte) });

    it('is read from the first where software has put its page there meanwhile', () => {
      const machine = ready();
      machine.memories[0].errorAt = (address) => (isFive(address) ? 2 : 0);
      machine.memories[1].latency = 60;
      const answer = machine.ask(readOf(3 * pageBytes, { length: 3 }));
      machine.runUntil(() => machine.read('failovers') === 1, 'the failover');
      machine.tables.map(0, 3, { first: 9 });
      machine.bump(indexOf(machine.parameters, mirrored));
      machine.settle();
      expect(seen(answer)).toEqual(whole);
      expect(machine.read('fault')).toBe(0);
      expect(status(machine)).toBe(0);
    });

    it('is read from the first again where the second dies', () => {
      const machine = ready();
      machine.write('timeout', 100);
      let errors = 0;
      machine.memories[0].errorAt = (address) => {
        if (!isFive(address)) return 0;
        errors += 1;
        return errors === 1 ? 2 : 0;
      };
      machine.memories[1].death = 'silent';
      const answer = machine.ask(readOf(3 * pageBytes, { length: 3 }));
      machine.settle();
      expect(seen(answer)).toEqual(whole);
      expect(machine.read('failovers')).toBe(1);
      expect(status(machine)).toBe(2);
    });

    it('does not go back and forth where both refuse it', () => {
      const machine = ready();
      for (const memory of machine.memories) memory.errorAt = (address) => (address % 2 ** 24 < 7 * pageBytes ? 2 : 0);
      const answer = machine.ask(readOf(3 * pageBytes, { length: 3 }));
      machine.settle();
      expect(answer.responses).toEqual([2, 2, 2, 2]);
      expect(machine.read('failovers')).toBe(1);
    });
  });

  describe('an answer that never comes is found while others come', () => {
    const timeout = 200;
    const lost = 3;
    /** A unit with sixteen pages in both memories, more than its TLB has entries. */
    const ready = (): Machine => {
      const machine = machineOf(kind, { entries: 4, reads: 4, writes: 4 });
      for (let page = 0; page < 16; page += 1) machine.tables.map(0, page, { first: 16 + page, second: 16 + page });
      machine.start();
      machine.write('timeout', timeout);
      machine.ask(readOf(0));
      machine.settle();
      return machine;
    };
    /** The first memory does not see what is asked with one identifier, though it takes it. */
    const loses = (machine: Machine, channel: 'ar' | 'aw'): void => {
      const [unit] = machine.units as [Machine['units'][0]];
      const take = unit.take.bind(unit);
      unit.take = () => {
        take();
        const isLost = unit.passes(`m0_axi_${channel}`) && unit.get(`m0_axi_${channel}id`) === lost;
        if (isLost) unit.set(`m0_axi_${channel}ready`, 0);
      };
    };
    /** The slots that are watched before, each for no longer than memory takes, and the timeout. */
    const soon = 5 * timeout;

    it('of a read, while writes are walked for', () => {
      const machine = ready();
      loses(machine, 'ar');
      const answer = machine.ask(readOf(0, { id: lost }));
      const begin = machine.cycle;
      for (let count = 0; !answer.done; count += 1) {
        const write = machine.ask(writeOf((count % 16) * pageBytes, 1, { id: 1 }));
        machine.runUntil(() => write.done || answer.done, 'a write');
        expect(machine.cycle - begin).toBeLessThan(soon);
      }
      // Half of it, while writes are open on both memories.
      expect(machine.cycle - begin).toBeGreaterThan(timeout / 2);
      expect(answer.responses).toEqual([0]);
      expect([status(machine), cause(machine)]).toEqual([1, failureCauses.timeout]);
    });

    it('of a read, while reads are answered', () => {
      const machine = ready();
      loses(machine, 'ar');
      const answer = machine.ask(readOf(0, { id: lost }));
      const begin = machine.cycle;
      for (let count = 0; !answer.done; count += 1) {
        const read = machine.ask(readOf(0, { id: count % 3 }));
        machine.runUntil(() => read.done || answer.done, 'a read');
        expect(machine.cycle - begin).toBeLessThan(soon);
      }
      expect(answer.responses).toEqual([0]);
      expect([status(machine), cause(machine)]).toEqual([1, failureCauses.timeout]);
    });

    it('of a write, while writes are answered', () => {
      const machine = ready();
      const [unit] = machine.units as [Machine['units'][0]];
      // The answer of the first memory is dropped on its way.
      machine.watch = () => {
        if (unit.is('m0_axi_bvalid') && unit.get('m0_axi_bid') === lost) unit.set('m0_axi_bvalid', 0);
      };
      const answer = machine.ask(writeOf(0, 1, { id: lost }));
      const begin = machine.cycle;
      for (let count = 0; !answer.done; count += 1) {
        const write = machine.ask(writeOf(8, 1, { id: count % 3 }));
        machine.runUntil(() => write.done || answer.done, 'a write');
        expect(machine.cycle - begin).toBeLessThan(soon);
      }
      expect(answer.responses).toEqual([0]);
      expect([status(machine), cause(machine)]).toEqual([1, failureCauses.timeout]);
    });
  });
});
