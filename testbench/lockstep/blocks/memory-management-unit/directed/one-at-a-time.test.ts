/** Memories that serve one burst after the other, whichever way it goes, as a single port or a bridge to one does. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  /** A unit that has used its two pages, both in both memories, the first one compared. */
  const ready = (): Machine => {
    const machine = machineOf(kind, { entries: 4, reads: 4, writes: 4 });
    machine.tables.map(0, 3, { first: 5, second: 6, compare: true });
    machine.tables.map(0, 4, { first: 7, second: 8 });
    machine.start();
    machine.write('timeout', 1000);
    for (const page of [3, 4]) machine.ask(readOf(page * pageBytes));
    machine.settle();
    return machine;
  };

  /** Each memory takes a burst when it has none, reads first, and now and then takes nothing. Calls back with what is open at each. */
  const serveOneByOne = (machine: Machine, see: (open: readonly string[]) => void = () => undefined): void => {
    const [unit] = machine.units as [Machine['units'][0]];
    const open = ['', ''];
    machine.watch = () => {
      for (const memory of [0, 1]) {
        const bus = `m${memory}_axi`;
        const holdBack = (...channels: readonly string[]): void => {
          for (const channel of channels) unit.set(`${bus}_${channel}ready`, 0);
        };
        const passes = (channel: string): boolean => unit.passes(`${bus}_${channel}`);
        if (open[memory] === 'read') holdBack('ar', 'aw', 'w');
        else if (open[memory] === 'write') holdBack('ar', 'aw');
        else if (machine.random() < 0.3) holdBack('ar', 'aw', 'w');
        else if (unit.is(`${bus}_arvalid`)) holdBack('aw', 'w');
        else if (!passes('aw')) holdBack('w');
        if (passes('ar')) open[memory] = 'read';
        else if (passes('aw')) open[memory] = 'write';
        else if ((passes('r') && unit.is(`${bus}_rlast`)) || passes('b')) open[memory] = '';
      }
      see(open);
    };
  };

  it('a compared read and a mirrored write do not wait for each other', () => {
    const machine = ready();
    let crossed = 0;
    serveOneByOne(machine, ([first, second]) => {
      if (first !== '' && second !== '' && first !== second) crossed += 1;
    });
    for (let gap = 0; gap < 12; gap += 1) {
      const write = machine.ask(writeOf(4 * pageBytes, gap, { length: 7, id: 1 }));
      machine.run(gap % 4);
      const read = machine.ask(readOf(3 * pageBytes, { length: 7 }));
      machine.settle();
      expect(write.responses).toEqual([0]);
      expect(read.responses).toEqual(new Array(8).fill(0));
    }
    expect(crossed).toBe(0);
    expect(machine.readKeeper('memory_status') & 15).toBe(0);
    expect(machine.memories.map((memory, index) => memory.read((7 + index) * pageBytes + 56))).toEqual([18, 18]);
  });

  it('neither direction keeps the other waiting for ever', () => {
    const machine = ready();
    const [processor] = machine.processors as [Machine['processors'][0]];
    for (const [access, other] of [
      [readOf(3 * pageBytes), writeOf(4 * pageBytes, 1, { id: 1 })],
      [writeOf(4 * pageBytes, 1, { id: 1 }), readOf(3 * pageBytes)],
    ] as const) {
      const stream = Array.from({ length: 200 }, () => machine.ask(access));
      machine.run(20);
      const begin = machine.cycle;
      const answer = machine.ask(other);
      machine.runUntil(() => answer.done, 'the other direction');
      // 64 cycles, and what is under way.
      expect(machine.cycle - begin).toBeLessThan(64 + 60);
      expect(stream.at(-1)!.done).toBe(false);
      machine.settle();
      expect(processor.busy).toBe(false);
    }
  });

  it('a compared read of what is being written finds no difference', () => {
    const machine = ready();
    machine.tables.map(0, 4, { first: 5, second: 6 });
    machine.bump(0, true);
    machine.memories[1].latency = 37;
    for (let round = 0; round < 40; round += 1) {
      machine.ask(writeOf(4 * pageBytes, round, { length: 7, id: 1 }));
      machine.run(round % 7);
      machine.ask(readOf(3 * pageBytes, { length: 7 }));
      machine.run(round);
    }
    machine.settle();
    expect(machine.read('differences')).toBe(0);
  });

  it('what differs is found where it is, and its first place is kept', () => {
    const machine = ready();
    machine.memories[1].write(6 * pageBytes + 8 * 5 + 3, 1);
    machine.memories[1].write(6 * pageBytes + 8 * 7, 1);
    machine.ask(readOf(3 * pageBytes + 16, { length: 7, id: 9 }));
    machine.settle();
    const place = () => [machine.read('difference'), machine.read('difference_address_low')];
    expect(machine.read('differences')).toBe(2);
    expect(place()).toEqual([3 | (9 << 16), 3 * pageBytes + 16]);
    expect(machine.read('difference_address_high')).toBe(0);
    machine.ask(readOf(3 * pageBytes + 56, { id: 2 }));
    machine.settle();
    expect(place()).toEqual([3 | (9 << 16), 3 * pageBytes + 16]);
    machine.write('interrupt_status', 2);
    expect(place()).toEqual([3 | (9 << 16), 3 * pageBytes + 16]);
    machine.ask(readOf(3 * pageBytes + 56, { id: 2 }));
    machine.settle();
    expect(place()).toEqual([2 << 16, 3 * pageBytes + 56]);
    expect(machine.read('differences')).toBe(4);
  });
});
