/** Guests that put into their ring whatever would hurt: domain 0 goes on, reads nothing outside the share or the pages, and serves its other guests. */
import { access } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { MemoryTree } from '../memory/tree.ts';
import { encode } from '../protocol/codec.ts';
import { noTag } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import { hostile } from '../server/hostile-messages.ts';
import { Locks } from '../server/locks.ts';
import { Session } from '../server/session.ts';
import { canary, outwardLinks } from '../tree/outward-links.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { GuestRing } from './guest-ring.ts';
import { ringLayout as at, packRequests, packWord, ringEntries, ringPageBytes, unpackWord } from './layout.ts';
import { memoryDoors } from './memory-door.ts';
import { serveRing } from './ring-service.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const areaBytes = 16 * 1024;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** What was asked of the host's threads before is answered: they take work in order. */
const hostSettled = async (): Promise<void> => {
  await access('/');
  await settled();
};

/** Numbers below a bound, the same for a seed. */
const numbersFrom = (seed: number): ((below: number) => number) => {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

interface Seen {
  states: number;
  replies: number;
  connections: number;
  /** Bytes that changed under domain 0's hands. */
  rewritten: number;
  readonly faults: unknown[];
  leaked: boolean;
}

/**
 * Puts so many states into a ring. Each is drawn from a seed: an index that may be wild, entries that may be anything and overlap, hostile messages; in a third of
 * the states some byte that the guest can write changes at each access of domain 0.
 */
const campaign = async (
  tree: Tree,
  {
    states,
    seed,
    patience,
    check,
  }: {
    readonly states: number;
    readonly seed: number;
    /** Turns of the process that a state may take. */
    readonly patience: number;
    /** Run every 100 states. */
    readonly check: () => Promise<void>;
  },
): Promise<Seen> => {
  const draw = numbersFrom(seed);
  const seen: Seen = { states: 0, replies: 0, connections: 0, rewritten: 0, faults: [], leaked: false };
  let restless = false;
  const doors = memoryDoors(areaBytes, () => {
    if (!restless) return;
    seen.rewritten += 1;
    // The head of the page, the entries in use, or anywhere.
    const where = draw(3);
    const address = where === 0 ? draw(16) : where === 1 ? at.requests + draw(64) : draw(doors.bytes.length);
    doors.bytes[address] = draw(256);
  });
  const locks = new Locks();
  const service = serveRing(doors.server, () => {
    seen.connections += 1;
    const limits = { messageSize: 8192, fids: 64, requests: 64 };
    return new Session({ tree, locks, limits, onFault: (error) => seen.faults.push(error) });
  });
  const { pages, notify } = doors.guest;
  const pool = fc.sample(hostile, { seed, numRuns: Math.min(20_000, states) }).filter(({ length }) => length > 0);
  const none = octetsOf('');
  const greetings = [
    encode({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L') }),
    ...[0, 1, 2, 3].map((fid) =>
      encode({ name: 'Tattach', tag: fid, fid, afid: 0xffff_ffff, userName: none, attachName: none, uid: 0 }),
    ),
  ];
  let connection = 0;
  let index = 0;
  const answered = (): ReturnType<typeof unpackWord> =>
    unpackWord(new DataView(doors.bytes.buffer).getBigUint64(at.response, true));
  const put = async (messages: readonly Uint8Array[], wild: boolean): Promise<void> => {
    const writes = messages.map((message, position) => {
      const place = wild && draw(6) === 0 ? draw(2) * draw(areaBytes * 2) : position * 1024;
      const entry = {
        place,
        bytes: wild && draw(8) === 0 ? draw(2 ** 31) >>> draw(30) : message.length,
        room: wild && draw(6) === 0 ? draw(2 ** 31) >>> draw(30) : 1024,
      };
      const slot = (index + position) % ringEntries;
      const to = Math.min(place, areaBytes - message.length);
      return [
        pages.write(ringPageBytes + to, message.subarray(0, areaBytes)),
        pages.write(at.requests + 16 * slot, packRequests([entry])),
      ];
    });
    await Promise.all(writes.flat());
    index = (index + messages.length) >>> 0;
    const shown = wild && draw(10) === 0 ? draw(2 ** 31) * 2 : index;
    await pages.write64(at.request, packWord({ connection, index: shown }));
    if (wild && draw(4) === 0) await pages.write32(at.responseEvent, draw(2 ** 31));
    await notify();
    await settled();
  };
  while (seen.states < states) {
    if (answered().connection !== connection || connection === 0 || draw(200) === 0) {
      connection = (connection + 1 + draw(3)) >>> 0;
      index = 0;
      await put([], false);
      // A tree of the host takes its time to end what was under way.
      for (let wait = 0; wait < 1000 && answered().connection !== connection; wait++) await settled();
      for (const greeting of greetings) await put([greeting], false);
      for (let wait = 0; wait < 1000 && answered().index < greetings.length; wait++) await settled();
    }
    restless = draw(3) === 0;
    const before = answered().index;
    await put(
      Array.from({ length: draw(4) + 1 }, () => pool[draw(pool.length)]!),
      true,
    );
    for (let turn = 1; turn < patience; turn++)
      if (answered().connection === connection && answered().index === before) await hostSettled();
    restless = false;
    seen.replies += Math.min(64, Math.max(0, answered().index - before));
    seen.states += 1;
    if (seen.states % 100 === 0) {
      seen.leaked ||= Buffer.from(doors.bytes).includes(canary);
      await check();
    }
  }
  await service.stop();
  return seen;
};

/** Another guest of the same share, with a ring of its own. */
const neighbour = async (tree: Tree): Promise<Reference> => {
  const doors = memoryDoors(areaBytes);
  serveRing(doors.server, (messageSize) => {
    const limits = { messageSize, fids: 64, requests: 64 };
    return new Session({ tree, locks: new Locks(), limits });
  });
  const ring = new GuestRing(doors.guest);
  return (await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192 })).root();
};

const expectAlive = (seen: Seen): void => {
  expect(seen.faults).toEqual([]);
  expect(seen.leaked).toBe(false);
  // Most of it got as far as a message that was answered, and much of it ended its connection.
  expect(seen.replies).toBeGreaterThan(seen.states / 4);
  expect(seen.connections).toBeGreaterThan(seen.states / 100);
  expect(seen.rewritten).toBeGreaterThan(seen.states / 4);
};

test(
  'hostile rings before a tree in memory: no fault, and a neighbour is served',
  async () => {
    const tree = new MemoryTree({ quota: { bytes: 2 ** 20, files: 500 } });
    const other = await neighbour(tree);
    const seen = await campaign(tree, {
      states: thorough ? 950_000 : 600,
      seed: 7,
      patience: 1,
      check: async () => {
        expect((await other.attributes()).mode & 0o40000).toBe(0o40000);
      },
    });
    expectAlive(seen);
  },
  thorough ? 6_000_000 : 300_000,
);

test(
  'hostile rings before a directory of the host: nothing outside is read or changed',
  async () => {
    const share = await outwardLinks();
    const other = await neighbour(share.tree);
    const seen = await campaign(share.tree, {
      states: thorough ? 50_000 : 200,
      seed: 11,
      patience: 100,
      check: async () => {
        share.arrange();
        await (await other.walk(octetsOf('away'))).release();
      },
    });
    expectAlive(seen);
    expect(share.outside()).toEqual({ file: canary });
    await share.close();
  },
  thorough ? 6_000_000 : 300_000,
);
