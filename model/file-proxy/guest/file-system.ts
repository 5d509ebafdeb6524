import nodeFs from 'node:fs';
import { promisify } from 'node:util';
import { MemoryTree } from '../memory/tree.ts';
import { type Octets, textOf } from '../protocol/octets.ts';
import type { Tree } from '../tree/tree.ts';
import { ArgumentError, type PathArgument } from './arguments.ts';
import { attributeOperations } from './attributes.ts';
import { contentOperations } from './contents.ts';
import { copyOperations } from './copying.ts';
import { descriptorOperations } from './descriptors.ts';
import { Dir, directoryOperations } from './directories.ts';
import { FileHandle } from './file-handle.ts';
import { Guest, slashed } from './guest.ts';
import { nameOperations } from './names.ts';
import type { Precedence } from './namespace.ts';
import { removeOperations } from './removing.ts';
import { BigIntStats, Dirent, Stats } from './stats.ts';
import { streamOperations } from './streams.ts';
import { type Position, readingOf, writingOf } from './transfers.ts';
import { Watchers } from './watching.ts';

export interface GuestFileSystemOptions {
  /** The guest's own files; an empty tree in memory when left out. */
  readonly local?: Tree;
  /** Permissions that new files do not get; 0o022 when left out. */
  readonly umask?: number;
}

/** Takes what its function gives: whoever calls it knows what that is. */
type Callback = (error: Error | null, ...values: never[]) => void;
type Operation = (...values: never[]) => Promise<unknown>;
/** The callback form of an operation: the same arguments, and the callback last. */
type WithCallback<O extends Operation> = (...values: [...Partial<Parameters<O>>, Callback] | Parameters<O>) => void;

/** @throws ArgumentError for what is no function */
const callbackOf = (callback: unknown): Callback => {
  if (typeof callback === 'function') return callback as Callback;
  throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "cb" argument must be of type function.');
};

/** Calls back with what a work gives, and what else is told with it; with `null` alone where there is nothing to tell. */
const answer = (work: Promise<unknown>, callback: Callback, ...further: readonly unknown[]): void => {
  const given = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value, ...further]);
  work.then(
    (value) => queueMicrotask(() => callback(null, ...(given(value) as never[]))),
    (error: Error) => queueMicrotask(() => callback(error)),
  );
};

const withCallback =
  <O extends Operation>(operation: O): WithCallback<O> =>
  (...values) => {
    const callback = callbackOf(values.at(-1));
    answer(operation(...(values.slice(0, -1) as Parameters<O>)), callback);
  };

const withCallbacks = <T extends Readonly<Record<string, Operation>>>(
  operations: T,
): { readonly [K in keyof T]: WithCallback<T[K]> } =>
  Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, withCallback(operation)])) as {
    readonly [K in keyof T]: WithCallback<T[K]>;
  };

/** `fs.readv` and `fs.writev`: (fd, buffers, callback), (fd, buffers, position, callback). */
const vectorForm =
  (work: (descriptor: number, buffers: readonly ArrayBufferView[], position?: Position) => Promise<number>) =>
  (descriptor: number, buffers: readonly ArrayBufferView[], ...rest: unknown[]): void => {
    const callback = callbackOf(rest.pop());
    answer(work(descriptor, buffers, rest[0] as Position), callback, buffers);
  };

/** `fs.exists`, which gives no error; by `util.promisify` too. */
const existsByCallback = (exists: (path: PathArgument) => Promise<boolean>) =>
  Object.assign(
    (path: PathArgument, callback: (there: boolean) => void): void => {
      const told = callbackOf(callback) as unknown as typeof callback;
      void exists(path).then((there) => queueMicrotask(() => told(there)));
    },
    { [promisify.custom]: exists },
  );

const { F_OK, R_OK, W_OK, X_OK } = nodeFs.constants;
const accessModes = { F_OK, R_OK, W_OK, X_OK };

/** A call, and what `util.promisify` makes of it: both of what it calls back with, by these names. */
const named = <C extends (descriptor: number, ...values: never[]) => void>(
  call: C,
  [count, given]: readonly [string, string],
): C =>
  Object.assign(call, {
    [promisify.custom]: (descriptor: number, ...values: unknown[]): Promise<object> =>
      new Promise((resolve, reject) => {
        const told = (error: Error | null, first: unknown, second: unknown): void =>
          error === null ? resolve({ [count]: first, [given]: second }) : reject(error);
        call(descriptor, ...(values as never[]), told as never);
      }),
  });

/** A guest's file system in the shape of Node's `fs`: its own files, and whatever shares are mounted in it. */
export const createGuestFileSystem = ({ local = new MemoryTree(), umask = 0o022 }: GuestFileSystemOptions = {}) => {
  const guest = new Guest(local, umask);
  const watchers = new Watchers();
  guest.tell = (event, path) => watchers.made(event, textOf(slashed(path) as Octets));
  const descriptors = descriptorOperations(guest);
  const names = nameOperations(guest);
  const contents = contentOperations(descriptors, names.unlink);
  const { exists, list, namesIn, ...attributes } = attributeOperations(guest);
  const shared = {
    ...names,
    ...attributes,
    ...contents,
    ...directoryOperations(list, attributes.stat),
    ...copyOperations({ ...names, ...attributes, ...contents, list }),
    ...removeOperations({ ...names, ...attributes, namesIn }),
  };
  const promises = {
    ...shared,
    open: async (path: PathArgument, flags?: string | number, mode?: number | string): Promise<FileHandle> =>
      new FileHandle(descriptors, contents, await descriptors.open(path, flags, mode)),
    watch: watchers.watchEach.bind(watchers),
    constants: nodeFs.constants,
  };
  const { read, write, readv, writev, readRest: _rest, writeRest: _all, ...byNumber } = descriptors;
  const calls = {
    ...withCallbacks({ ...shared, ...byNumber }),
    read: named(
      (descriptor: number, ...values: unknown[]): void => {
        const callback = callbackOf(values.pop());
        const { buffer, into, position } = readingOf(values);
        const count = into.length === 0 ? Promise.resolve(0) : read(descriptor, into, position);
        answer(count, callback, buffer);
      },
      ['bytesRead', 'buffer'],
    ),
    write: named(
      (descriptor: number, ...values: unknown[]): void => {
        const callback = callbackOf(values.pop());
        const { data, position } = writingOf(values);
        answer(write(descriptor, data, position), callback, values[0]);
      },
      ['bytesWritten', 'buffer'],
    ),
    readv: named(vectorForm(readv), ['bytesRead', 'buffers']),
    // Node's own name for what was written.
    writev: named(vectorForm(writev), ['bytesWritten', 'buffer']),
  };
  return {
    ...calls,
    ...streamOperations(calls),
    ...accessModes,
    exists: existsByCallback(exists),
    realpath: Object.assign(withCallback(shared.realpath), { native: withCallback(shared.realpath) }),
    constants: nodeFs.constants,
    Stats,
    BigIntStats,
    Dirent,
    Dir,
    promises,
    /** Shows a share at a path of this tree. Where the guest has a file of its own there, `precedence` says which is seen. @throws FileError */
    mount: (path: string, tree: Tree, precedence: Precedence = 'local'): Promise<void> =>
      guest.namespace.add(path, tree, precedence),
    /** As `fs.watch`: the guest's own changes with the name, others' in shares without. A path need not be there; links in it are not followed. */
    watch: watchers.watch.bind(watchers),
    /** Tells who watches that others have changed something in the share at a path. */
    changed: (path: string): void => watchers.changed(path),
    unmount: (path: string): void => guest.namespace.remove(path),
  };
};

export type GuestFileSystem = ReturnType<typeof createGuestFileSystem>;
