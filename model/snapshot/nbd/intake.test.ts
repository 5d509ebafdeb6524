/** Bytes are taken as they were received, whatever the lengths, and what is kept stays as it was. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { Intake } from './intake.ts';

/** Puts as many of the bytes as there is room for. */
const receive = (intake: Intake, bytes: Uint8Array): number => {
  const space = intake.space();
  const count = Math.min(space.length, bytes.length);
  space.set(bytes.subarray(0, count));
  intake.received(count);
  return count;
};

const lengths = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 5000 }) },
  fc.integer({ min: 1, max: 300_000 }),
);

test.prop([fc.array(fc.record({ received: lengths, taken: lengths, keeps: fc.nat(6) }), { maxLength: 60 })], {
  numRuns: 100,
})('what is taken is what was received, also when it is kept while more comes', (steps) => {
  const intake = new Intake();
  const byteAt = (at: number): number => (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  let [received, taken, awaited] = [0, 0, 0];
  const kept: { readonly bytes: Buffer; readonly at: number; left: number }[] = [];
  for (const { received: more, taken: count, keeps } of steps) {
    for (let left = more; left > 0; ) {
      const piece = Uint8Array.from({ length: left }, (_, index) => byteAt(received + index));
      const done = receive(intake, piece);
      expect(done).toBeGreaterThan(0);
      received += done;
      left -= done;
    }
    expect(intake.length).toBe(received - taken);
    // Whoever waits for so many bytes asks for them again.
    const asked = awaited || count;
    const bytes = intake.take(asked);
    expect(bytes === null).toBe(asked > received - taken);
    awaited = bytes === null ? asked : 0;
    if (bytes !== null) {
      intake.keep(bytes);
      kept.push({ bytes, at: taken, left: keeps });
      taken += asked;
    }
    for (const one of [...kept]) {
      one.left -= 1;
      if (one.left > 0) continue;
      expect(one.bytes.every((byte, index) => byte === byteAt(one.at + index))).toBe(true);
      intake.letGo(one.bytes);
      kept.splice(kept.indexOf(one), 1);
    }
    if (kept.length === 0) expect(intake.kept).toBe(0);
  }
});

test('memory is used again: any number of bytes takes no more than a few pieces of it', () => {
  const intake = new Intake();
  const memories = new Set<ArrayBufferLike>();
  for (let round = 0; round < 2000; round += 1) {
    const space = intake.space();
    memories.add(space.buffer);
    intake.received(Math.min(space.length, 70_000));
    for (let bytes = intake.take(4124); bytes !== null; bytes = intake.take(4124)) {
      intake.keep(bytes);
      intake.letGo(bytes);
    }
  }
  expect(memories.size).toBeLessThan(8);
});

test('what is kept stays, also when all was taken', () => {
  const intake = new Intake();
  receive(intake, new Uint8Array(100).fill(1));
  const bytes = intake.take(100)!;
  intake.keep(bytes);
  receive(intake, new Uint8Array(100).fill(2));
  expect([...new Set(bytes)]).toEqual([1]);
  intake.letGo(bytes);
});
