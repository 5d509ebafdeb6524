/** How many cycles things take, as the specification's "Constants" say. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  /** A machine that has walked to its page; memory answers in so many cycles. */
  const ready = (latency = 4): Machine => {
    const machine = machineOf(kind, { reads: 16, writes: 16 });
    machine.tables.map(0, 3, { first: 5 });
    machine.start();
    machine.ask(readOf(3 * pageBytes));
    machine.settle();
    for (const memory of machine.memories) memory.latency = latency;
    return machine;
  };

  /** The cycles in which channels of the unit had their handshake, by channel. */
  const handshakes = (machine: Machine, channels: readonly string[]): Readonly<Record<string, number[]>> => {
    const seen: Record<string, number[]> = Object.fromEntries(channels.map((channel) => [channel, []]));
    machine.watch = () => {
      for (const channel of channels) if (machine.units[0]!.passes(channel)) seen[channel]!.push(machine.cycle);
    };
    return seen;
  };

  it('a read crosses in one cycle each way', () => {
    const machine = ready();
    const seen = handshakes(machine, ['s_axi_ar', 'm0_axi_ar', 'm0_axi_r', 's_axi_r']);
    machine.ask(readOf(3 * pageBytes, { length: 3 }));
    machine.settle();
    expect(seen.m0_axi_ar![0]! - seen.s_axi_ar![0]!).toBe(1);
    expect(seen.s_axi_r!.map((cycle, beat) => cycle - seen.m0_axi_r![beat]!)).toEqual([1, 1, 1, 1]);
  });

  it('a write is at the memory after two cycles, its first beat after three, its answer back after two', () => {
    const machine = ready();
    const seen = handshakes(machine, ['s_axi_aw', 's_axi_w', 'm0_axi_aw', 'm0_axi_w', 'm0_axi_b', 's_axi_b']);
    machine.ask(writeOf(3 * pageBytes, 1, { length: 3 }));
    machine.settle();
    const start = seen.s_axi_aw![0]!;
    expect(seen.m0_axi_aw![0]! - start).toBe(2);
    expect(seen.m0_axi_w!.map((cycle) => cycle - start)).toEqual([3, 4, 5, 6]);
    expect(seen.s_axi_b![0]! - seen.m0_axi_b![0]!).toBe(2);
  });

  it('a bump costs one cycle without a lookup', () => {
    const withBump = [false, true].map((bumps) => {
      const machine = ready();
      const seen = handshakes(machine, ['m0_axi_ar']);
      for (let count = 0; count < 30; count += 1) machine.ask(readOf(3 * pageBytes, { id: count % 8 }));
      if (bumps) machine.bump(77);
      machine.settle();
      return seen.m0_axi_ar!.at(-1)! - seen.m0_axi_ar![0]!;
    });
    expect(withBump[1]! - withBump[0]!).toBe(1);
  });

  describe('one beat a cycle is sustained', () => {
    const gaps = (cycles: readonly number[]): number => cycles.at(-1)! - cycles[0]! - (cycles.length - 1);

    it('in both directions at once', () => {
      const machine = ready(2);
      const seen = handshakes(machine, ['s_axi_r', 'm0_axi_w']);
      for (let count = 0; count < 12; count += 1) {
        machine.ask(readOf(3 * pageBytes + 64 * count, { length: 7, id: count % 2 }));
        machine.ask(writeOf(3 * pageBytes + 64 * (32 + count), 1, { length: 7, id: count % 2 }));
      }
      machine.settle();
      expect(seen.s_axi_r).toHaveLength(96);
      expect(gaps(seen.s_axi_r!)).toBe(0);
      expect(gaps(seen.m0_axi_w!)).toBe(0);
    });

    it.each([true, false])('by bursts of one beat (writes: %s)', (writes) => {
      const machine = ready(2);
      const channel = writes ? 'm0_axi_w' : 's_axi_r';
      const seen = handshakes(machine, [channel]);
      for (let count = 0; count < 40; count += 1) {
        const address = 3 * pageBytes + 8 * count;
        machine.ask(writes ? writeOf(address, 1, { id: 0 }) : readOf(address, { id: 0 }));
      }
      machine.settle();
      expect(seen[channel]).toHaveLength(40);
      expect(gaps(seen[channel]!)).toBe(0);
    });
  });

  it('a walk asks once for each level', () => {
    const machine = ready();
    machine.tables.map(0, 0x12345, { first: 9 });
    const before = machine.memories[0].asked.length;
    machine.ask(readOf(0x1234_5000));
    machine.settle();
    expect(machine.memories[0].asked.length - before).toBe(5);
  });

  describe('from a read request to its first beat, where memory gives the first beat of each read n cycles after the request', () => {
    const cycles = (n: number, page: number, superPage: boolean): number => {
      const machine = ready(n);
      machine.tables.map(0, page, { first: superPage ? 512 : 9, superPage });
      const seen = handshakes(machine, ['s_axi_ar', 's_axi_r']);
      machine.ask(readOf(page * pageBytes));
      machine.settle();
      return seen.s_axi_r![0]! - seen.s_axi_ar![0]!;
    };

    it.each([2, 30])('n = %i: a hit, a walk to a page, a walk to a super page', (n) => {
      const hit = n + 2;
      const level = n + 3;
      expect(cycles(n, 3, false)).toBe(hit);
      expect(cycles(n, 0x12345, false)).toBe(hit + 4 * level + 4);
      expect(cycles(n, 0x12200, true)).toBe(hit + 3 * level + 4);
    });
  });
});
