import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Octets, octetsFromBytes, octetsOf } from '../protocol/octets.ts';
import type { OpenFlags } from '../tree/tree.ts';

export type PathArgument = string | Buffer | URL | Uint8Array;

/** Node's error for an argument that cannot be meant. */
export class ArgumentError extends TypeError {
  readonly code: 'ERR_INVALID_ARG_VALUE' | 'ERR_INVALID_ARG_TYPE';
  constructor(code: ArgumentError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A path as it is shown in errors. */
export const shown = (path: PathArgument): string =>
  typeof path === 'string' ? path : path instanceof URL ? fileURLToPath(path) : Buffer.from(path).toString();

/** @throws ArgumentError for what is no path, or has a NUL in it */
export const readPath = (path: PathArgument): Octets => {
  if (typeof path !== 'string' && !(path instanceof Uint8Array) && !(path instanceof URL))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "path" argument must be a string, a Buffer or a URL.');
  const octets =
    typeof path === 'string'
      ? octetsOf(path)
      : path instanceof URL
        ? octetsOf(fileURLToPath(path))
        : octetsFromBytes(path);
  if (octets.includes('\0'))
    throw new ArgumentError('ERR_INVALID_ARG_VALUE', 'The argument "path" must be a path without null bytes.');
  return octets;
};

export interface GuestFlags extends OpenFlags {
  readonly create: boolean;
  readonly directory: boolean;
  readonly noFollow: boolean;
}

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } =
  fs.constants;
const words: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  w: O_TRUNC | O_CREAT | O_WRONLY,
  wx: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  'w+': O_TRUNC | O_CREAT | O_RDWR,
  'wx+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  a: O_APPEND | O_CREAT | O_WRONLY,
  ax: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  'a+': O_APPEND | O_CREAT | O_RDWR,
  'ax+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};

/** @throws ArgumentError for a word that Node does not know */
export const readFlags = (flags: string | number | null | undefined): GuestFlags => {
  const word = typeof flags === 'number' ? flags : words[flags ?? 'r'];
  if (word === undefined)
    throw new ArgumentError('ERR_INVALID_ARG_VALUE', `The argument 'flags' is invalid. Received '${flags}'`);
  const has = (bit: number): boolean => (word & bit) === bit;
  return {
    read: !has(O_WRONLY),
    write: has(O_WRONLY) || has(O_RDWR),
    truncate: has(O_TRUNC),
    append: has(O_APPEND),
    exclusive: has(O_EXCL),
    sync: has(O_SYNC),
    create: has(O_CREAT),
    directory: has(O_DIRECTORY),
    noFollow: has(O_NOFOLLOW),
  };
};

export const readMode = (mode: number | string | null | undefined, fallback: number): number =>
  typeof mode === 'string' ? Number.parseInt(mode, 8) : (mode ?? fallback);

/** A time as Node takes it: seconds since 1970, or a date; in nanoseconds. */
export const readTime = (time: number | string | Date): bigint =>
  time instanceof Date
    ? BigInt(Math.round(time.getTime() * 1e3)) * 1000n
    : BigInt(Math.round(Number(time) * 1e6)) * 1000n;

export const readData = (
  data: string | Uint8Array | ArrayBufferView,
  encoding: BufferEncoding = 'utf8',
): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "data" argument must be a string or a view of bytes.');
};

/** @throws ArgumentError for what is no array of views of bytes */
export const readBuffers = (buffers: readonly ArrayBufferView[]): readonly Uint8Array[] => {
  if (!Array.isArray(buffers) || !buffers.every((one) => ArrayBuffer.isView(one)))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "buffers" argument must be an array of views of bytes.');
  return buffers.map((one) => readData(one));
};

/** Options that may be given as an encoding alone. */
export const readOptions = <T extends object>(
  options: T | string | null | undefined,
): Partial<T> & { encoding?: string } =>
  typeof options === 'string'
    ? ({ encoding: options } as Partial<T> & { encoding: string })
    : (options ?? ({} as Partial<T>));
