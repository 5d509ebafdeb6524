import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { Buffer } from './buffer.ts';
import { Queue } from './queue.ts';

interface Entry {
  value: number;
}

const commands = fc.array(fc.record({ push: fc.boolean(), pop: fc.boolean() }), { maxLength: 200 });

test.prop([fc.integer({ min: 1, max: 4 }), commands])(
  'a buffer is the shift register of its definition',
  (capacity, cycles) => {
    const buffer = new Buffer<Entry>(capacity, () => ({ value: 0 }));
    let entries: number[] = [];
    let head = 0;
    cycles.forEach((cycle, index) => {
      expect([buffer.ready, buffer.valid, buffer.front.value]).toEqual([
        entries.length < capacity,
        entries.length > 0,
        head,
      ]);
      const pushes = cycle.push && buffer.ready;
      const pops = cycle.pop && buffer.valid;
      if (pushes) buffer.push().value = index + 1;
      if (pops) expect(buffer.pop().value).toBe(head);
      buffer.edge();
      entries = [...entries.slice(pops ? 1 : 0), ...(pushes ? [index + 1] : [])];
      head = entries[0] ?? head;
    });
    buffer.reset();
    expect([buffer.ready, buffer.valid, buffer.front.value]).toEqual([true, false, 0]);
  },
);

test.prop([fc.integer({ min: 1, max: 5 }), commands])(
  'a queue is the memory and register of its definition',
  (capacity, cycles) => {
    const queue = new Queue<Entry>(capacity, () => ({ value: 0 }));
    let memory: number[] = [];
    let register: number | null = null;
    cycles.forEach((cycle, index) => {
      expect([queue.ready, queue.valid]).toEqual([memory.length < capacity, register !== null]);
      if (register !== null) expect(queue.front.value).toBe(register);
      const pushes = cycle.push && queue.ready;
      const pops = cycle.pop && queue.valid;
      if (pushes) queue.push().value = index;
      if (pops) queue.pop();
      queue.edge();
      const oldest = memory[0];
      if (pops) register = null;
      if (register === null && oldest !== undefined) {
        register = oldest;
        memory = memory.slice(1);
      }
      if (pushes) memory = [...memory, index];
    });
    queue.reset();
    expect([queue.ready, queue.valid]).toEqual([true, false]);
  },
);

test('an entry pushed in cycle t is visible in t+1 behind a buffer, in t+2 behind a queue', () => {
  const buffer = new Buffer<Entry>(2, () => ({ value: 0 }));
  const queue = new Queue<Entry>(2, () => ({ value: 0 }));
  const seen: boolean[][] = [];
  buffer.push();
  queue.push();
  for (let cycle = 0; cycle < 3; cycle += 1) {
    seen.push([buffer.valid, queue.valid]);
    buffer.edge();
    queue.edge();
  }
  expect(seen).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
});
