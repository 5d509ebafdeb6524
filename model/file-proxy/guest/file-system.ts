import nodeFs from 'node:fs';
import { MemoryTree } from '../memory/tree.ts';
import { type Octets, textOf } from '../protocol/octets.ts';
import type { Tree } from '../tree/tree.ts';
import { type PathArgument, readData } from './arguments.ts';
import { attributeOperations } from './attributes.ts';
import { contentOperations } from './contents.ts';
import { copyOperations } from './copying.ts';
import { descriptorOperations, type Position } from './descriptors.ts';
import { Dir, directoryOperations } from './directories.ts';
import { FileHandle } from './file-handle.ts';
import { Guest, slashed } from './guest.ts';
import { nameOperations } from './names.ts';
import type { Precedence } from './namespace.ts';
import { BigIntStats, Dirent, Stats } from './stats.ts';
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

const withCallback =
  <O extends Operation>(operation: O): WithCallback<O> =>
  (...values) => {
    const callback = values.at(-1);
    if (typeof callback !== 'function')
      throw Object.assign(new TypeError('The "cb" argument must be of type function.'), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    const given = values.slice(0, -1) as Parameters<O>;
    operation(...given).then(
      (value) => queueMicrotask(() => (callback as Callback)(null, value as never)),
      (error: Error) => queueMicrotask(() => (callback as Callback)(error)),
    );
  };

const withCallbacks = <T extends Readonly<Record<string, Operation>>>(
  operations: T,
): { readonly [K in keyof T]: WithCallback<T[K]> } =>
  Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, withCallback(operation)])) as {
    readonly [K in keyof T]: WithCallback<T[K]>;
  };

/** `fs.read` in its forms: (fd, buffer, offset, length, position, callback), (fd, options, callback), (fd, callback). */
const readArguments = (
  values: readonly unknown[],
): readonly [buffer: Uint8Array, offset: number, length: number, position: Position] => {
  const [first, ...rest] = values;
  const options = (first instanceof Uint8Array ? (rest.length === 1 ? rest[0] : null) : first) as
    | Readonly<{
        buffer?: Uint8Array;
        offset?: number;
        length?: number;
        position?: Position;
      }>
    | null
    | undefined;
  const buffer = first instanceof Uint8Array ? first : (options?.buffer ?? Buffer.alloc(16_384));
  const [offset, length, position] =
    options === null || options === undefined ? rest : [options.offset, options.length, options.position];
  const start = (offset as number | undefined) ?? 0;
  return [buffer, start, (length as number | undefined) ?? buffer.length - start, position as Position];
};

/** `fs.write` in its forms: (fd, buffer, offset, length, position), (fd, text, position, encoding). */
const writeArguments = (values: readonly unknown[]): readonly [data: Uint8Array, position: Position] => {
  const [data, second, third, fourth] = values;
  if (typeof data === 'string')
    return [readData(data, (third as BufferEncoding | undefined) ?? 'utf8'), second as Position];
  const bytes = readData(data as Uint8Array);
  const offset = (second as number | undefined) ?? 0;
  return [
    bytes.subarray(offset, offset + ((third as number | undefined) ?? bytes.length - offset)),
    fourth as Position,
  ];
};

/** `fs.readv` and `fs.writev`: (fd, buffers, callback), (fd, buffers, position, callback). */
const vectorForm =
  (work: (descriptor: number, buffers: readonly ArrayBufferView[], position?: Position) => Promise<number>) =>
  (descriptor: number, buffers: readonly ArrayBufferView[], ...rest: unknown[]): void => {
    const callback = rest.pop() as Callback;
    work(descriptor, buffers, rest[0] as Position).then(
      (count) => queueMicrotask(() => callback(null, count as never, buffers as never)),
      (error: Error) => queueMicrotask(() => callback(error)),
    );
  };

/** A guest's file system in the shape of Node's `fs`: its own files, and whatever shares are mounted in it. */
export const createGuestFileSystem = ({ local = new MemoryTree(), umask = 0o022 }: GuestFileSystemOptions = {}) => {
  const guest = new Guest(local, umask);
  const watchers = new Watchers();
  guest.tell = (event, path) => watchers.made(event, textOf(slashed(path) as Octets));
  const descriptors = descriptorOperations(guest);
  const names = nameOperations(guest);
  const contents = contentOperations(descriptors, names.unlink);
  const { exists, list, ...attributes } = attributeOperations(guest);
  const shared = {
    ...names,
    ...attributes,
    ...contents,
    ...directoryOperations(list, attributes.stat),
    ...copyOperations({ ...names, ...attributes, ...contents, list }),
  };
  const promises = {
    ...shared,
    open: async (path: PathArgument, flags?: string | number, mode?: number | string): Promise<FileHandle> =>
      new FileHandle(descriptors, await descriptors.open(path, flags, mode)),
    watch: watchers.watchEach.bind(watchers),
    constants: nodeFs.constants,
  };
  const { read, write, readv, writev, readRest: _rest, writeRest: _all, ...byNumber } = descriptors;
  const fileSystem = {
    ...withCallbacks({ ...shared, ...byNumber }),
    read(descriptor: number, ...values: unknown[]): void {
      const callback = values.pop() as Callback;
      const [buffer, offset, length, position] = readArguments(values);
      read(descriptor, buffer, offset, length, position).then(
        (count) => queueMicrotask(() => callback(null, count as never, buffer as never)),
        (error: Error) => queueMicrotask(() => callback(error)),
      );
    },
    write(descriptor: number, ...values: unknown[]): void {
      const callback = values.pop() as Callback;
      const [data, position] = writeArguments(values);
      write(descriptor, data, position).then(
        (count) => queueMicrotask(() => callback(null, count as never, values[0] as never)),
        (error: Error) => queueMicrotask(() => callback(error)),
      );
    },
    readv: vectorForm(readv),
    writev: vectorForm(writev),
    exists(path: PathArgument, callback: (there: boolean) => void): void {
      void exists(path).then(callback);
    },
    // Node's own streams run on whatever file system they are given.
    createReadStream: (path: PathArgument, options?: object): nodeFs.ReadStream =>
      nodeFs.createReadStream(path as string, { ...options, fs: fileSystem } as object),
    createWriteStream: (path: PathArgument, options?: object): nodeFs.WriteStream =>
      nodeFs.createWriteStream(path as string, { ...options, fs: fileSystem } as object),
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
  return fileSystem;
};

export type GuestFileSystem = ReturnType<typeof createGuestFileSystem>;
