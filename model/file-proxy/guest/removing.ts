/** `fs.rm`, and `fs.rmdir` with `recursive`: as Node 20's `lib/internal/fs/rimraf.js` does it. */
import { setTimeout } from 'node:timers/promises';
import { codeOf } from '../protocol/errors.ts';
import { ArgumentError, type PathArgument, readInteger, shown } from './arguments.ts';
import type { Stats } from './stats.ts';
import { SystemError } from './system-error.ts';

export interface RemoveOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
  /** How often what is busy, or was filled meanwhile, is tried again. */
  readonly maxRetries?: number;
  /** Milliseconds before the first of these; so many more before each next. */
  readonly retryDelay?: number;
}

/** What removing is made of. */
interface Calls {
  lstat(path: PathArgument): Promise<Stats>;
  stat(path: PathArgument): Promise<Stats>;
  namesIn(path: Buffer): Promise<readonly Buffer[]>;
  rmdir(path: PathArgument): Promise<void>;
  unlink(path: PathArgument): Promise<void>;
}

const triedAgain: ReadonlySet<string> = new Set(['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM']);
const isFilled: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM']);

const readBoolean = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(
    'ERR_INVALID_ARG_TYPE',
    `The "options.${name}" argument must be true or false; it is ${value}.`,
  );
};

/** @throws ArgumentError, ArgumentRangeError */
const readRemoveOptions = (options: RemoveOptions | null | undefined): Required<RemoveOptions> => {
  if (typeof (options ?? {}) !== 'object')
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "options" argument must be an object.');
  const { recursive = false, force = false, maxRetries = 0, retryDelay = 100 } = options ?? {};
  return {
    recursive: readBoolean('recursive', recursive),
    force: readBoolean('force', force),
    maxRetries: readInteger('options.maxRetries', maxRetries, 0, 2 ** 32 - 1),
    retryDelay: readInteger('options.retryDelay', retryDelay, 0, 2 ** 31 - 1),
  };
};

const bytesOfPath = (path: PathArgument): Buffer =>
  path instanceof Uint8Array ? Buffer.from(path) : Buffer.from(shown(path));

export const removeOperations = (calls: Calls) => {
  const unlessGone = (error: unknown): void => {
    if (codeOf(error) !== 'ENOENT') throw error;
  };
  /** Its own removal is tried first: a directory that may not go keeps what is in it. */
  const removeDirectory = async (path: Buffer): Promise<void> => {
    try {
      await calls.rmdir(path);
    } catch (error) {
      const code = codeOf(error);
      // A link that leads to one, with a slash behind it: it stays, as in Node.
      if (code === 'ENOTDIR') return;
      if (!isFilled.has(code)) return unlessGone(error);
      for (const name of await calls.namesIn(path)) await removeWhole(Buffer.concat([path, Buffer.from('/'), name]));
      await calls.rmdir(path).catch(unlessGone);
    }
  };
  const removeWhole = async (path: Buffer): Promise<void> => {
    const isDirectory = await calls.lstat(path).then((stats) => stats.isDirectory(), unlessGone);
    if (isDirectory === undefined) return;
    await (isDirectory ? removeDirectory(path) : calls.unlink(path).catch(unlessGone));
  };
  const remove = async (path: PathArgument, { maxRetries, retryDelay }: Required<RemoveOptions>): Promise<void> => {
    for (let tried = 1; ; tried += 1)
      try {
        return await removeWhole(bytesOfPath(path));
      } catch (error) {
        if (tried > maxRetries || !triedAgain.has(codeOf(error))) throw error;
        await setTimeout(tried * retryDelay);
      }
  };
  return {
    /** Removes a file, or with `recursive` whatever is below too; `force` passes over what is not there. */
    rm: async (path: PathArgument, options?: RemoveOptions | null): Promise<void> => {
      shown(path);
      const read = readRemoveOptions(options);
      const stats = await calls.lstat(path).catch((error: unknown) => {
        if (read.force && codeOf(error) === 'ENOENT') return null;
        throw error;
      });
      if (stats === null) return;
      if (stats.isDirectory() && !read.recursive)
        throw new SystemError(
          'ERR_FS_EISDIR',
          { syscall: 'rm', path: shown(path) },
          `'${shown(path)}' is a directory: remove it with { recursive: true }.`,
        );
      await remove(path, read);
    },
    rmdir: async (path: PathArgument, options?: RemoveOptions | null): Promise<void> => {
      shown(path);
      const read = readRemoveOptions(options);
      if (read.recursive && (await calls.stat(path)).isDirectory()) return remove(path, read);
      return calls.rmdir(path);
    },
  };
};
