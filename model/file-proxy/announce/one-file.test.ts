/** Shares that are one file, from their announcement to the guest's reads and writes; and what a guest sees of a share before it reaches it. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { sessionTransport } from '../client/session-transport.ts';
import { createGuestFileSystem } from '../guest/file-system.ts';
import { HostShare } from '../host/share.ts';
import { HostTree } from '../host/tree.ts';
import { MemoryTree } from '../memory/tree.ts';
import { Locks } from '../server/locks.ts';
import { Session } from '../server/session.ts';
import { hostTree } from '../tree/every-tree.ts';
import type { Tree } from '../tree/tree.ts';
import { aliasShares } from './announced-shares.ts';
import { announce, describeShare, markChanged, readAnnouncement, stateOf } from './announcement.ts';
import { guest, started } from './store-under-test.ts';

const quota = { bytes: 100, files: 1 };

/** A file of the host or in memory, and how its owner reads it. */
const oneFile = {
  host: async () => {
    const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-one-file-'));
    const path = join(directory, 'notes');
    fs.writeFileSync(path, 'first', { mode: 0o640 });
    fs.writeFileSync(join(directory, 'beside'), 'not shared');
    const share = await HostShare.open(path, { quota });
    return {
      tree: new HostTree(share),
      content: async () => fs.readFileSync(path, 'utf8'),
      close: async () => {
        await share.close();
        fs.rmSync(directory, { recursive: true });
      },
    };
  },
  memory: async () => {
    const tree = new MemoryTree({ root: 'file', quota });
    const owner = createGuestFileSystem();
    await owner.mount('/notes', tree);
    await owner.promises.writeFile('/notes', 'first');
    await owner.promises.chmod('/notes', 0o640);
    return { tree, content: () => owner.promises.readFile('/notes', 'utf8'), close: async () => undefined };
  },
};

/** A guest that is told of shares, and reaches them when it is let. */
const guestOf = (client: ReturnType<typeof started>['client'], tree: Tree) => {
  const files = createGuestFileSystem();
  const seen: string[] = [];
  let wake: () => void = () => undefined;
  let letIt: (error?: Error) => void = () => undefined;
  const reached = new Promise<void>((resolve, reject) => {
    letIt = (error) => (error === undefined ? resolve() : reject(error));
  });
  const ended = aliasShares({
    store: client,
    domain: guest,
    files,
    connect: async () => {
      await reached;
      const session = new Session({ tree, locks: new Locks() });
      return RemoteTree.connect({ connect: async () => sessionTransport(session) });
    },
    see: (what, { path, size }) => {
      seen.push(`${what} ${path} ${size}`);
      wake();
    },
  });
  const until = async (what: string): Promise<void> => {
    while (!seen.includes(what)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { files, until, letIt: (error?: Error) => letIt(error), ended };
};

test.each([
  ['host', 'file'],
  ['memory', 'file'],
  ['memory', 'volume'],
] as const)('one file of the %s is shared as a %s, and read and written by the guest', async (where, type) => {
  const { tree, content, close } = await oneFile[where]();
  const { trusted, client } = started();
  const told = await describeShare(tree, { path: '/etc/notes', volume: type === 'volume' });
  expect(told).toMatchObject({ type, size: 5n, mode: 0o100640 });
  const { files, until, letIt } = guestOf(client, tree);
  const { promises } = files;
  await announce(trusted, guest, 'notes', { ...told, mark: 0n });
  await until('announced /etc/notes 5');
  const said = await promises.lstat('/etc/notes', { bigint: true });
  const { size, mode, atimeNs, mtimeNs, ctimeNs } = said as unknown as fs.BigIntStats;
  expect({ size, mode: Number(mode), accessed: atimeNs, modified: mtimeNs, changed: ctimeNs }).toEqual({
    size: told.size,
    mode: told.mode,
    accessed: told.accessed,
    modified: told.modified,
    changed: told.changed,
  });
  const listed = async (): Promise<unknown> =>
    ((await promises.readdir('/etc', { withFileTypes: true })) as fs.Dirent[]).map((one) => [one.name, one.isFile()]);
  expect(await listed()).toEqual([['notes', true]]);
  // What needs the file waits for it.
  const reading = promises.readFile('/etc/notes', 'utf8');
  expect(await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 5, 'waits'))])).toBe('waits');
  letIt();
  expect(await reading).toBe('first');
  await until('shown /etc/notes 5');
  expect(await listed()).toEqual([['notes', true]]);
  await promises.writeFile('/etc/notes', 'second');
  await promises.appendFile('/etc/notes', ' and third');
  expect(await content()).toBe('second and third');
  expect((await promises.stat('/etc/notes')).size).toBe(16);
  await expect(promises.writeFile('/etc/notes', 'x'.repeat(101))).rejects.toMatchObject({ code: 'EDQUOT' });
  await promises.writeFile('/etc/notes', 'fourth');
  // It is all that there is: nothing beside it, above it or below it.
  for (const [path, code] of [
    ['/etc/notes/', 'ENOTDIR'],
    ['/etc/notes/..', 'ENOTDIR'],
    ['/etc/notes/../beside', 'ENOTDIR'],
    ['/etc/beside', 'ENOENT'],
  ] as const)
    await expect(promises.readFile(path)).rejects.toMatchObject({ code });
  await expect(promises.unlink('/etc/notes')).rejects.toMatchObject({ code: 'EBUSY' });
  await expect(promises.rename('/etc/notes', '/etc/other')).rejects.toMatchObject({ code: 'EBUSY' });
  await markChanged(trusted, guest, 'notes', await stateOf(tree));
  await until('changed /etc/notes 6');
  expect(await readAnnouncement(client, guest, 'notes')).toMatchObject({ type, size: 6n, mark: 1n });
  expect(await content()).toBe('fourth');
  await close();
});

test('a client of the server itself can neither remove, rename nor leave the one file', async () => {
  for (const where of ['host', 'memory'] as const) {
    const { tree, content, close } = await oneFile[where]();
    const root = await tree.root();
    await expect(root.place()).rejects.toMatchObject({ code: 'EBUSY' });
    await expect(root.walk('..' as never)).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(root.walk('beside' as never)).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(root.makeDirectory('d' as never, 0o777, 0)).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await content()).toBe('first');
    await root.release();
    await close();
  }
});

test('a directory that is not reached yet is listed and looked at as announced; where it cannot be reached, who waits is told', async () => {
  const under = await hostTree();
  fs.chmodSync(under.path, 0o750);
  const { trusted, client } = started();
  const told = await describeShare(under.tree, { path: '/photos' });
  await expect(describeShare(under.tree, { path: '/photos', volume: true })).rejects.toThrow('share the file');
  const { files, until, letIt, ended } = guestOf(client, under.tree);
  const { promises } = files;
  await announce(trusted, guest, 'photos', { ...told, mark: 0n });
  await until(`announced /photos ${told.size}`);
  expect((await promises.stat('/photos')).mode).toBe(0o40750);
  const [listed] = (await promises.readdir('/', { withFileTypes: true })) as fs.Dirent[];
  expect([listed!.name, listed!.isDirectory()]).toEqual(['photos', true]);
  const waiting = Promise.allSettled([promises.readdir('/photos'), promises.writeFile('/photos/one', 'x')]);
  letIt(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  for (const one of await waiting) expect(one).toMatchObject({ reason: { code: 'ECONNREFUSED' } });
  await expect(ended).rejects.toThrow('refused');
  await expect(promises.stat('/photos')).rejects.toMatchObject({ code: 'ENOENT' });
  await under.close();
});
