/** Domain 0 dies at any access to the ring, and is started anew: the guest's programs notice nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { compareWithHost } from '../guest/host-reference.ts';
import { someOperation } from '../guest/random-operations.ts';
import { MemoryTree } from '../memory/tree.ts';
import { Answers } from '../server/answers.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { GuestRing } from './guest-ring.ts';
import { memoryDoors } from './memory-door.ts';
import { type RingService, serveRing } from './ring-service.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Sequences of 30 operations on average. */
const sequences = thorough ? 3400 : 6;

/** Files that were open when their names went are stale after a restart, as the page says: here, names alone. */
const operations = fc.array(
  someOperation.filter(({ text }) => !/^(open|read |write |ftruncate|fstat|fsync|close)/.test(text)),
  { minLength: 10, maxLength: 50, size: 'max' },
);
/** Accesses of domain 0 that a sequence takes at most; and how long none of it may move, in milliseconds: the host's calls take their time. */
const mostAccesses = 500_000;
const longestStandstill = 20_000;
/** Accesses of domain 0 that each of its lives has. */
const lives = fc.array(fc.integer({ min: 40, max: 500 }), { minLength: 60, maxLength: 60 });

test(
  'a domain 0 that dies at any access makes no difference, and nothing that was acknowledged is lost',
  async () => {
    let deaths = 0;
    let begun = 0;
    const run = async (sequence: Parameters<typeof compareWithHost>[0], plan: readonly number[]): Promise<void> => {
      const tree = new MemoryTree();
      const answers = new Answers();
      const planned = [...plan];
      let accesses = 0;
      let moved = Date.now();
      let operation = -1;
      begun += 1;
      if (begun % 100 === 0) console.info(`${begun} sequences, ${deaths} deaths`);
      let left = planned.shift()!;
      let service: RingService | null = null;
      const serve = (door: Parameters<typeof serveRing>[0]): void => {
        service = serveRing(door, (messageSize) => {
          const limits = { ...sessionLimits, messageSize };
          return new Session({ tree, locks: new Locks(), answers, limits });
        });
      };
      const doors = memoryDoors(32_768, () => {
        accesses += 1;
        moved = Date.now();
        left -= 1;
        if (left !== 0) return;
        deaths += 1;
        left = planned.shift() ?? Number.POSITIVE_INFINITY;
        const door = doors.restart();
        // What the dead one had begun in the tree is done or not before the next one looks. It may be waiting for an event that will not reach it.
        void service?.stop().then(() => serve(door));
      });
      serve(doors.server);
      const ring = new GuestRing(doors.guest);
      const work = async (): Promise<void> => {
        const remote = await RemoteTree.connect({ connect: () => ring.connect(), reconnects: 1000, messageSize: 8192 });
        try {
          await compareWithHost(sequence, remote, async (index) => {
            operation = index;
            moved = Date.now();
          });
        } finally {
          await remote.close();
        }
      };
      let watch: NodeJS.Timeout | undefined;
      const stalled = new Promise<never>((_, reject) => {
        watch = setInterval(() => {
          if (accesses < mostAccesses && Date.now() - moved < longestStandstill) return;
          const where = `${accesses} accesses, ${plan.length - planned.length} lives, operation ${operation} of ${sequence.length}`;
          reject(new Error(`no end: ${where}: ${sequence[operation]?.text}`));
        }, 1000);
      });
      try {
        await Promise.race([work(), stalled]);
      } finally {
        clearInterval(watch);
      }
    };
    await fc.assert(fc.asyncProperty(operations, lives, run), {
      numRuns: sequences,
      // Of a shrinking, what it came to by then.
      interruptAfterTimeLimit: thorough ? 3_000_000 : 120_000,
      markInterruptAsFailure: true,
    });
    expect(deaths).toBeGreaterThan(2 * sequences);
  },
  thorough ? 6_000_000 : 300_000,
);
