/** A connection that breaks while another guest acts: what is asked twice destroys nothing of the other's. */
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import type { Transport } from '../client/transport.ts';
import { MemoryTree } from '../memory/tree.ts';
import { decode, join } from '../protocol/codec.ts';
import { FileError } from '../protocol/errors.ts';
import { Locks } from '../server/locks.ts';
import { Session } from '../server/session.ts';
import { createGuestFileSystem, type GuestFileSystem } from './file-system.ts';

/** Two guests of one tree. The first's connection breaks once, at its first creation of a file: before it arrives, or once it is done. */
const twoGuests = async (done: boolean, meanwhile: (other: GuestFileSystem) => Promise<void>) => {
  const tree = new MemoryTree();
  const guests: GuestFileSystem[] = [];
  let broken = false;
  const connect = async (): Promise<Transport> => {
    const session = new Session({ tree, locks: new Locks() });
    let [take, end]: [(message: Uint8Array) => void, (reason: Error) => void] = [() => undefined, () => undefined];
    const lose = async (bytes: Uint8Array): Promise<void> => {
      broken = true;
      if (done) await session.handle(bytes);
      await meanwhile(guests[1]!);
      await session.close();
      end(new FileError('ECONNRESET'));
    };
    return {
      start: (receive, ended) => {
        [take, end] = [receive, ended];
      },
      send: (message) => {
        const bytes = join(message);
        if (!broken && guests.length === 2 && decode(bytes).name === 'Tlcreate') void lose(bytes);
        else void session.handle(bytes).then((reply) => reply !== null && take(reply));
      },
      close: () => end(new FileError('ECONNRESET')),
    };
  };
  for (let guest = 0; guest < 2; guest++) {
    const files = createGuestFileSystem();
    await files.mount('/share', await RemoteTree.connect({ connect, reconnects: 5 }));
    guests.push(files);
  }
  return guests as [GuestFileSystem, GuestFileSystem];
};

test('exclusive creation that is asked twice is refused where another guest wrote the file meanwhile', async () => {
  const [own, other] = await twoGuests(false, (files) => files.promises.writeFile('/share/lock', 'the other'));
  await expect(own.promises.writeFile('/share/lock', 'own', { flag: 'wx' })).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await other.promises.readFile('/share/lock', 'utf8')).toBe('the other');
});

test('exclusive creation that was done, and is asked twice, succeeds', async () => {
  const [own, other] = await twoGuests(true, async () => undefined);
  await own.promises.writeFile('/share/lock', 'own', { flag: 'wx' });
  expect(await other.promises.readFile('/share/lock', 'utf8')).toBe('own');
});

test('a file that another guest writes after it was created for this one keeps what it wrote', async () => {
  const [own, other] = await twoGuests(true, (files) => files.promises.writeFile('/share/lock', 'the other'));
  await own.promises.open('/share/lock', 'wx').catch(() => undefined);
  expect(await other.promises.readFile('/share/lock', 'utf8')).toBe('the other');
});
