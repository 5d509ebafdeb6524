/** A domain that is destroyed at a drawn cycle, while frames come into its ring. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketRing, pageBytes, TrustedCalls } from '../guest/index.ts';
import { Agent } from '../testing/agent.ts';
import { launch, twoGuests } from '../testing/machine.ts';
import { numbered, steerTo, taken } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const neighbourRing = { page: 0, entries: 2 } as const;

const destruction = fc.record({
  entries: fc.integer({ min: 1, max: 4 }),
  copies: fc.constantFrom<'first' | 'second' | 'both'>('first', 'second', 'both'),
  /** Cycles from one frame to the next, and from the first to the destruction. */
  every: fc.integer({ min: 20, max: 400 }),
  after: fc.integer({ min: 0, max: 12_000 }),
  /** Whether the guest reads its ring meanwhile. */
  reads: fc.boolean(),
});

test('a domain is destroyed while frames come into its ring: who has its memory next finds zeros, and a neighbour all of its own frames', {
  timeout: 3_600_000,
}, async () => {
  const machine = await twoGuests();
  const { hypervisor } = machine;
  const { clock, outside } = hypervisor.platform;
  const property = fc.asyncProperty(destruction, async ({ entries, copies, every, after, reads }) => {
    await hypervisor.run(async (domain0) => {
      const { thread } = domain0;
      const calls = new TrustedCalls(domain0);
      const [dying, living, heir] = [new Agent(), new Agent(), new Agent()];
      const size = { pages: 9, maximum: 9 };
      const victim = await launch(hypervisor, domain0, [dying.program], { ...size, copies });
      const neighbour = await launch(hypervisor, domain0, [living.program], { pages: 4, maximum: 4 });
      const kept = await thread.suspend(
        living.do(({ guest, calls: own }) => PacketRing.open(guest, own, neighbourRing)),
      );
      const ring = await thread.suspend(
        dying.do(({ guest, calls: own }) => PacketRing.open(guest, own, { page: 0, entries })),
      );
      await steerTo(domain0, ring.client);
      const count = Math.ceil(12_000 / every / 4);
      for (const [index, frame] of numbered(count).entries())
        outside.network[0].send(frame, clock.now + 1 + every * index);
      if (reads)
        void dying.do(async ({ guest, calls: own }) => {
          for (;;) {
            await own.block(guest.now + 500);
            await ring.take();
          }
        });
      await thread.suspend(clock.sleep(after));
      await calls.destroy(victim.domain);
      const next = await launch(hypervisor, domain0, [heir.program], { ...size, copies });
      // While what is left of the frames comes.
      const zeros = await thread.suspend(
        heir.do(async ({ guest }) => {
          const found: number[] = [];
          for (let page = 0; page < size.pages; page += 1)
            if ((await guest.memory.read(page * pageBytes, pageBytes)).some((byte) => byte !== 0)) found.push(page);
          return found;
        }),
      );
      expect(zeros).toEqual([]);
      await thread.suspend(clock.sleep(every * count + 3000));
      await steerTo(domain0, kept.client);
      const frames = numbered(3, 200);
      for (const [index, frame] of frames.entries()) outside.network[0].send(frame, clock.now + 300 * (index + 1));
      const got = await thread.suspend(living.do((kit) => taken(kit, kept, frames.length)));
      expect(got.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
        frames.map((frame) => Buffer.from(frame).toString('hex')),
      );
      for (const domain of [next.domain, neighbour.domain]) await calls.destroy(domain);
    });
    expect(await machine.audit()).toEqual([]);
  });
  // In the midst of frames, which the guest reads.
  const busy = { entries: 4, copies: 'both', every: 60, after: 3000, reads: true } as const;
  await fc.assert(property, { numRuns: thorough ? 50 : 1, examples: [[busy]], endOnFailure: true });
});
