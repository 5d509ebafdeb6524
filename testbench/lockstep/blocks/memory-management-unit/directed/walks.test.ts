/** Walks under pages that are taken back: what they find is never old, and they come to their end. */
import { describe, expect, it } from 'vitest';
import { readOf } from '../../../../../model/hardware/memory-management-unit/bench/accesses.ts';
import { indexOf } from '../../../../../model/hardware/memory-management-unit/bench/page-tables.ts';
import { kinds, machineOf } from '../machines.ts';

describe.each(kinds)('%s', (kind) => {
  const pageBytes = 4096;

  /** After how many cycles it moves: in the quick run after every third. */
  const step = process.env.PORTCULLIS_THOROUGH === '1' ? 1 : 3;

  it('a page that moves while it is walked is read from its new frame', () => {
    for (let wait = 0; wait < 60; wait += step) {
      const machine = machineOf(kind, { entries: 4, cookieIndexWidth: 4 });
      const fill = (frame: number, byte: number): void => machine.memories[0].write(frame * pageBytes, byte);
      machine.tables.map(0, 3, { first: 5 });
      fill(5, 1);
      fill(6, 2);
      machine.start();
      const answer = machine.ask(readOf(3 * pageBytes));
      machine.run(wait);
      if (answer.done) return;
      machine.tables.map(0, 3, { first: 6 });
      machine.bump(indexOf(machine.parameters, { first: 5 }));
      fill(5, 0xee);
      machine.settle();
      // Answered before the bump was, or by the new frame.
      expect([1, 2], `moved after ${wait} cycles`).toContain(answer.data[0]![0]);
      const after = machine.ask(readOf(3 * pageBytes));
      machine.settle();
      expect(after.data[0]![0], `moved after ${wait} cycles`).toBe(2);
    }
    throw new Error('the walk has not come to its end');
  });

  it('another unit goes on walking while pages are taken back one after the other', () => {
    const machine = machineOf(kind, { units: 2, entries: 4 });
    for (let page = 0; page < 16; page += 1) machine.tables.map(0, page, { first: 16 + page });
    for (const memory of machine.memories) memory.latency = 48;
    machine.start();
    const walks = Array.from({ length: 16 }, (_, page) => machine.ask(readOf(page * pageBytes), 1));
    for (let number = 0; number < 256; number += 1) machine.bump(100 + (number % 128));
    expect(walks.filter(({ done }) => done).length).toBeGreaterThan(1);
    machine.settle();
    for (const { responses } of walks) expect(responses).toEqual([0]);
  });
});
