/** Page tables, and the faults of accesses. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Access } from '../../../../../model/hardware/memory-management-unit/bench/bursts.ts';
import type { Machine, MachineValues } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { leafBits, type Mapping } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { entryFields, faultCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  const ready = (mappings: Readonly<Record<number, Mapping>>, values: MachineValues = {}): Machine => {
    const machine = machineOf(kind, values);
    for (const [page, mapping] of Object.entries(mappings)) machine.tables.map(0, Number(page), mapping);
    machine.start();
    return machine;
  };

  /** The responses of an access, and the fault that it left. */
  const outcome = (machine: Machine, access: Access) => {
    const answer = machine.ask(access);
    machine.settle();
    const fault = machine.read('fault');
    const recorded = {
      write: (fault >>> 1) & 1,
      cause: (fault >>> 4) & 7,
      address: machine.read('fault_address_low'),
    };
    machine.write('fault_clear', 1);
    return { responses: answer.responses, data: answer.data, fault: (fault & 1) === 0 ? undefined : recorded };
  };

  const reached = (machine: Machine): number[] =>
    machine.memories
      .flatMap((memory) => memory.asked.map(({ address }) => address % 2 ** 24))
      .filter((a) => a < 2 ** 22);

  describe('a page', () => {
    it('leads to the frame and the form of each memory', () => {
      const machine = ready({ 3: { first: 5, firstForm: 2 }, 4: { second: 6, secondForm: 7 } });
      for (const page of [3, 4]) machine.ask(readOf(page * pageBytes + 8));
      machine.settle();
      expect(machine.memories[0].asked.map(({ address }) => address)).toContain(2 * 2 ** 24 + 5 * pageBytes + 8);
      expect(machine.memories[1].asked.map(({ address }) => address)).toContain(7 * 2 ** 24 + 6 * pageBytes + 8);
    });

    it('of 2 MiB takes nine more bits from the address, and one entry', () => {
      const machine = ready({ 512: { first: 0x7ff, superPage: true } });
      machine.ask(readOf(0x200_0000 - 0x1e0_0000 + 5 * pageBytes));
      machine.settle();
      machine.ask(readOf(0x20_0000 + 6 * pageBytes + 16));
      machine.settle();
      expect(machine.memories[0].asked.map(({ address }) => address)).toContain((0x600 + 5) * pageBytes);
      expect(machine.memories[0].asked.map(({ address }) => address)).toContain((0x600 + 6) * pageBytes + 16);
      expect(machine.read('misses')).toBe(1);
    });

    it('is found for its domain, from the register or beside the request', () => {
      const machine = machineOf(kind, { sideband: true });
      machine.tables.map(1, 3, { first: 5 });
      machine.tables.map(2, 3, { first: 6 });
      machine.start();
      for (const domain of [1, 2]) machine.ask(readOf(3 * pageBytes, { domain }));
      machine.settle();
      expect(reached(machine)).toEqual([5 * pageBytes, 6 * pageBytes]);
      const byRegister = machineOf(kind);
      byRegister.tables.map(2, 3, { first: 6 });
      byRegister.start();
      byRegister.write('domain', 2);
      byRegister.ask(readOf(3 * pageBytes));
      byRegister.settle();
      expect(reached(byRegister)).toEqual([6 * pageBytes]);
    });

    it('is read from tables by four reads, which a lost memory does not hinder', () => {
      const machine = ready({ 3: { first: 5, second: 5 } });
      machine.memories[0].errorAt = (address) => (address % 2 ** 24 >= 2 ** 22 ? 2 : 0);
      const { responses } = outcome(machine, readOf(3 * pageBytes));
      expect(responses).toEqual([0]);
      const tableReads = machine.memories.map(({ asked }) => asked.filter(({ address }) => address >= 2 ** 22).length);
      expect(tableReads).toEqual([4, 4]);
    });

    it('is the same address in both memories before there are tables', () => {
      const machine = machineOf(kind);
      machine.write('control', 1);
      machine.runUntil(() => (machine.readKeeper('memory_status') & 0x1_0000) !== 0, 'the keeper');
      machine.ask(writeOf(0x12_3450, 9));
      machine.settle();
      expect(machine.memories.map((memory) => memory.read(0x12_3450))).toEqual([9, 9]);
      expect(outcome(machine, readOf(2 ** 24))).toMatchObject({ responses: [3], fault: { cause: 1 } });
    });
  });

  describe('an access', () => {
    const all = { first: 5, second: 6 };

    it.each<[string, Mapping, Partial<Access>, boolean]>([
      ['reads without the right', { ...all, read: false }, {}, false],
      ['fetches without the right', { ...all, execute: false }, { prot: 4 }, false],
      ['writes without the right', { ...all, write: false }, {}, true],
      ['is of a user without the right', { ...all, user: false }, {}, false],
    ])('that %s is refused, and noted', (_, mapping, change, write) => {
      const machine = ready({ 3: mapping });
      const access = (write ? writeOf : readOf)(3 * pageBytes, 0, change);
      const refused = write ? writeOf(3 * pageBytes, 0, change) : readOf(3 * pageBytes, change);
      expect(access.address).toBe(refused.address);
      expect(outcome(machine, refused)).toMatchObject({
        responses: [2],
        fault: { write: Number(write), cause: faultCauses.permission, address: 3 * pageBytes },
      });
      expect(reached(machine)).toEqual([]);
      expect(machine.read('interrupt_status')).toBe(1);
      expect(outcome(machine, { ...refused, prot: refused.prot | 1 }).responses).toEqual([
        mapping.user === false ? 0 : 2,
      ]);
    });

    it('of a faked page is answered without any memory', () => {
      const machine = ready({ 3: { ...all, fake: true } });
      const got = outcome(machine, readOf(3 * pageBytes, { length: 1 }));
      expect(got.responses).toEqual([0, 0]);
      expect(got.data.map((beat) => [...beat])).toEqual([new Array(8).fill(255), new Array(8).fill(255)]);
      expect(outcome(machine, writeOf(3 * pageBytes, 1))).toMatchObject({ responses: [0], fault: undefined });
      expect(reached(machine)).toEqual([]);
    });

    it.each<[string, number, (bits: bigint) => bigint, number]>([
      ['without an entry', 0, () => 0n, faultCauses.no_translation],
      ['with neither translation', 0, (bits) => bits & ~(3n << BigInt(entryFields.first)), faultCauses.malformed],
      ['with a leaf at level 2', 2, (bits) => bits, faultCauses.malformed],
      ['with a leaf at level 3', 3, (bits) => bits, faultCauses.malformed],
      ['with no leaf at level 0', 0, (bits) => bits & ~2n, faultCauses.malformed],
    ])('to a page %s is answered with DECERR', (_, level, change, cause) => {
      const machine = ready({ 3: all });
      machine.tables.put(0, 3, level, change(leafBits(all)));
      const got = outcome(machine, readOf(3 * pageBytes, { length: 1, id: 3 }));
      expect(got).toMatchObject({ responses: [3, 3], fault: { write: 0, cause } });
      expect(got.data.every((beat) => beat.every((byte) => byte === 0))).toBe(true);
      expect(outcome(machine, writeOf(3 * pageBytes, 1))).toMatchObject({ responses: [3], fault: { write: 1, cause } });
    });

    it('whose only memories are lost is answered with SLVERR', () => {
      const machine = ready({ 3: { second: 5 } });
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      machine.writeKeeper('memory_command', 2);
      expect(outcome(machine, readOf(3 * pageBytes))).toMatchObject({ responses: [2], fault: { cause: 4 } });
      expect(outcome(machine, writeOf(3 * pageBytes, 1))).toMatchObject({
        responses: [2],
        fault: { write: 1, cause: 4 },
      });
    });

    it('keeps its fault until it is cleared', () => {
      const machine = ready({});
      machine.ask(readOf(7 * pageBytes, { id: 5 }));
      machine.settle();
      machine.ask(writeOf(8 * pageBytes, 1));
      machine.settle();
      expect(machine.read('fault')).toBe(1 | (1 << 4) | (5 << 16));
      expect(machine.read('fault_address_low')).toBe(7 * pageBytes);
    });
  });

  it('entries are replaced one after the other when all are in use', () => {
    const pages = Object.fromEntries([1, 2, 3, 4, 5, 6].map((page) => [page, { first: page }]));
    const machine = ready(pages, { entries: 4 });
    const touch = (page: number): number => {
      const before = machine.read('misses');
      machine.ask(readOf(page * pageBytes));
      machine.settle();
      return machine.read('misses') - before;
    };
    expect([1, 2, 3, 4, 5, 6].map(touch)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([3, 4, 5, 6, 1].map(touch)).toEqual([0, 0, 0, 0, 1]);
    expect([2, 4].map(touch)).toEqual([1, 1]);
  });
});
