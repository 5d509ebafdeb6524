/** Clients that send whatever would hurt: the server goes on, reads nothing outside its share, and serves others. */
import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { sessionTransport } from '../client/session-transport.ts';
import { MemoryTree } from '../memory/tree.ts';
import { decode, encode } from '../protocol/codec.ts';
import { noTag } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import { canary, outwardLinks } from '../tree/outward-links.ts';
import type { Tree } from '../tree/tree.ts';
import { Answers } from './answers.ts';
import { hostile } from './hostile-messages.ts';
import { Locks } from './locks.ts';
import { Session } from './session.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Starts a session as far as an attached root, under fid 0. */
const begin = async (session: Session): Promise<void> => {
  await session.handle(encode({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L.once') }));
  await session.handle(encode({ name: 'Tsession', tag: 1, key: octetsOf('hostile.') }));
  const none = octetsOf('');
  for (const fid of [0, 1, 2, 3, 4])
    await session.handle(
      encode({ name: 'Tattach', tag: 1, fid, afid: 0xffff_ffff, userName: none, attachName: none, uid: 0 }),
    );
};

/** What this process has open in a directory. */
const descriptorsIn = (path: string): string[] =>
  fs
    .readdirSync('/proc/self/fd')
    .map((name) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${name}`);
      } catch {
        return '';
      }
    })
    .filter((open) => open === path || open.startsWith(`${path}/`));

/** What a campaign saw. */
interface Seen {
  messages: number;
  done: number;
  readonly leaks: string[];
  readonly faults: unknown[];
}

const campaign = async (tree: () => Tree, total: number, seed: number, check: () => Promise<void>): Promise<Seen> => {
  const seen: Seen = { messages: 0, done: 0, leaks: [], faults: [] };
  const locks = new Locks();
  const answers = new Answers({ sessions: 4 });
  const start = async (): Promise<Session> => {
    const session = new Session({
      tree: tree(),
      locks,
      answers,
      limits: { messageSize: 8192, fids: 64, requests: 64 },
      onFault: (error) => seen.faults.push(error),
    });
    await begin(session);
    return session;
  };
  const batch = 200;
  let session = await start();
  for (let round = 0; seen.messages < total; round++) {
    const messages = fc.sample(hostile, { seed: seed + round, numRuns: batch });
    for (let at = 0; at < messages.length; at += 8) {
      // Several at once, so that they meet.
      const answers = await Promise.all(messages.slice(at, at + 8).map((bytes) => session.handle(bytes)));
      for (const answer of answers) {
        if (answer === null) continue;
        if (decode(answer).name !== 'Rlerror') seen.done += 1;
        if (Buffer.from(answer).includes(canary)) seen.leaks.push(Buffer.from(answer).toString());
      }
    }
    seen.messages += messages.length;
    await check();
    await session.close();
    session = await start();
  }
  await session.close();
  return seen;
};

test(
  'hostile messages on a host directory: nothing outside is read or changed, and another client is served',
  async () => {
    const share = await outwardLinks();
    const good = new Session({ tree: share.tree, locks: new Locks() });
    const client = await RemoteTree.connect({ connect: async () => sessionTransport(good) });
    const root = await client.root();
    const seen = await campaign(
      () => share.tree,
      thorough ? 100_000 : 2000,
      1,
      async () => {
        share.arrange();
        expect((await root.attributes()).mode & 0o40000).toBe(0o40000);
        await (await root.walk(octetsOf('away'))).release();
      },
    );
    expect(seen.leaks).toEqual([]);
    expect(seen.faults).toEqual([]);
    expect(share.outside()).toEqual({ file: canary });
    // The messages were not all noise.
    expect(seen.done).toBeGreaterThan(seen.messages / 10);
    await client.close();
    await good.close();
    expect(share.tree.descriptorsHeld).toBe(0);
    const [own, ...left] = descriptorsIn(share.path);
    expect([own, left]).toEqual([share.path, []]);
    await share.close();
  },
  thorough ? 3_000_000 : 300_000,
);

test(
  'hostile messages on a tree in memory: no fault, and all space comes back',
  async () => {
    const tree = new MemoryTree({ quota: { bytes: 2 ** 20, files: 500 } });
    const good = new Session({ tree, locks: new Locks() });
    const client = await RemoteTree.connect({ connect: async () => sessionTransport(good) });
    const root = await client.root();
    const empty = async (): Promise<void> => {
      const file = await root.open({
        read: true,
        write: false,
        truncate: false,
        append: false,
        exclusive: false,
        sync: false,
      });
      for (const entry of await file.entries(0n, 100_000))
        if (entry.name !== '.' && entry.name !== '..')
          await root.unlink(entry.name, entry.type === 4).catch(() => undefined);
      await file.close();
    };
    const seen = await campaign(() => tree, thorough ? 900_000 : 4000, 1_000_000, empty);
    expect(seen.faults).toEqual([]);
    expect(seen.done).toBeGreaterThan(seen.messages / 10);
    const below = async (directory: typeof root): Promise<void> => {
      const file = await directory.open({
        read: true,
        write: false,
        truncate: false,
        append: false,
        exclusive: false,
        sync: false,
      });
      for (;;) {
        const entries = (await file.entries(0n, 100_000)).filter((entry) => !['.', '..'].includes(entry.name));
        if (entries.length === 0) break;
        for (const entry of entries) {
          const child = await directory.walk(entry.name);
          if (entry.type === 4) await below(child);
          await child.release();
          await directory.unlink(entry.name, entry.type === 4);
        }
      }
      await file.close();
    };
    await below(root);
    for (const key of await root.listExtended()) await root.setExtended(key, new Uint8Array(0), 'remove');
    expect(tree.quota.used).toEqual({ bytes: 0, files: 1 });
    await client.close();
  },
  thorough ? 3_000_000 : 300_000,
);
