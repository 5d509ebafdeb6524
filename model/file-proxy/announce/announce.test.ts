/** Shares announced, watched and offered rings for, through the store. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { sessionTransport } from '../client/session-transport.ts';
import { createGuestFileSystem, type GuestFileSystem } from '../guest/file-system.ts';
import { watchDirectory } from '../host/watch.ts';
import { MemoryTree } from '../memory/tree.ts';
import { GuestRing } from '../ring/guest-ring.ts';
import { type MemoryDoors, memoryDoors } from '../ring/memory-door.ts';
import { ShareChanges } from '../server/changes.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { hostTree } from '../tree/every-tree.ts';
import { aliasShares } from './announced-shares.ts';
import { type Announcement, announce, markChanged, readAnnouncement, withdraw } from './announcement.ts';
import { markChanges } from './marking.ts';
import { offeredBy, offersOf, parseOffer, writeOffer } from './offer.ts';
import { hostShare } from './share-host.ts';
import { guest, started } from './store-under-test.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const told: Announcement = {
  path: '/photos',
  type: 'directory',
  size: 4096n,
  mode: 0o40755,
  accessed: 1_700_000_001_123_456_789n,
  modified: 1_700_000_000_123_456_789n,
  changed: 1_700_000_002_123_456_789n,
  precedence: 'local',
  mark: 0n,
};

test('a share appears in the guest when it is announced, is marked when others change it, and goes when it is withdrawn', async () => {
  const { trusted, client } = started();
  const tree = new MemoryTree();
  await createGuestFileSystem({ local: tree }).promises.writeFile('/one', 'first');
  // What stands for the hypervisor's grants here: doors by the port that the guest named.
  const rings = new Map<number, MemoryDoors>();
  void hostShare({
    store: trusted,
    guest,
    name: 'photos',
    open: async ({ port }) => ({ door: rings.get(port)!.restart(), release: async () => undefined }),
    newSession: (messageSize) => new Session({ tree, locks: new Locks(), limits: { ...sessionLimits, messageSize } }),
  });
  const files = createGuestFileSystem();
  const seen: string[] = [];
  let wake: () => void = () => undefined;
  const until = async (what: string): Promise<void> => {
    while (!seen.includes(what)) await new Promise<void>((resolve) => (wake = resolve));
  };
  void aliasShares({
    store: client,
    domain: guest,
    files,
    connect: async (name) => {
      const doors = memoryDoors(16_384);
      const offer = { domain: guest, references: [8, 9, 10, 11, 12], port: 6 + rings.size };
      rings.set(offer.port, doors);
      await writeOffer(client, name, offer);
      const ring = new GuestRing(doors.guest);
      return RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192 });
    },
    see: (what, { path, mark }) => {
      seen.push(`${what} ${path} ${mark}`);
      wake();
    },
  });
  await announce(trusted, guest, 'photos', told);
  await until('shown /photos 0');
  expect(await files.promises.readFile('/photos/one', 'utf8')).toBe('first');
  await files.promises.writeFile('/photos/two', 'second');
  const heard: unknown[] = [];
  for (const path of ['/photos/one', '/photos', '/', '/elsewhere'])
    files.watch(path, (event, name) => heard.push([path, event, name]));
  files.watch('/', { recursive: true }, () => heard.push('recursive'));
  const closed = files.watch('/photos', () => heard.push('closed'));
  closed.close();
  await markChanged(trusted, guest, 'photos');
  await until('changed /photos 1');
  expect(heard).toEqual([['/photos/one', 'change', null], ['/photos', 'change', null], 'recursive']);
  await withdraw(trusted, guest, 'photos');
  await until('gone /photos 1');
  await expect(files.promises.readFile('/photos/one')).rejects.toMatchObject({ code: 'ENOENT' });
  await announce(trusted, guest, 'photos', { ...told, path: '/again', mark: 5n });
  await until('shown /again 5');
  expect(await files.promises.readFile('/again/two', 'utf8')).toBe('second');
});

test('an announcement is read as it was written, by its guest alone; one that is damaged is none', async () => {
  const { store, trusted, client } = started();
  await announce(trusted, guest, 'photos', told);
  expect(await readAnnouncement(client, guest, 'photos')).toEqual(told);
  store.introduce(4);
  await expect(client.write('/local/domain/0/shares/3/photos/path', '/')).rejects.toMatchObject({ code: 'EACCES' });
  for (const [key, value] of [
    ['path', 'photos'],
    ['path', ''],
    ['type', 'socket'],
    ['size', '-1'],
    ['size', '1'.repeat(21)],
    ['mode', '99999'],
    ['accessed', ''],
    ['modified', '1e9'],
    ['changed', '0x1'],
    ['precedence', 'both'],
    ['mark', ''],
  ] as const) {
    await trusted.write(`/local/domain/0/shares/3/photos/${key}`, value);
    expect([key, value, await readAnnouncement(client, guest, 'photos')]).toEqual([key, value, null]);
    await trusted.write(`/local/domain/0/shares/3/photos/${key}`, String(told[key]));
  }
  expect(await readAnnouncement(client, guest, 'photos')).toEqual(told);
});

test('a guest is told of what others change in a share, and not of what it changes itself', async () => {
  const { store, trusted } = started();
  const other = 4;
  store.introduce(other);
  store.write(`/local/domain/${other}`, '');
  const under = await hostTree();
  const changes = new ShareChanges();
  const ends = [
    watchDirectory(
      under.path,
      () => changes.made(null),
      (error) => expect.unreachable(String(error)),
    ),
  ];
  const filesOf = async (domain: number): Promise<GuestFileSystem> => {
    const user = {};
    await announce(trusted, domain, 'photos', told);
    ends.push(markChanges(trusted, { guest: domain, name: 'photos', user, changes }));
    const onChange = (): void => changes.made(user);
    const session = new Session({ tree: shared, locks: new Locks(), onChange });
    const files = createGuestFileSystem();
    await files.mount('/photos', await RemoteTree.connect({ connect: async () => sessionTransport(session) }));
    return files;
  };
  const marks = async (): Promise<readonly bigint[]> =>
    Promise.all([guest, other].map(async (one) => (await readAnnouncement(trusted, one, 'photos'))!.mark));
  // What the host tells of is looked at last: it tells of all, whoever did it.
  const shared = new MemoryTree();
  const [files] = [await filesOf(guest), await filesOf(other)];
  for (const change of [
    () => files!.promises.writeFile('/photos/file', 'x'),
    () => files!.promises.truncate('/photos/file', 0),
    () => files!.promises.open('/photos/file', 'w').then((handle) => handle.close()),
    () => files!.promises.rename('/photos/file', '/photos/again'),
    () => files!.promises.mkdir('/photos/d'),
    () => files!.promises.rmdir('/photos/d'),
    () => files!.promises.symlink('x', '/photos/link'),
    () => files!.promises.link('/photos/again', '/photos/more'),
    () => files!.promises.chmod('/photos/again', 0o600),
    () => files!.promises.unlink('/photos/again'),
  ]) {
    const [own, others] = await marks();
    await change();
    while ((await marks())[1] === others) await new Promise((resolve) => setImmediate(resolve));
    expect((await marks())[0]).toBe(own);
  }
  const before = await marks();
  await files!.promises.readFile('/photos/more');
  await expect(files!.promises.unlink('/photos/missing')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await marks()).toEqual(before);
  // The host's own programs change the share of both.
  for (let size = 0; (await marks()).some((mark, index) => mark === before[index]); size += 1) {
    fs.writeFileSync(join(under.path, 'file'), 'x'.repeat(size));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const end of ends) end();
  await under.close();
});

/** Numbers below a bound, the same for a seed. */
const numbersFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

test('hostile offers are none, or name pages and ports that a guest may have; the share is served after them', async () => {
  const draw = numbersFrom(77);
  const word = (): string =>
    ['', '-1', '0', '9999', '8192', 'x', '1e3', '٣', String(draw(9000)), String(draw(300))][draw(10)]!;
  const value = (): Uint8Array => {
    if (draw(4) === 0) return Uint8Array.from({ length: draw(3000) }, () => draw(256));
    if (draw(2) === 0) return Buffer.from([draw(300), ...Array.from({ length: draw(20) }, () => draw(8200))].join(' '));
    return Buffer.from(Array.from({ length: draw(300) }, word).join([' ', '  ', ',', '\0'][draw(4)]));
  };
  let sound = 0;
  for (let count = 0; count < (thorough ? 100_000 : 500); count += 1) {
    const offer = parseOffer(guest, value());
    if (offer === null) continue;
    sound += 1;
    expect(offer.domain).toBe(guest);
    expect(offer.port > 0 && offer.port < 256).toBe(true);
    expect(offer.references.length).toBeGreaterThanOrEqual(3);
    expect(offer.references.length).toBeLessThanOrEqual(257);
    expect(offer.references.every((one) => Number.isInteger(one) && one >= 0 && one < 8192)).toBe(true);
  }
  expect(sound).toBeGreaterThan(5);

  const { store, trusted, client } = started();
  await announce(trusted, guest, 'photos', told);
  const tree = new MemoryTree();
  const doors = memoryDoors(16_384);
  let opened = 0;
  void hostShare({
    store: trusted,
    guest,
    name: 'photos',
    open: async ({ port }) => {
      opened += 1;
      // As the hypervisor refuses what the guest does not own.
      if (port !== 200) throw new Error('refused');
      return { door: doors.restart(), release: async () => undefined };
    },
    newSession: (messageSize) => new Session({ tree, locks: new Locks(), limits: { ...sessionLimits, messageSize } }),
  });
  for (let count = 0; count < (thorough ? 5000 : 100); count += 1) {
    const bytes = value().subarray(0, 2000);
    if (draw(20) === 0) await client.remove(`${offersOf(guest)}/photos`).catch(() => undefined);
    else await client.write(offeredBy(guest, 'photos'), bytes);
    // Time for domain 0 to look: offers that follow at once are seen as one.
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  await writeOffer(client, 'photos', { domain: guest, references: [1, 2, 3, 4, 5], port: 200 });
  const ring = new GuestRing(doors.guest);
  const remote = await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192 });
  expect((await (await remote.root()).attributes()).mode & 0o40000).toBe(0o40000);
  expect(opened).toBeGreaterThan(1);
  expect(store.watchesOf(0).length).toBe(1);
});
