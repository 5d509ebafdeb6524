/** Pages are taken back with one write. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine, MachineValues } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf, type Mapping } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  const ready = (mapping: Mapping, values: MachineValues = {}): Machine => {
    const machine = machineOf(kind, values);
    machine.tables.map(0, 3, mapping);
    machine.start();
    return machine;
  };

  /** Fills a frame's first bytes. */
  const fill = (machine: Machine, memory: 0 | 1, frame: number, byte: number): void => {
    for (let offset = 0; offset < 64; offset += 1) machine.memories[memory].write(frame * pageBytes + offset, byte);
  };

  describe('a page that was taken back', () => {
    it('is read from its new frame, also by what was under way', () => {
      const machine = ready({ first: 5 });
      fill(machine, 0, 5, 1);
      fill(machine, 0, 6, 2);
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      machine.memories[0].latency = 60;
      const answers = [0, 1, 0].map((id) => machine.ask(readOf(3 * pageBytes, { id, length: 7 })));
      machine.run(8);
      machine.tables.map(0, 3, { first: 6 });
      machine.bump(indexOf(machine.parameters, { first: 5 }));
      fill(machine, 0, 5, 0xee);
      machine.settle();
      expect(answers.flatMap(({ data }) => data.map((beat) => beat[0]))).toEqual(new Array(24).fill(2));
    });

    it('is not written in its old frame any more', () => {
      const machine = ready({ first: 5, second: 7 });
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      for (const memory of machine.memories) memory.latency = 40;
      for (const processor of machine.processors) processor.stall = 0.9;
      const answer = machine.ask(writeOf(3 * pageBytes, 1, { length: 7 }));
      machine.runUntil(() => machine.memories[0].read(5 * pageBytes + 16) !== 0, 'a beat');
      machine.tables.map(0, 3, { first: 6, second: 8 });
      machine.bump(indexOf(machine.parameters, { first: 5 }));
      const frame = (): number[] =>
        Array.from({ length: 8 }, (_, beat) => machine.memories[0].read(5 * pageBytes + 8 * beat));
      const old = frame();
      expect(old[2]).toBe(3);
      expect(old[7]).toBe(0);
      machine.settle();
      expect(answer.responses).toEqual([0]);
      expect(frame()).toEqual(old);
      for (let beat = 0; beat < 8; beat += 1) {
        const [first, second] = [6, 8].map((each, memory) =>
          machine.memories[memory]!.read(each * pageBytes + 8 * beat),
        );
        expect(first).toBe(old[beat] === 0 ? 1 + beat : 0);
        expect(second).toBe(first);
      }
    });

    it('costs a page with the same index a walk, and others nothing', () => {
      const machine = machineOf(kind, { cookieIndexWidth: 4 });
      machine.tables.map(0, 1, { first: 1 });
      machine.tables.map(0, 2, { first: 0x11 << 1 });
      machine.tables.map(0, 3, { first: 0x20 });
      machine.start();
      for (const page of [1, 2, 3]) machine.ask(readOf(page * pageBytes));
      machine.settle();
      expect(machine.read('misses')).toBe(3);
      machine.bump(2);
      for (const page of [1, 2, 3]) machine.ask(readOf(page * pageBytes));
      machine.settle();
      // 0x22 is 2 xor 2, and so are none; 0x20 is 2.
      expect(machine.read('restarts')).toBe(1);
      expect(machine.read('misses')).toBe(4);
    });
  });

  it('a cookie that comes round again drops every entry', () => {
    const machine = ready({ first: 5 }, { cookieWidth: 2 });
    machine.tables.map(0, 4, { first: 9 });
    const touch = (): void => {
      for (const page of [3, 4]) machine.ask(readOf(page * pageBytes));
      machine.settle();
    };
    touch();
    for (let count = 0; count < 4; count += 1) machine.bump(5);
    touch();
    expect(machine.read('restarts')).toBe(0);
    expect(machine.read('misses')).toBe(4);
  });

  it('a bump of all lets walks start anew', () => {
    const machine = ready({ first: 5 });
    machine.memories[0].latency = 50;
    machine.memories[1].latency = 50;
    const answer = machine.ask(readOf(3 * pageBytes));
    const walks = (): number =>
      machine.memories[0].asked.filter(({ address }) => address === machine.tables.root).length;
    machine.run(20);
    expect(walks()).toBe(1);
    machine.bump(0, true);
    machine.settle();
    expect(walks()).toBe(2);
    expect(answer.responses).toEqual([0]);
  });

  it('a walk whose index is bumped meanwhile reads its leaf again, and no more', () => {
    const machine = ready({ first: 5 });
    machine.memories[0].latency = 50;
    const answer = machine.ask(readOf(3 * pageBytes));
    const walked = () =>
      machine.memories[0].asked.map(({ address }) => address).filter((address) => address >= machine.tables.root);
    machine.runUntil(() => walked().length === 4, 'the reading of the leaf');
    machine.bump(5);
    machine.bump(6);
    machine.settle();
    expect(walked()).toHaveLength(5);
    expect(walked()[4]).toBe(walked()[3]);
    expect(answer.responses).toEqual([0]);
    expect(machine.read('misses')).toBe(1);
  });

  describe('the answer to a bump', () => {
    const cyclesOfBump = (machine: Machine): number => {
      const start = machine.cycle;
      machine.bump(5);
      return machine.cycle - start;
    };

    it.each([1, 2, 4])('comes five cycles after its execution with %i units', (units) => {
      const machine = ready({ first: 5 }, { units });
      // Accepted in the first cycle, executed in the second; five later it is there, and taken.
      expect(cyclesOfBump(machine)).toBe(7);
    });

    it('waits for writes to the page that memory has not answered', () => {
      const machine = ready({ first: 5 });
      machine.ask(readOf(3 * pageBytes));
      machine.settle();
      machine.memories[0].latency = 100;
      const answer = machine.ask(writeOf(3 * pageBytes, 1));
      machine.run(10);
      expect(cyclesOfBump(machine)).toBeGreaterThan(80);
      machine.run(3);
      expect(answer.done).toBe(true);
    });
  });
});
