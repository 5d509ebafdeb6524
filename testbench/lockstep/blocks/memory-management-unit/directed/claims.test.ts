/** The engine beside a write that had left the target out, and behind a page that the source cannot give. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;
  const lineBytes = 64;
  const copyingBit = 0x2_0000;
  const failedBit = 0x4_0000;

  /** Page 3 lies in frame 5 of either memory; memory 1 is out of use. */
  const ready = (): Machine => {
    const machine = machineOf(kind, { units: 1, entries: 4, reads: 4, writes: 4 });
    machine.tables.map(0, 3, { first: 5, second: 5 });
    machine.start();
    machine.ask(readOf(3 * pageBytes));
    machine.settle();
    machine.writeKeeper('memory_command', 2);
    return machine;
  };

  const comeBack = (machine: Machine): void => {
    machine.writeKeeper('memory_command', 8);
    machine.run(20);
    machine.memories[1].replace();
    machine.writeKeeper('memory_command', 32);
    machine.writeKeeper('memory_command', 256);
  };

  const copy = (machine: Machine, frame: number, pages: number): void => {
    machine.writeKeeper('copy_target', 1);
    machine.writeKeeper('copy_from_low', frame * pageBytes);
    machine.writeKeeper('copy_to_low', frame * pageBytes);
    machine.writeKeeper('copy_pages', pages);
    machine.writeKeeper('copy_command', 1);
  };
  const end = (machine: Machine): void =>
    machine.runUntil(() => (machine.readKeeper('memory_status') & copyingBit) === 0, 'the end of copying');

  it('a line waits for a write that had left the target out', () => {
    const machine = ready();
    const unit = machine.units[0]!;
    let beats = 0;
    let held = true;
    machine.watch = () => {
      if (held && beats > 0) unit.set('s_axi_wvalid', 0);
      if (unit.passes('s_axi_w')) beats += 1;
    };
    const write = machine.ask(writeOf(3 * pageBytes, 1, { length: 7 }));
    machine.runUntil(() => beats > 0, 'the first beat');
    comeBack(machine);
    copy(machine, 5, 1);
    machine.run(100);
    // Its last beats are still to come, and go to memory 0 alone.
    held = false;
    end(machine);
    machine.settle();
    expect(write.responses).toEqual([0]);
    expect(machine.readKeeper('memory_status') & (failedBit | 15)).toBe(8);
    const first = Array.from({ length: lineBytes }, (_, at) => machine.memories[0].read(5 * pageBytes + at));
    expect(first[lineBytes - 1]).toBe(8);
    expect(first.map((_, at) => machine.memories[1].read(5 * pageBytes + at))).toEqual(first);
  });

  it('goes on behind a page that the source cannot give', () => {
    const machine = ready();
    comeBack(machine);
    const bad = 21 * pageBytes + 3 * lineBytes;
    machine.memories[0].errorAt = (address, write) => (!write && address % 2 ** 24 === bad ? 2 : 0);
    for (let at = 0; at < 3 * pageBytes; at += lineBytes)
      machine.memories[0].write(20 * pageBytes + at, 1 + at / lineBytes);
    copy(machine, 20, 3);
    end(machine);
    expect([machine.readKeeper('memory_status') & (failedBit | 15), machine.readKeeper('pages_done')]).toEqual([
      failedBit | 8,
      1,
    ]);
    copy(machine, 22, 1);
    end(machine);
    expect(machine.readKeeper('memory_status') & (failedBit | 15)).toBe(8);
    const lines = Array.from({ length: 192 }, (_, line) => machine.memories[1].read(20 * pageBytes + lineBytes * line));
    // Of the page with the bad line, what comes before it.
    expect(lines).toEqual(lines.map((__, line) => (line >= 67 && line < 128 ? 0 : 1 + line)));
  });
});
