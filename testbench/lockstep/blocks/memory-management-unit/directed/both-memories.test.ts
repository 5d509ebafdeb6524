/** A unit that reads and writes on both memories at once, before memories that serve one burst after the other. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  /** Page 3 is compared, page 4 mirrored only. */
  const ready = (): Machine => {
    const machine = machineOf(kind, { units: 1, entries: 4, reads: 4, writes: 4 });
    machine.tables.map(0, 3, { first: 5, second: 6, compare: true });
    machine.tables.map(0, 4, { first: 7, second: 8 });
    machine.start();
    for (const page of [3, 4]) machine.ask(readOf(page * pageBytes));
    machine.settle();
    return machine;
  };

  /** Each memory serves one burst of the unit at a time, as one with a single port or a bridge to AHB does; now and then it takes nothing. */
  const serveInTurn = (machine: Machine): void => {
    const unit = machine.units[0]!;
    const serves: ('read' | 'write' | undefined)[] = [undefined, undefined];
    machine.watch = () => {
      for (const memory of [0, 1]) {
        const port = `m${memory}_axi`;
        const close = (...channels: string[]): void => {
          for (const channel of channels) unit.set(`${port}_${channel}ready`, 0);
        };
        if (serves[memory] === 'read') close('ar', 'aw', 'w');
        else if (serves[memory] === 'write') close('ar', 'aw');
        else if (machine.random() < 0.3) close('ar', 'aw');
        else if (unit.is(`${port}_arvalid`) && unit.is(`${port}_awvalid`)) close('aw');
        if (serves[memory] === undefined && !unit.passes(`${port}_aw`)) close('w');
        if (unit.passes(`${port}_ar`)) serves[memory] = 'read';
        else if (unit.passes(`${port}_aw`)) serves[memory] = 'write';
        else if (unit.passes(`${port}_b`)) serves[memory] = undefined;
        else if (unit.passes(`${port}_r`) && unit.is(`${port}_rlast`)) serves[memory] = undefined;
      }
    };
  };

  it('gets answers from memories that serve one burst at a time, and none is taken for dead', () => {
    const machine = ready();
    machine.write('timeout', 1000);
    serveInTurn(machine);
    for (let gap = 0; gap < 24; gap += 1) {
      const read = () => machine.ask(readOf(3 * pageBytes, { length: 7 }));
      const write = () => machine.ask(writeOf(4 * pageBytes, gap, { length: 7, id: 1 }));
      const [one, other] = gap % 2 === 0 ? [write, read] : [read, write];
      const first = one();
      machine.run(Math.floor(gap / 2) % 6);
      const second = other();
      machine.settle();
      expect([...first.responses, ...second.responses]).toEqual(new Array(9).fill(0));
    }
    expect(machine.readKeeper('memory_status') & 15).toBe(0);
  });

  it('notes where the first difference was, until software has seen it', () => {
    const machine = machineOf(kind, { units: 1, sideband: true, domainWidth: 4, idWidth: 4 });
    machine.tables.map(9, 2 ** 21 + 3, { first: 5, second: 6, compare: true });
    machine.start();
    const page = (2 ** 21 + 3) * pageBytes;
    const read = (offset: number, id: number): void => {
      machine.ask(readOf(page + offset, { length: 3, id, domain: 9 }));
      machine.settle();
    };
    const place = () =>
      (['difference', 'difference_address_low', 'difference_address_high'] as const).map((name) => machine.read(name));
    expect(place()).toEqual([0, 0, 0]);
    machine.memories[1].write(6 * pageBytes + 64 + 16, 1);
    machine.memories[1].write(6 * pageBytes + 64 + 24, 1);
    machine.memories[1].write(6 * pageBytes + 128, 1);
    read(64, 5);
    const first = [2 | (9 << 8) | (5 << 16), 3 * pageBytes + 64, 2];
    expect(place()).toEqual(first);
    read(128, 6);
    expect(place()).toEqual(first);
    expect(machine.read('differences')).toBe(3);
    machine.write('interrupt_status', 2);
    expect(place()).toEqual(first);
    read(128, 6);
    expect(place()).toEqual([(9 << 8) | (6 << 16), 3 * pageBytes + 128, 2]);
  });
});
