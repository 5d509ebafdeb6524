/** The ring over plain memory, where every access can be watched: what each side may rely on, whatever the other does. */
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import { createGuestFileSystem, type GuestFileSystem } from '../guest/file-system.ts';
import { MemoryTree } from '../memory/tree.ts';
import { encodeParts } from '../protocol/codec.ts';
import { noTag } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import { Locks } from '../server/locks.ts';
import { Session, sessionLimits } from '../server/session.ts';
import { GuestRing } from './guest-ring.ts';
import { ringLayout as at, packRequests, packWord, ringPageBytes, unpackWord } from './layout.ts';
import { type MemoryDoors, memoryDoors, type Watch } from './memory-door.ts';
import { type RingService, serveRing } from './ring-service.ts';

const areaBytes = 32 * 1024;
const newSession =
  (tree = new MemoryTree()) =>
  (messageSize: number): Session =>
    new Session({
      tree,
      locks: new Locks(),
      limits: { ...sessionLimits, messageSize },
      onFault: (error) => {
        throw error;
      },
    });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Mounted {
  readonly guest: GuestFileSystem;
  readonly remote: RemoteTree;
  readonly service: RingService;
}
const mounted = async (doors: MemoryDoors): Promise<Mounted> => {
  const service = serveRing(doors.server, newSession());
  const ring = new GuestRing(doors.guest);
  const remote = await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192, reconnects: 5 });
  const guest = createGuestFileSystem();
  await guest.mount('/share', remote);
  return { guest, remote, service };
};

/** Enough to go around both rings several times, with requests small and large, alone and side by side. */
const workload = async ({ promises }: GuestFileSystem): Promise<void> => {
  const content = (index: number): Buffer => Buffer.alloc(index * 331, `content ${index} `);
  await Promise.all(Array.from({ length: 20 }, (_, index) => promises.writeFile(`/share/${index}`, content(index))));
  const found = await Promise.all(Array.from({ length: 20 }, (_, index) => promises.readFile(`/share/${index}`)));
  for (const [index, one] of found.entries()) expect(one).toEqual(content(index));
  await promises.mkdir('/share/directory');
  for (let index = 0; index < 5; index++) await promises.rename(`/share/${index}`, `/share/directory/${index}`);
  expect(await promises.readdir('/share/directory')).toEqual(['0', '1', '2', '3', '4']);
};

test('domain 0 loads each word that the guest can change once for each decision', async () => {
  /** Of every byte: how often domain 0 loaded it since the guest stored it. */
  const loads = new Uint8Array(ringPageBytes + areaBytes);
  const most = { entries: 0, messages: 0 };
  const log: string[] = [];
  const watch: Watch = (how, address, count) => {
    log.push(`${how} ${address < 0x100 ? address : address < ringPageBytes ? 'entries' : 'messages'}`);
    if (how === 'store') return;
    if (address < 0x100) return;
    // What domain 0 writes, it never reads again: it is the guest's to change as well.
    expect(address >= at.responses && address < ringPageBytes).toBe(false);
    for (let byte = address; byte < address + count; byte++) loads[byte]! += 1;
    const part = address < ringPageBytes ? 'entries' : 'messages';
    most[part] = loads.subarray(address, address + count).reduce((left, right) => Math.max(left, right), most[part]);
  };
  const doors = memoryDoors(areaBytes, watch);
  const guest: MemoryDoors['guest'] = {
    ...doors.guest,
    pages: {
      ...doors.guest.pages,
      write: (address, data) => {
        loads.fill(0, address, address + data.length);
        return doors.guest.pages.write(address, data);
      },
    },
  };
  const server: MemoryDoors['server'] = {
    ...doors.server,
    wait: async () => {
      await doors.server.wait();
      log.push('woken');
    },
  };
  const { guest: files } = await mounted({ ...doors, guest, server });
  await workload(files);
  expect(most).toEqual({ entries: 1, messages: 1 });
  const request = `load ${at.request}`;
  const event = `load ${at.responseEvent}`;
  // Two looks at the index never follow one another: in between something was done, or slept, by what the first saw.
  expect(log.filter((one, index) => one === request && log[index - 1] === request)).toEqual([]);
  // And the guest's wish for an event is read once for each index that is shown, and for nothing else.
  const shown = log.filter((one) => one === `store ${at.response}`).length;
  const said = 2;
  expect(log.filter((one) => one === event)).toHaveLength(shown - said);
  expect(shown).toBeGreaterThan(64);
});

test('what the guest writes after domain 0 has loaded it changes nothing', async () => {
  let seed = 1;
  const doors: MemoryDoors = memoryDoors(areaBytes, (how, address, count) => {
    if (how === 'store' || address < at.requests) return;
    for (let byte = address; byte < address + count; byte++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      doors.bytes[byte] = seed >>> 16;
    }
  });
  const { guest } = await mounted(doors);
  await workload(guest);
});

test('many requests in flight share events', async () => {
  const doors = memoryDoors(2 ** 20);
  const { guest } = await mounted(doors);
  const file = await guest.promises.open('/share/file', 'w+');
  await file.write(new Uint8Array(4096));
  const before = { ...doors.events };
  const read = (): Promise<unknown> => file.read(new Uint8Array(4096), 0, 4096, 0);
  for (let count = 0; count < 32; count++) await read();
  const alone = { guest: doors.events.guest - before.guest, server: doors.events.server - before.server };
  await Promise.all(Array.from({ length: 32 }, read));
  const together = {
    guest: doors.events.guest - before.guest - alone.guest,
    server: doors.events.server - before.server - alone.server,
  };
  expect(alone).toEqual({ guest: 32, server: 32 });
  expect(together.guest).toBeLessThan(8);
  expect(together.server).toBeLessThan(8);
});

test('a server that is started anew finds its guest, which goes on where it was', async () => {
  const tree = new MemoryTree();
  const doors = memoryDoors(areaBytes);
  const first = serveRing(doors.server, newSession(tree));
  const ring = new GuestRing(doors.guest);
  const remote = await RemoteTree.connect({ connect: () => ring.connect(), messageSize: 8192, reconnects: 5 });
  const guest = createGuestFileSystem();
  await guest.mount('/share', remote);
  const file = await guest.promises.open('/share/file', 'w+');
  await file.write('before');
  await first.stop();
  const write = file.write(', after');
  await settled();
  serveRing(doors.restart(), newSession(tree));
  await write;
  expect(await guest.promises.readFile('/share/file', 'utf8')).toBe('before, after');
  // And where it left without a word, with a request on its way.
  const door = doors.restart();
  const again = file.write(', and again');
  await settled();
  const third = serveRing(door, newSession(tree));
  await again;
  expect(await guest.promises.readFile('/share/file', 'utf8')).toBe('before, after, and again');
  await third.stop();
});

test('a ring that is too small is refused, and one that is taken away ends its service', async () => {
  expect(() => new GuestRing(memoryDoors(4096).guest)).toThrow(
    'a ring of 8192 bytes is too small: give it 12288 or more',
  );
  const doors = memoryDoors(areaBytes);
  let gone = false;
  const pages = {
    ...doors.server.pages,
    read64: (address: number): Promise<bigint> =>
      gone ? Promise.reject(new Error('gone')) : doors.server.pages.read64(address),
  };
  const service = serveRing({ ...doors.server, pages }, newSession());
  await settled();
  gone = true;
  await doors.guest.notify();
  expect(await service.ended).toMatchObject({ message: 'gone' });
});

/** A guest that opened a connection by hand, and what it may put into the ring. */
const opened = async () => {
  const doors = memoryDoors(areaBytes);
  const service = serveRing(doors.server, newSession());
  const { pages } = doors.guest;
  const open = async (connection: number): Promise<void> => {
    await pages.write64(at.request, packWord({ connection, index: 0 }));
    await doors.guest.notify();
    await settled();
  };
  await open(1);
  const version = encodeParts({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L') })[0]!;
  await pages.write(ringPageBytes, version);
  const put = async (index: number, entry: { place: number; bytes: number; room: number }): Promise<void> => {
    await pages.write(at.requests, packRequests([entry]));
    await pages.write64(at.request, packWord({ connection: 1, index }));
    await doors.guest.notify();
    await settled();
  };
  const answered = async () => unpackWord(await pages.read64(at.response));
  return { doors, service, put, answered, open, bytes: version.length };
};

test('what is as it should be is answered', async () => {
  const { put, answered, bytes } = await opened();
  await put(1, { place: 0, bytes, room: 512 });
  expect(await answered()).toEqual({ connection: 1, index: 1 });
});

test.each([
  ['an index that is ahead of the ring', 65, {}],
  ['an index that goes back', 0xffff_ffff, {}],
  ['a message shorter than a header', 1, { bytes: 6 }],
  ['a message longer than any may be', 1, { bytes: areaBytes + 1 }],
  ['a message that begins behind the pages', 1, { place: areaBytes }],
  ['a message that ends behind the pages', 1, { place: areaBytes - 20 }],
  ['a place that wraps around', 1, { place: 0xffff_ffff }],
  ['room that ends behind the pages', 1, { room: areaBytes + 1 }],
  ['room for no error', 1, { room: 10 }],
])('%s ends the connection, and the guest may open another', async (_, index, wrong) => {
  const { put, answered, open, service, bytes } = await opened();
  await put(index, { place: 0, bytes, room: 512, ...wrong });
  expect(await answered()).toEqual({ connection: 0, index: 0 });
  await open(2);
  expect(await answered()).toEqual({ connection: 2, index: 0 });
  await service.stop();
  expect(await answered()).toEqual({ connection: 0, index: 0 });
});

test('a reply without room is an error with its tag', async () => {
  const { put, doors, bytes } = await opened();
  await put(1, { place: 0, bytes, room: 12 });
  const reply = await doors.guest.pages.read(ringPageBytes, 11);
  // Rlerror, the tag of Tversion, EMSGSIZE.
  expect([...reply]).toEqual([11, 0, 0, 0, 7, 255, 255, 90, 0, 0, 0]);
});

test('a server that breaks the rules is left', async () => {
  const doors = memoryDoors(areaBytes);
  const ring = new GuestRing(doors.guest);
  const opening = ring.connect();
  await settled();
  await doors.server.pages.write64(at.response, packWord({ connection: 1, index: 0 }));
  await doors.server.notify();
  const transport = await opening;
  const ended = new Promise<Error>((resolve) => transport.start(() => undefined, resolve));
  await doors.server.pages.write64(at.response, packWord({ connection: 1, index: 1 }));
  await doors.server.notify();
  expect(await ended).toMatchObject({ code: 'EPROTO' });
});
