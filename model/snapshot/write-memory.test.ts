import { expect, test } from 'vitest';
import { WriteMemory } from './write-memory.ts';

test('memory of large writes is used again, unless a read that is under way looks at it', async () => {
  const memory = new WriteMemory();
  const data = (value: number): Uint8Array => new Uint8Array(65_536).fill(value);
  const first = memory.keep(data(1));
  memory.letGo(first);
  const second = memory.keep(data(2));
  expect(second.buffer).toBe(first.buffer);
  await memory.whileRead(async () => {
    memory.letGo(second);
    expect(memory.keep(data(3)).buffer).not.toBe(second.buffer);
    expect(second.equals(data(2))).toBe(true);
  });
  // Data that share a piece of it keep apart.
  const small = Array.from({ length: 100 }, (_, value) => memory.keep(new Uint8Array(10_000).fill(value)));
  expect(small.every((kept, value) => kept.equals(Buffer.alloc(10_000, value)))).toBe(true);
});
