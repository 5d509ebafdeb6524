/** A memory of the platform dies under a ring while domain 0 dies too, again and again: the guest's programs notice nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { everything } from '../guest/everything.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { compare, newSide, type Promises, someOperation } from '../guest/random-operations.ts';
import { MemoryTree } from '../memory/tree.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import type { Tree } from '../tree/tree.ts';
import { GuestRing } from './guest-ring.ts';
import { mortalDoors } from './mortal-door.ts';
import { type RingService, serveRing } from './ring-service.ts';
import { twoProcessors } from './two-processors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const areaBytes = 16_384;

/** Files that were open when their names went are stale after a restart, as the page says: here, names alone. */
const operation = someOperation.filter(
  ({ text }) =>
    text.includes('share') &&
    // Names that are there often.
    !/share\/[^/ ]+\/[^/ ]+\/|größe/.test(text) &&
    !/^(open|read |write |ftruncate|fstat|fsync|close)/.test(text),
);
const operations = thorough ? 60 : 6;

const sideWith = async (share: Tree) => {
  const guest = createGuestFileSystem();
  await guest.mount('/share', share);
  await guest.promises.mkdir('/local');
  return newSide(guest.promises as unknown as Promises, '');
};

const runs: readonly (readonly [seed: number, memory: 0 | 1, how: 'hangs' | 'errs'])[] = thorough
  ? [
      [1, 0, 'hangs'],
      [2, 1, 'hangs'],
      [3, 0, 'errs'],
      [4, 1, 'errs'],
      [5, 0, 'hangs'],
      [6, 1, 'errs'],
    ]
  : [[1, 0, 'errs']];

test.each(runs)(
  'random operations, seed %i, with memory %i that dies (%s) and a domain 0 that is started anew: no difference',
  async (seed, memory, how) => {
    const under = await twoProcessors(areaBytes, {
      parameters: { dataWidth: 128 },
      options: { memoryBytes: 2 ** 21, memoryLatency: 2 },
    });
    const { platform } = under;
    const [sequence] = fc.sample(fc.array(operation, { minLength: operations, maxLength: operations }), {
      seed,
      numRuns: 1,
    });
    const [plan] = fc.sample(
      fc.record({
        /** Accesses of domain 0 that each of its lives has. */
        lives: fc.array(fc.integer({ min: 40, max: thorough ? 500 : 150 }), { minLength: 100, maxLength: 100 }),
        /** Before which operation the memory's death is set, and for how many cycles later. */
        at: fc.nat({ max: operations - 1 }),
        cycles: fc.nat({ max: 4000 }),
      }),
      { seed, numRuns: 1 },
    );
    const lives = [...plan!.lives];
    let deaths = 0;
    await platform.run(async () => {
      const kept = new MemoryTree();
      let left = lives.shift()!;
      let service: RingService | null = null;
      const doors = mortalDoors(under.server.door, () => {
        left -= 1;
        if (left !== 0) return;
        deaths += 1;
        left = lives.shift() ?? Number.POSITIVE_INFINITY;
        const door = doors.next();
        void service?.stop().then(() => serve(door));
      });
      const serve = (door: Parameters<typeof serveRing>[0]): void => {
        service = serveRing(door, (messageSize) => {
          return new Session({ tree: kept, locks: new Locks(), limits: { ...sessionLimits, messageSize } });
        });
      };
      serve(doors.next());
      const ring = new GuestRing(under.guest.door);
      const remote = await RemoteTree.connect({ connect: () => ring.connect(), reconnects: 1000, messageSize: 8192 });
      const sides = [await sideWith(new MemoryTree()), await sideWith(remote)] as const;
      await compare(sequence!, sides, async (index) => {
        if (index !== plan!.at) return;
        platform.faults.inject({ kind: 'memory-lost', memory, how }, platform.clock.now + plan!.cycles);
      });
      // Whatever its last operations took: the memory dies before all is read back.
      await platform.clock.sleep(4000);
      expect(await everything(sides[1].promises, '/share')).toEqual(await everything(sides[0].promises, '/share'));
    });
    expect(platform.faults.happened).toHaveLength(1);
    expect(deaths).toBeGreaterThan(1);
    under.close();
  },
  600_000,
);
