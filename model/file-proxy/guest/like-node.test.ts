/** Arguments, paths and results of a guest's calls that once differed from Node's own on a real directory. */
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createGuestFileSystem } from './file-system.ts';

/** Node's declarations leave out that its streams are classes, and that the modes of access are there too. */
type Files = Omit<typeof fs, 'ReadStream'> & {
  readonly ReadStream: new (path: string, options: object) => fs.ReadStream;
} & Readonly<Record<'F_OK' | 'R_OK' | 'W_OK' | 'X_OK', number>>;
type Call = (files: Files, root: string) => unknown;

/** What a call gives, or by what code it is refused; paths as below the root. */
const outcome = async (root: string, work: () => unknown): Promise<unknown> => {
  try {
    const value = (await work()) ?? null;
    return typeof value === 'string' ? value.replace(root, '') : value;
  } catch (error) {
    const { name, code, errno, syscall, path, message } = error as NodeJS.ErrnoException;
    // Words of errors that the system gives; those of arguments are our own.
    const words = errno === undefined || code?.startsWith('ERR_') ? null : message.replaceAll(root, '');
    return { name, code, syscall: code?.startsWith('ERR_') ? null : syscall, path: path?.replace(root, ''), words };
  }
};

const treeOf = async ({ promises }: Files, path: string): Promise<unknown> => {
  const stats = await promises.lstat(path);
  if (!stats.isDirectory()) return stats.isFile() ? promises.readFile(path, 'utf8') : promises.readlink(path);
  const names = (await promises.readdir(path)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await treeOf({ promises } as Files, `${path}/${name}`)])),
  );
};

/** Outcomes of each call on a tree of its own, and what it leaves. */
const outcomesOn = async (files: Files, base: string, calls: Readonly<Record<string, Call>>): Promise<unknown> => {
  const outcomes: Record<string, unknown> = {};
  for (const [index, [name, call]] of Object.entries(calls).entries()) {
    const root = `${base}/${index}`;
    await files.promises.mkdir(`${root}/d/e`, { recursive: true });
    for (const [file, text] of [
      ['f', 'hello world'],
      ['d/g', 'g'],
      ['d/e/h', 'hh'],
    ] as const)
      await files.promises.writeFile(`${root}/${file}`, text);
    for (const [link, target] of [
      ['dl', 'd'],
      ['broken', 'nowhere'],
    ] as const)
      await files.promises.symlink(target, `${root}/${link}`);
    outcomes[name] = [await outcome(root, () => call(files, root)), await treeOf(files, root)];
  }
  return outcomes;
};

const expectAlike = async (calls: Readonly<Record<string, Call>>): Promise<void> => {
  const directory = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-like-node-'));
  const guest = createGuestFileSystem({ umask: process.umask() });
  await guest.promises.mkdir('/root');
  try {
    expect(await outcomesOn(guest as unknown as Files, '/root', calls)).toEqual(
      await outcomesOn(fs as unknown as Files, directory, calls),
    );
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
};
/** The same call with each of some values. */
const each = (name: string, values: readonly unknown[], call: (value: never) => Call): Record<string, Call> =>
  Object.fromEntries(values.map((value) => [`${name} ${String(value)}`, call(value as never)]));

test('names with a slash behind them, of what is removed, made or moved', () =>
  expectAlike({
    ...each(
      'rmdir',
      ['dl/', 'f/', 'broken/', 'd/e/', 'd/.'],
      (at) =>
        ({ promises }, root) =>
          promises.rmdir(`${root}/${at}`),
    ),
    ...each(
      'unlink',
      ['dl/', 'f/', 'broken/', 'd/', 'f/.'],
      (at) =>
        ({ promises }, root) =>
          promises.unlink(`${root}/${at}`),
    ),
    ...each(
      'mkdir',
      ['dl/', 'f/', 'broken/', 'new/', 'missing/.'],
      (at) =>
        ({ promises }, root) =>
          promises.mkdir(`${root}/${at}`),
    ),
    ...each(
      'rename',
      ['dl/', 'f/', 'broken/', 'd/e/'],
      (at) =>
        ({ promises }, root) =>
          promises.rename(`${root}/${at}`, `${root}/n`),
    ),
    ...each(
      'rename to',
      ['dl/', 'f/', 'broken/', 'n/'],
      (at) =>
        ({ promises }, root) =>
          promises.rename(`${root}/d/e`, `${root}/${at}`),
    ),
    ...each(
      'writeFile',
      ['missing/.', 'new/.', 'd/.'],
      (at) =>
        ({ promises }, root) =>
          promises.writeFile(`${root}/${at}`, ''),
    ),
  }));

test('removing', () => {
  const options = [undefined, { force: true }, { recursive: true }, { recursive: true, force: true }];
  const calls: Record<string, Call> = {};
  for (const at of ['f', 'f/', 'dl', 'dl/', 'd', 'd/', 'd/.', 'missing', 'broken'])
    for (const given of options)
      calls[`rm ${at} ${JSON.stringify(given)}`] = ({ promises }, root) => promises.rm(`${root}/${at}`, given);
  return expectAlike({
    ...calls,
    ...each(
      'rm with',
      [5, { recursive: 'yes' }, { maxRetries: -1 }],
      (given) =>
        ({ promises }, root) =>
          promises.rm(`${root}/f`, given),
    ),
    'rmdir recursive': ({ promises }, root) => promises.rmdir(`${root}/d`, { recursive: true }),
    'rmdir recursive of a file': ({ promises }, root) => promises.rmdir(`${root}/f`, { recursive: true }),
  });
});

test('flags, modes, lengths, times and encodings', () =>
  expectAlike({
    ...each(
      'open',
      ['sr', 'sr+', 'xw', 'xw+', 'xa', 'sa', 'xa+', 'sa+', 'constructor', 1.5],
      (flag) =>
        async ({ promises }, root) => {
          const handle = await promises.open(`${root}/new`, flag);
          await handle.close();
        },
    ),
    ...each('chmod', ['755', '0o755', 'abc', -1, 1.5, 2 ** 32, null, {}], (mode) => async ({ promises }, root) => {
      await promises.chmod(`${root}/f`, mode);
      return (await promises.stat(`${root}/f`)).mode;
    }),
    ...each(
      'truncate',
      [5, 20, -1, undefined, null, 1.5, '5', Number.NaN],
      (length) =>
        ({ promises }, root) =>
          promises.truncate(`${root}/f`, length),
    ),
    ...each(
      'utimes',
      [1.5, '1.5', 'x', -1, Number.NaN, null, new Date(-5000), new Date('x')],
      (time) =>
        async ({ promises }, root) => {
          await promises.utimes(`${root}/f`, time, time);
          const { mtimeMs } = await promises.stat(`${root}/f`);
          return mtimeMs > 1e12 ? 'now' : mtimeMs;
        },
    ),
    ...each(
      'access',
      [0, 7, 8, -1, 'r'],
      (mode) =>
        ({ promises }, root) =>
          promises.access(`${root}/d`, mode),
    ),
    ...each(
      'copyFile',
      [0, 1, 8, -1, 'x'],
      (mode) =>
        ({ promises }, root) =>
          promises.copyFile(`${root}/f`, `${root}/n`, mode),
    ),
    'copyFile of a directory over a file of two names': async ({ promises }, root) => {
      await promises.link(`${root}/f`, `${root}/n`);
      const told = await outcome(root, () => promises.copyFile(`${root}/d`, `${root}/f`));
      const { size, mode, nlink } = await promises.stat(`${root}/n`);
      return [told, size, mode, nlink];
    },
    ...each(
      'readFile as',
      ['hex', 'nonsense', 5],
      (encoding) =>
        ({ promises }, root) =>
          promises.readFile(`${root}/f`, encoding),
    ),
    ...each(
      'chown to',
      ['a', -5],
      (owner) =>
        ({ promises }, root) =>
          promises.chown(`${root}/f`, owner, 0),
    ),
    ...each(
      'mkdtemp',
      [1, null],
      (prefix) =>
        ({ promises }) =>
          promises.mkdtemp(prefix),
    ),
    'mkdtemp of bytes': async ({ promises }, root) => {
      const made = (await promises.mkdtemp(`${root}/t-`, 'buffer')) as unknown as Buffer;
      await promises.rmdir(made);
      return [Buffer.isBuffer(made), made.length - root.length];
    },
    'symlink of a type': ({ promises }, root) => promises.symlink('f', `${root}/n`, 'nonsense'),
    'realpath of bytes': ({ promises }, root) =>
      promises.realpath(`${root}/dl`, 'hex').then((path) => Buffer.from(path, 'hex').toString()),
    'realpath.native': ({ realpath }, root) => promisify(realpath.native)(`${root}/dl`),
    statfs: async ({ promises }, root) =>
      Object.entries(await promises.statfs(root)).map(([name, value]) => [name, typeof value]),
    'statfs of bigints': async ({ promises }, root) =>
      Object.entries(await promises.statfs(root, { bigint: true })).map(([name, value]) => [name, typeof value]),
  }));

test('reads and writes in all their forms', () => {
  const onFile =
    (flag: string, work: (handle: fs.promises.FileHandle, files: Files) => unknown): Call =>
    async (files, root) => {
      const handle = await files.promises.open(`${root}/f`, flag);
      try {
        return await work(handle, files);
      } finally {
        await handle.close();
      }
    };
  const bytes = (): Buffer => Buffer.from('ABCDE');
  return expectAlike({
    ...each('read', [[-1, 1], [0, 9], [4, 5], [1.5, 1], [5], [1, 2]], ([offset, length]: [number, number]) =>
      onFile('r', async (handle) => ({ ...(await handle.read(Buffer.alloc(5), offset, length, 0)) })),
    ),
    ...each(
      'write',
      [
        [-1, 1],
        [0, 9],
        [4, 5],
        [1.5, 1],
        [1, 2],
      ],
      ([offset, length]: [number, number]) =>
        onFile('r+', async (handle) => ({ ...(await handle.write(bytes(), offset, length, 0)) })),
    ),
    'read by options': onFile('r', async (handle) => ({
      ...(await handle.read(Buffer.alloc(5), { offset: 1, length: 2, position: 3 })),
    })),
    'write by options': onFile('r+', async (handle) => ({
      ...(await handle.write(bytes() as never, { offset: 1, length: 2, position: 4 } as never)),
    })),
    'read into numbers': onFile('r', async (handle) => [...(await handle.read(new Uint16Array(3))).buffer]),
    'write of numbers': onFile(
      'r+',
      async (handle) => (await handle.write(new Uint16Array([0x4142, 0x4344]))).bytesWritten,
    ),
    'write of what is no data': onFile('r+', (handle) => handle.write(5 as never)),
    'append at a position': onFile('a+', async (handle) => {
      await handle.write('X', 0);
      return (await handle.read(Buffer.alloc(3), 0, 3, null)).bytesRead;
    }),
    'parts of a handle': onFile('r+', (handle) => handle.writeFile(['a', Buffer.from('b')] as never)),
    'promisified read': onFile('r', (handle, { read }) => promisify(read)(handle.fd, Buffer.alloc(4), 0, 4, 1)),
    'promisified write': onFile('r+', (handle, { write }) => promisify(write)(handle.fd, 'AB')),
    'promisified exists': ({ exists }, root) => promisify(exists)(`${root}/f`),
    'disposed of': onFile('r', async (handle) => {
      await handle[Symbol.asyncDispose]();
      return handle.fd;
    }),
    'parts, one after another': ({ promises }, root) =>
      promises.writeFile(`${root}/f`, ['a', 'b', Buffer.from('c')] as never),
    'what is no part': ({ promises }, root) => promises.writeFile(`${root}/f`, [1] as never),
    'a callback with nothing to tell': ({ unlink }, root) =>
      new Promise((resolve) => unlink(`${root}/f`, (...told) => resolve(told))),
  });
});

test('signals that end a work, and streams', () => {
  const aborted = { signal: AbortSignal.abort() };
  const textOf = async (stream: AsyncIterable<unknown>): Promise<string> => {
    let text = '';
    for await (const part of stream) text += String(part);
    return text;
  };
  return expectAlike({
    'readFile, aborted': ({ promises }, root) => promises.readFile(`${root}/f`, aborted),
    'writeFile, aborted': ({ promises }, root) => promises.writeFile(`${root}/f`, 'X', aborted),
    'readFile with what is no signal': ({ promises }, root) => promises.readFile(`${root}/f`, { signal: 5 as never }),
    'writeFile, aborted meanwhile': ({ promises }, root) => {
      const controller = new AbortController();
      const parts = async function* () {
        yield 'a';
        controller.abort();
        yield 'b';
      };
      return promises.writeFile(`${root}/f`, parts(), { signal: controller.signal });
    },
    'a stream, made as a class': async ({ ReadStream }, root) =>
      textOf(new ReadStream(`${root}/f`, { start: 2, end: 5 })),
    'a stream, and its class': ({ ReadStream, createReadStream }, root) => {
      const stream = createReadStream(`${root}/f`);
      stream.destroy();
      return stream instanceof ReadStream;
    },
    'a stream in an encoding': ({ createReadStream }, root) => textOf(createReadStream(`${root}/f`, 'hex')),
    'a stream of a handle': async ({ promises, createReadStream }, root) =>
      textOf(createReadStream('', { fd: await promises.open(`${root}/f`, 'r'), start: 1 })),
    'a watch that was closed': ({ watch }, root) =>
      new Promise((resolve) => {
        const told: string[] = [];
        const watcher = watch(`${root}/d`);
        watcher.on('close', () => resolve([...told, 'closed']));
        watcher.close();
        told.push('gone on');
      }),
    'modes of access': ({ F_OK, R_OK, W_OK, X_OK }) => [F_OK, R_OK, W_OK, X_OK],
  });
});
