/** The ring between two processors of the platform: what a request costs in cycles, bytes and events. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { MemoryTree } from '../memory/tree.ts';
import { octetsOf } from '../protocol/octets.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import type { OpenFile } from '../tree/tree.ts';
import { GuestRing } from './guest-ring.ts';
import { serveRing } from './ring-service.ts';
import { quiet, type TwoProcessors, twoProcessors } from './two-processors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const flags = { read: true, write: true, truncate: false, append: false, exclusive: false, sync: false };
let ring: TwoProcessors;
let remote: RemoteTree;
let file: OpenFile;
const tree = new MemoryTree();

beforeAll(async () => {
  ring = await twoProcessors(256 * 1024);
  await ring.platform.run(async () => {
    serveRing(
      ring.server.door,
      (messageSize) => new Session({ tree, locks: new Locks(), limits: { ...sessionLimits, messageSize } }),
    );
    const guest = new GuestRing(ring.guest.door);
    remote = await RemoteTree.connect({ connect: () => guest.connect(), messageSize: 8192 });
    const root = await remote.root();
    file = (await root.create(octetsOf('file'), flags, 0o644, 0)).file;
    await file.write(0, new Uint8Array(4096).fill(7));
  });
});
afterAll(() => ring.close());

/** Cycles, and each side's bytes and events, of `count` operations, `depth` at a time. */
const measure = async (depth: number, count: number, operation: () => Promise<unknown>) => {
  quiet(ring.guest.traffic);
  quiet(ring.server.traffic);
  const { clock } = ring.platform;
  const begin = clock.now;
  await ring.platform.run(async () => {
    let left = count;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await operation();
    };
    await Promise.all(Array.from({ length: depth }, lane));
  });
  const cycles = clock.now - begin;
  const each = (total: number): number => Math.round((total / count) * 100) / 100;
  const side = ({ bytesLoaded, bytesStored, events }: typeof ring.guest.traffic): string =>
    `loads ${each(bytesLoaded)}, stores ${each(bytesStored)}, events ${each(events)}`;
  return { cycles: each(cycles), guest: side(ring.guest.traffic), server: side(ring.server.traffic) };
};

const data = new Uint8Array(4096).fill(9);
const read = (): Promise<unknown> => file.read(0, 4096);
const write = (): Promise<unknown> => file.write(0, data);

test('what 4 KiB cost, read and written one at a time', async () => {
  const count = thorough ? 16 : 2;
  const figures = { read: await measure(1, count, read), write: await measure(1, count, write) };
  expect(figures).toMatchInlineSnapshot(`
    {
      "read": {
        "cycles": 1442,
        "guest": "loads 4143, stores 51, events 1",
        "server": "loads 67, stores 4127, events 1",
      },
      "write": {
        "cycles": 1442,
        "guest": "loads 47, stores 4147, events 1",
        "server": "loads 4163, stores 31, events 1",
      },
    }
  `);
});

// A tenth of a second for each request, so that the quick run does without.
test.each(thorough ? [32] : [])('what 4 KiB cost, read and written %i at a time', async (depth) => {
  const figures = { read: await measure(depth, 128, read), write: await measure(depth, 128, write) };
  expect(figures).toMatchInlineSnapshot(`
    {
      "read": {
        "cycles": 1039.3,
        "guest": "loads 4116.72, stores 39.84, events 0.04",
        "server": "loads 40.88, stores 4116, events 0.04",
      },
      "write": {
        "cycles": 1033.89,
        "guest": "loads 21.09, stores 4135.94, events 0.06",
        "server": "loads 4137.06, stores 20, events 0.06",
      },
    }
  `);
});

test.each(thorough ? [0, 150, 400, 700, 1000, 1300] : [700])(
  'a memory that dies %i cycles into a write takes nothing that was or will be acknowledged with it',
  async (cycles) => {
    const under = await twoProcessors(16_384);
    const kept = new MemoryTree();
    const { platform } = under;
    await platform.run(async () => {
      serveRing(under.server.door, (messageSize) => {
        return new Session({ tree: kept, locks: new Locks(), limits: { ...sessionLimits, messageSize } });
      });
      const guest = new GuestRing(under.guest.door);
      const tree = await RemoteTree.connect({ connect: () => guest.connect(), messageSize: 8192 });
      const { file: made } = await (await tree.root()).create(octetsOf('file'), flags, 0o644, 0);
      platform.faults.inject({ kind: 'memory-lost', memory: cycles % 200 === 0 ? 0 : 1 }, platform.clock.now + cycles);
      expect(await made.write(0, data)).toBe(4096);
      expect(await made.read(0, 4096)).toEqual(data);
    });
    expect(platform.faults.happened).toHaveLength(1);
    under.close();
  },
);
