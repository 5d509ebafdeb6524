/** A domain that is destroyed at a drawn cycle, while a snapshot of it is being taken or copied. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HypercallError, pageBytes } from '../../hypervisor/guest/index.ts';
import { HypervisorError } from '../../hypervisor/memory/interface.ts';
import { SnapshotError } from '../storage.ts';
import { restless, twoGuests, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const destruction = fc.record({
  pages: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat({ max: 1000 }),
  increments: fc.boolean(),
  policy: fc.constantFrom<'break' | 'hold'>('break', 'hold'),
  /** Cycles between the two snapshots, and from the second's beginning to the destruction. */
  between: fc.integer({ min: 0, max: 20_000 }),
  after: fc.integer({ min: 0, max: 30_000 }),
});

test('a domain is destroyed in the midst of a snapshot: those that were taken show what they did, and its neighbours go on', {
  timeout: 3_600_000,
}, async () => {
  const { first } = await twoGuests();
  const property = fc.asyncProperty(destruction, async ({ pages, seed, increments, policy, between, after }) => {
    let going = true;
    const programs = [restless(pages, seed, () => going)];
    const options = { programs, domain: { pages }, storePages: 40, snapshots: { increments } };
    await withSnapshots(options, async ({ hypervisor, domain0, snapshots, images, read, sleep, destroy }) => {
      const { thread } = domain0;
      await thread.suspend(first.do(({ guest }) => guest.memory.write64(pageBytes, BigInt(seed) + 1n)));
      await snapshots.take(thread, 'one', policy);
      await sleep(between);
      let outcome = 'none';
      const taking = hypervisor.start(async (its) => {
        outcome = await snapshots.take(its.thread, 'two', policy).then(
          () => 'taken',
          (error: unknown) => {
            if (error instanceof SnapshotError || error instanceof HypervisorError) return error.message;
            throw error;
          },
        );
      });
      await sleep(after);
      // EBUSY: it stands still for its snapshot.
      for (let gone = false; !gone; ) {
        gone = await destroy().then(
          () => true,
          (error: unknown) => {
            if (error instanceof HypercallError && error.code === 'EBUSY') return false;
            throw error;
          },
        );
        if (!gone) await sleep(100);
      }
      await thread.suspend(taking.ended);
      going = false;
      expect(outcome).toMatch(/^taken$|is gone|there is no domain|is being made or ended|is ending/);
      const wanted = outcome === 'taken' ? ['one', 'two'] : ['one'];
      expect(snapshots.names).toEqual(wanted);
      for (const [index, name] of wanted.entries())
        expect([name, text(await read(name))]).toEqual([name, text(images.before[index]!)]);
      expect(snapshots.status.snapshots.map(({ inSource }) => inSource)).toEqual(wanted.map(() => 0));
      expect(await thread.suspend(first.do(({ guest }) => guest.memory.read64(pageBytes)))).toBe(BigInt(seed) + 1n);
    });
  });
  await fc.assert(property, { numRuns: thorough ? 50 : 1, endOnFailure: true });
});
