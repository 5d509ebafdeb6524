/** What guests of one share may expect of each other, and of their own names. */
import { expect, test } from 'vitest';
import { Client } from '../client/client.ts';
import { sessionTransport } from '../client/session-transport.ts';
import { MemoryTree } from '../memory/tree.ts';
import { encode } from '../protocol/codec.ts';
import { noFid, noTag } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import { Locks, lockStatus, lockType } from '../server/locks.ts';
import { Session } from '../server/session.ts';
import { remotely } from '../tree/every-tree.ts';
import type { OpenFile, Reference, Tree } from '../tree/tree.ts';
import { createGuestFileSystem } from './file-system.ts';

const none = octetsOf('');
const lockingAs = (processId: number, from: number, length: number, type: number = lockType.write) => ({
  fid: 1,
  type,
  flags: 0,
  start: BigInt(from),
  length: BigInt(length),
  processId,
  clientId: octetsOf('machine'),
});

/** Clients that have the same file open under fid 1. */
const lockers = async (count: number) => {
  const tree = new MemoryTree();
  const locks = new Locks();
  await createGuestFileSystem({ local: tree }).promises.writeFile('/file', 'x');
  const open = async () => {
    const session = new Session({ tree, locks });
    const client = new Client();
    await client.connect(sessionTransport(session));
    client.resume();
    await client.request('Tattach', { fid: 0, afid: noFid, userName: none, attachName: none, uid: 0 });
    await client.request('Twalk', { fid: 0, newFid: 1, names: [octetsOf('file')] });
    await client.request('Tlopen', { fid: 1, flags: 2 });
    const lock = async (...range: Parameters<typeof lockingAs>): Promise<number> =>
      (await client.request('Tlock', lockingAs(...range))).status;
    const inTheWay = async (from: number, length: number) => {
      const { flags: _, ...wanted } = lockingAs(9, from, length);
      const { type, start, length: span, processId } = await client.request('Tgetlock', wanted);
      return { type, start: Number(start), length: Number(span), processId };
    };
    return { session, client, lock, inTheWay };
  };
  return Promise.all(Array.from({ length: count }, open));
};

test('a lock keeps out other clients where they overlap, and is told to who asks', async () => {
  const [one, two] = await lockers(2);
  expect(await one!.lock(1, 10, 10)).toBe(lockStatus.success);
  expect(await two!.lock(2, 19, 1)).toBe(lockStatus.blocked);
  expect(await two!.lock(2, 20, 5)).toBe(lockStatus.success);
  expect(await two!.lock(2, 0, 10, lockType.read)).toBe(lockStatus.success);
  expect(await one!.lock(1, 0, 5, lockType.read)).toBe(lockStatus.success);
  expect(await two!.inTheWay(12, 100)).toEqual({ type: lockType.write, start: 10, length: 10, processId: 1 });
  expect((await two!.inTheWay(30, 0)).type).toBe(lockType.unlock);
  // A range in the middle is let go, and what is around it is kept.
  expect(await one!.lock(1, 12, 2, lockType.unlock)).toBe(lockStatus.success);
  expect(await two!.lock(2, 12, 2)).toBe(lockStatus.success);
  expect(await two!.lock(2, 11, 1)).toBe(lockStatus.blocked);
  expect(await two!.lock(2, 14, 1)).toBe(lockStatus.blocked);
  // To the end of the file, however long it becomes.
  expect(await two!.lock(2, 100, 0)).toBe(lockStatus.success);
  expect(await one!.lock(1, 2 ** 40, 1)).toBe(lockStatus.blocked);
});

test('locks go with their connection, and with a version that is agreed anew', async () => {
  const [one, two, three] = await lockers(3);
  expect(await one!.lock(1, 0, 10)).toBe(lockStatus.success);
  expect(await two!.lock(2, 0, 10)).toBe(lockStatus.blocked);
  await one!.session.close();
  expect(await two!.lock(2, 0, 10)).toBe(lockStatus.success);
  await two!.session.handle(encode({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L') }));
  expect(await three!.lock(3, 0, 10)).toBe(lockStatus.success);
});

/** A tree whose open files are read when they are told to. */
const held = (tree: Tree) => {
  let go: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => (go = resolve));
  const slow = (file: OpenFile): OpenFile => ({
    read: async (offset, count) => {
      await reading;
      return file.read(offset, count);
    },
    write: (offset, data) => file.write(offset, data),
    entries: (from, limit) => file.entries(from, limit),
    sync: (dataOnly) => file.sync(dataOnly),
    close: () => file.close(),
  });
  const wrapped = (reference: Reference): Reference =>
    new Proxy(reference, {
      get(target, property) {
        if (property === 'open')
          return async (flags: Parameters<Reference['open']>[0]) => slow(await target.open(flags));
        if (property === 'walk')
          return async (name: Parameters<Reference['walk']>[0]) => wrapped(await target.walk(name));
        if (property === 'duplicate') return async () => wrapped(await target.duplicate());
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return { tree: { root: async () => wrapped(await tree.root()) }, go: () => go() };
};

test('a flush is answered after what it flushes, and others go on meanwhile', async () => {
  const tree = new MemoryTree();
  await createGuestFileSystem({ local: tree }).promises.writeFile('/file', 'content');
  const { tree: slow, go } = held(tree);
  const session = new Session({ tree: slow, locks: new Locks() });
  const ask = async (...[message]: Parameters<typeof encode>) => session.handle(encode(message));
  await ask({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L') });
  await ask({ name: 'Tattach', tag: 1, fid: 0, afid: noFid, userName: none, attachName: none, uid: 0 });
  await ask({ name: 'Twalk', tag: 1, fid: 0, newFid: 1, names: [octetsOf('file')] });
  await ask({ name: 'Tlopen', tag: 1, fid: 1, flags: 0 });
  const order: string[] = [];
  const read = ask({ name: 'Tread', tag: 7, fid: 1, offset: 0n, count: 100 }).then(() => order.push('read'));
  const flush = ask({ name: 'Tflush', tag: 8, oldTag: 7 }).then(() => order.push('flush'));
  const nothing = ask({ name: 'Tflush', tag: 9, oldTag: 55 }).then(() => order.push('flush of nothing'));
  const other = ask({ name: 'Tgetattr', tag: 10, fid: 0, mask: 0n }).then(() => order.push('other'));
  await Promise.all([nothing, other]);
  expect(order).not.toContain('flush');
  // A tag that is in flight cannot be used again: the two answers could not be told apart.
  expect(await ask({ name: 'Tclunk', tag: 7, fid: 0 })).toBeNull();
  go();
  await Promise.all([read, flush]);
  expect(order.slice(2)).toEqual(['read', 'flush']);
});

test('of a local name and a share of the same one, the mount says which is seen', async () => {
  const share = new MemoryTree();
  await createGuestFileSystem({ local: share }).promises.writeFile('/file', 'shared');
  const remote = await remotely(share);
  const guest = createGuestFileSystem();
  const { promises } = guest;
  for (const place of ['/first', '/second']) {
    await promises.mkdir(place);
    await promises.writeFile(`${place}/file`, 'local');
  }
  await guest.mount('/first', remote.tree);
  await guest.mount('/second', remote.tree, 'share');
  expect(await promises.readFile('/first/file', 'utf8')).toBe('local');
  expect(await promises.readFile('/second/file', 'utf8')).toBe('shared');
  expect(((await promises.readdir('/')) as string[]).sort()).toEqual(['first', 'second']);
  // The share's place stays; the local name below it is not seen, and not touched.
  await promises.writeFile('/second/file', 'changed');
  await expect(promises.rename('/second', '/elsewhere')).rejects.toMatchObject({ code: 'EBUSY' });
  await expect(promises.rmdir('/second')).rejects.toMatchObject({ code: 'EBUSY' });
  guest.unmount('/second');
  expect(await promises.readFile('/second/file', 'utf8')).toBe('local');
  // Where the local name wins, the share is seen once it is gone.
  await promises.rm('/first', { recursive: true });
  expect(await promises.readFile('/first/file', 'utf8')).toBe('changed');
  await remote.close();
});
