/** What other translation units are known to get wrong: several hits at once, false hits, another fault cause on a hit than on a miss, accesses after a flush. */
import { describe, expect, it } from 'vitest';
import { readOf, writeOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import type { Access } from '../../../../../model/hardware/memory-management-unit/bench/bursts.ts';
import type { Machine } from '../../../../../model/hardware/memory-management-unit/bench/machine.ts';
import { indexOf } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { faultCauses } from '../../../../../rtl/memory-management-unit/interface.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('known failings of others: %s', (kind) => {
  const pageBytes = 4096;
  const machineWith = () => machineOf(kind, { entries: 4, reads: 4, writes: 4, sideband: true });

  /** Fills a frame's first bytes. */
  const fill = (machine: Machine, frame: number, byte: number): void => {
    for (let offset = 0; offset < 64; offset += 1) machine.memories[0].write(frame * pageBytes + offset, byte);
  };

  /** The response and the recorded cause of an access, and whether it took a walk. */
  const outcome = (machine: Machine, access: Access) => {
    const before = machine.read('misses');
    const answer = machine.ask(access);
    machine.settle();
    const fault = machine.read('fault');
    machine.write('fault_clear', 1);
    return {
      walked: machine.read('misses') !== before,
      seen: { responses: answer.responses, cause: (fault & 1) === 0 ? 0 : (fault >>> 4) & 7 },
      byte: answer.data[0]?.[0],
    };
  };

  it('several hits at once: a super page over a page, and a page in a super page, leave one entry', () => {
    const machine = machineWith();
    fill(machine, 0x403, 1);
    fill(machine, 0x603, 2);
    fill(machine, 0x10, 3);
    machine.tables.map(0, 515, { first: 0x10 });
    machine.start();
    const at = 515 * pageBytes;
    expect(outcome(machine, readOf(at)).byte).toBe(3);
    // Mapped anew without a word to the unit: the old entry may be used, or the new one, but not both.
    machine.tables.map(0, 512, { first: 0x400, superPage: true });
    expect(outcome(machine, readOf(at)).byte).toBe(3);
    outcome(machine, readOf(514 * pageBytes));
    expect(outcome(machine, readOf(at))).toMatchObject({ walked: false, byte: 1 });
    machine.tables.map(0, 512, { first: 0x600, superPage: true });
    machine.bump(indexOf(machine.parameters, { first: 0x400, superPage: true }));
    expect(outcome(machine, readOf(at)).byte).toBe(2);
  });

  it('false hits: no bit of the page or the domain is left out of the comparison', () => {
    const machine = machineWith();
    machine.tables.map(5, 0x155_5555, { first: 5 });
    machine.tables.map(5, 0xaa_aa00, { first: 0x200, superPage: true });
    machine.start();
    const ask = (page: number, domain: number) => outcome(machine, readOf(page * pageBytes, { domain }));
    for (const [page, lowest] of [
      [0x155_5555, 0],
      [0xaa_aa00, 9],
    ] as const) {
      ask(page, 5);
      expect(ask(page, 5)).toMatchObject({ walked: false, seen: { responses: [0] } });
      for (let bit = 0; bit < 27; bit += 1)
        expect(ask(bit === 26 ? page ^ (2 ** 26) : page ^ (1 << bit), 5).walked, `bit ${bit}`).toBe(bit >= lowest);
      for (let bit = 0; bit < 4; bit += 1) expect(ask(page, 5 ^ (1 << bit)).walked, `domain bit ${bit}`).toBe(true);
      expect(ask(page, 5).walked).toBe(false);
    }
  });

  it.each<[string, Access, object, number]>([
    ['not to be read', readOf(3 * pageBytes), { first: 5, read: false }, faultCauses.permission],
    ['not to be written', writeOf(3 * pageBytes, 1), { first: 5, write: false }, faultCauses.permission],
    ['not to be executed', readOf(3 * pageBytes, { prot: 4 }), { first: 5, execute: false }, faultCauses.permission],
    ["not the user's", readOf(3 * pageBytes), { first: 5, user: false }, faultCauses.permission],
    ['in a memory that is lost', readOf(3 * pageBytes), { second: 5 }, faultCauses.lost],
    ['with neither translation', readOf(3 * pageBytes), {}, faultCauses.malformed],
  ])('another fault cause on a hit than on a miss: a page %s', (_, access, mapping, cause) => {
    const machine = machineWith();
    machine.tables.map(0, 3, mapping);
    machine.start();
    machine.writeKeeper('memory_command', 2);
    const seen = [1, 2, 3].map(() => outcome(machine, access).seen);
    expect(seen[0]!.cause).toBe(cause);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it.each([
    ['of its index', false],
    ['of all', true],
  ])('access after a flush: nothing under way goes by the old pages after the answer to a bump %s', (_, all) => {
    const machine = machineWith();
    const pages = all ? [3, 4] : [3];
    for (const page of pages) {
      machine.tables.map(0, page, { first: page });
      fill(machine, page, 1);
      fill(machine, page + 8, 2);
    }
    machine.start();
    for (const page of pages) machine.ask(readOf(page * pageBytes));
    machine.settle();
    machine.memories[0].latency = 60;
    const reads = pages.map((page) => machine.ask(readOf(page * pageBytes, { id: page, length: 3 })));
    const writes = pages.map((page) => machine.ask(writeOf(page * pageBytes + 64, 9, { id: page, length: 7 })));
    machine.run(4);
    machine.processors[0]!.stall = 0.9;
    for (const page of pages) machine.tables.map(0, page, { first: page + 8 });
    // With all, the index is that of neither page.
    machine.bump(all ? 77 : indexOf(machine.parameters, { first: 3 }), all);
    const held = (page: number): number[] =>
      Array.from({ length: 8 }, (_, beat) => machine.memories[0].read(page * pageBytes + 64 + 8 * beat));
    const old = pages.map(held);
    for (const page of pages) fill(machine, page, 0xee);
    machine.settle();
    for (const { data } of reads) expect(data.map((beat) => beat[0])).toEqual([2, 2, 2, 2]);
    expect(pages.map(held)).toEqual(old);
    for (const { responses } of writes) expect(responses).toEqual([0]);
    for (const [number, page] of pages.entries())
      held(page + 8).forEach((byte, beat) => expect(byte).toBe(old[number]![beat] === 0 ? 9 + beat : 0));
  });
});
