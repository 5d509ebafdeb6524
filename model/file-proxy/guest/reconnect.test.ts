import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RemoteTree } from '../client/remote-tree.ts';
import type { Transport } from '../client/transport.ts';
import { join as whole } from '../protocol/codec.ts';
import { FileError } from '../protocol/errors.ts';
import { octetsOf } from '../protocol/octets.ts';
import { Locks } from '../server/locks.ts';
import { Session } from '../server/session.ts';
import { treesUnderTest } from '../tree/every-tree.ts';
import type { Tree } from '../tree/tree.ts';
import { createGuestFileSystem } from './file-system.ts';
import { compareWithHost } from './host-reference.ts';
import { someOperation } from './random-operations.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** A server that is started anew again and again: each connection ends after some messages, the last of them done without an answer, or not done at all. */
const restarting = (tree: Tree, lives: readonly { readonly messages: number; readonly done: boolean }[]) => {
  let starts = 0;
  const connect = async (): Promise<Transport> => {
    const session = new Session({ tree, locks: new Locks() });
    const life = lives[starts++];
    let left = life?.messages ?? Number.POSITIVE_INFINITY;
    let open = true;
    let take: (message: Uint8Array) => void = () => undefined;
    let end: (reason: Error) => void = () => undefined;
    const close = (): void => {
      if (!open) return;
      open = false;
      void session.close().then(() => end(new FileError('ECONNRESET')));
    };
    return {
      start: (receive, ended) => {
        take = receive;
        end = ended;
      },
      send: (message) => {
        if (!open) return;
        left -= 1;
        if (left > 0)
          void session.handle(whole(message)).then((reply) => {
            if (open && reply !== null) take(reply);
          });
        else if (life?.done === true) void session.handle(whole(message)).then(close);
        else close();
      },
      close,
    };
  };
  return { connect, starts: () => starts };
};

const lives = fc.array(fc.record({ messages: fc.integer({ min: 6, max: 60 }), done: fc.boolean() }), {
  maxLength: 200,
  minLength: 100,
});
/** Open files across operations may lose their names, and with them what a restart can find again. */
const withoutOpenFiles = fc.array(
  someOperation.filter(({ text }) => !/^(open|read |write |ftruncate|fstat|fsync|close)/.test(text)),
  { minLength: 10, maxLength: 50, size: 'max' },
);

test.each(['memory', 'host'])(
  'a server of a %s tree that is started anew at any moment makes no difference',
  async (kind) => {
    let restarts = 0;
    const run = async (
      operations: Parameters<typeof compareWithHost>[0],
      plan: Parameters<typeof restarting>[1],
    ): Promise<void> => {
      const under = await treesUnderTest[kind]!();
      const server = restarting(under.tree, plan);
      const remote = await RemoteTree.connect({ connect: server.connect, reconnects: 100, messageSize: 8192 });
      try {
        await compareWithHost(operations, remote);
      } finally {
        restarts += server.starts() - 1;
        await remote.close();
        await under.close();
      }
    };
    await fc.assert(fc.asyncProperty(withoutOpenFiles, lives, run), { numRuns: thorough ? 1500 : 12 });
    expect(restarts).toBeGreaterThan(50);
  },
  thorough ? 3_000_000 : 300_000,
);

test('open files go on after a restart, where their names are, and are stale where they have none', async () => {
  const { tree } = await treesUnderTest.memory!();
  let transport: Transport | null = null;
  const server = restarting(tree, []);
  const remote = await RemoteTree.connect({
    connect: async () => (transport = await server.connect()),
    reconnects: 5,
  });
  const guest = createGuestFileSystem();
  await guest.mount('/share', remote);
  await guest.promises.mkdir('/share/d');
  const kept = await guest.promises.open('/share/d/kept', 'w+');
  const gone = await guest.promises.open('/share/gone', 'w+');
  await kept.write('before');
  await guest.promises.rename('/share/d', '/share/moved');
  await guest.promises.rename('/share/moved/kept', '/share/moved/still');
  await guest.promises.unlink('/share/gone');
  (transport as Transport | null)?.close();
  await kept.write(', after');
  expect(await guest.promises.readFile('/share/moved/still', 'utf8')).toBe('before, after');
  await expect(gone.write('x')).rejects.toMatchObject({ code: 'ESTALE' });
  await gone.close();
  await kept.close();
  expect(server.starts()).toBe(2);
  await remote.close();
  await expect(guest.promises.readFile('/share/moved/still')).rejects.toMatchObject({ code: 'ECONNABORTED' });
});

test.each([
  ['attach', 2],
  ['last request that makes a fid again', 6],
])('a connection that ends with the answer to its %s, when nothing is asked, is made anew', async (_, answers) => {
  const { tree } = await treesUnderTest.memory!();
  const made: Transport[] = [];
  const connect = async (): Promise<Transport> => {
    const session = new Session({ tree, locks: new Locks() });
    let [take, end]: [(message: Uint8Array) => void, (reason: Error) => void] = [() => undefined, () => undefined];
    let left = made.length === 1 ? answers : Number.POSITIVE_INFINITY;
    const transport: Transport = {
      start: (receive, ended) => {
        [take, end] = [receive, ended];
      },
      send: (message) =>
        void session.handle(whole(message)).then((reply) => {
          if (left > 0) take(reply!);
          left -= 1;
          if (left === 0) end(new FileError('ECONNRESET'));
        }),
      close: () => end(new FileError('ECONNRESET')),
    };
    made.push(transport);
    return transport;
  };
  const remote = await RemoteTree.connect({ connect, reconnects: 5 });
  const { file } = await (await remote.root()).create(
    octetsOf('file'),
    { read: true, write: true, truncate: false, append: false, exclusive: false, sync: false },
    0o644,
    0,
  );
  made[0]!.close();
  expect(await file.write(0, Buffer.from('after'))).toBe(5);
  expect(made.length).toBe(3);
});

test('without more tries, what is asked fails with why the connection ended', async () => {
  const { tree } = await treesUnderTest.memory!();
  const server = restarting(tree, [{ messages: 6, done: false }]);
  const remote = await RemoteTree.connect({ connect: server.connect });
  const guest = createGuestFileSystem();
  await guest.mount('/share', remote);
  await expect(guest.promises.writeFile('/share/a', 'x')).rejects.toMatchObject({
    code: 'ECONNRESET',
    syscall: 'open',
  });
});
