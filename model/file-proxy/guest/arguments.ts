import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FileError } from '../protocol/errors.ts';
import { type Octets, octetsFromBytes, octetsOf } from '../protocol/octets.ts';
import type { OpenFlags } from '../tree/tree.ts';

export type PathArgument = string | Buffer | URL | Uint8Array;

/** Node's error for a number that cannot be meant. */
export class ArgumentRangeError extends RangeError {
  readonly code = 'ERR_OUT_OF_RANGE';
}

/** Node's error for an argument that cannot be meant. */
export class ArgumentError extends TypeError {
  readonly code: 'ERR_INVALID_ARG_VALUE' | 'ERR_INVALID_ARG_TYPE';
  constructor(code: ArgumentError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const checkPath = (path: unknown): void => {
  if (typeof path !== 'string' && !(path instanceof Uint8Array) && !(path instanceof URL))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "path" argument must be a string, a Buffer or a URL.');
};

/** A path as it is shown in errors. @throws ArgumentError for what is no path */
export const shown = (path: PathArgument): string => {
  checkPath(path);
  return typeof path === 'string' ? path : path instanceof URL ? fileURLToPath(path) : Buffer.from(path).toString();
};

/** @throws ArgumentError for what is no path, or has a NUL in it */
export const readPath = (path: PathArgument): Octets => {
  checkPath(path);
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
  sr: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  'sr+': O_RDWR | O_SYNC,
  w: O_TRUNC | O_CREAT | O_WRONLY,
  wx: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  xw: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  'w+': O_TRUNC | O_CREAT | O_RDWR,
  'wx+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  'xw+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  a: O_APPEND | O_CREAT | O_WRONLY,
  ax: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  xa: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  sa: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  'a+': O_APPEND | O_CREAT | O_RDWR,
  'ax+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'xa+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
  'sa+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};

/** An integer from `least` to `most`. @throws ArgumentError, ArgumentRangeError */
export const readInteger = (
  name: string,
  value: unknown,
  least = Number.MIN_SAFE_INTEGER,
  most = Number.MAX_SAFE_INTEGER,
): number => {
  if (typeof value !== 'number')
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be a number; it is ${String(value)}.`);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ArgumentRangeError(
      `The value of "${name}" is ${value}, but it must be an integer from ${least} to ${most}.`,
    );
  return value;
};

/** @throws ArgumentError for a word that Node does not know; ArgumentRangeError for a number that is none of 32 bits */
export const readFlags = (flags: string | number | null | undefined): GuestFlags => {
  const text = flags ?? 'r';
  const word =
    typeof text === 'number'
      ? readInteger('flags', text, -(2 ** 31), 2 ** 31 - 1)
      : Object.hasOwn(words, text)
        ? words[text]
        : undefined;
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

/** Permissions: a number, or digits of base 8. @param fallback of who gives none. @throws ArgumentError, ArgumentRangeError */
export const readMode = (mode: number | string | null | undefined, fallback?: number): number => {
  if (typeof mode !== 'string') return readInteger('mode', mode ?? fallback, 0, 2 ** 32 - 1);
  if (/^[0-7]+$/.test(mode)) return readInteger('mode', Number.parseInt(mode, 8), 0, 2 ** 32 - 1);
  throw new ArgumentError(
    'ERR_INVALID_ARG_VALUE',
    `The argument 'mode' must be a number or digits of base 8, as in '755'; it is '${mode}'.`,
  );
};

/** Bytes that a file is to have; as in Node, less than none is none. @throws ArgumentError, ArgumentRangeError */
export const readLength = (length?: number): number =>
  Math.max(0, readInteger('len', length === undefined ? 0 : length));

export type Time = number | string | Date;
/** A time as Node takes it: seconds since 1970, of which a negative number stands for the present, or a date; in nanoseconds. @throws ArgumentError; FileError for a date that is none */
export const readTime = (time: Time): bigint => {
  if (time instanceof Date) {
    if (Number.isNaN(time.getTime())) throw new FileError('EINVAL');
    return BigInt(Math.round(time.getTime() * 1e3)) * 1000n;
  }
  const seconds = typeof time === 'string' && time.trim() !== '' ? Number(time) : time;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds))
    throw new ArgumentError(
      'ERR_INVALID_ARG_TYPE',
      `A time must be a Date or seconds since 1970; it is '${String(time)}'.`,
    );
  return seconds < 0 && typeof time === 'number'
    ? BigInt(Date.now()) * 1_000_000n
    : BigInt(Math.round(seconds * 1e6)) * 1000n;
};

/** @throws ArgumentError for an encoding that Node does not know */
const checkEncoding = (encoding: unknown): void => {
  if (!encoding || encoding === 'buffer' || Buffer.isEncoding(encoding as string)) return;
  throw new ArgumentError(
    'ERR_INVALID_ARG_VALUE',
    `The argument 'encoding' must be one of Node's, as 'utf8' or 'buffer'; it is '${String(encoding)}'.`,
  );
};

export const bytesOfView = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export const readData = (
  data: string | Uint8Array | ArrayBufferView,
  encoding: BufferEncoding = 'utf8',
): Uint8Array => {
  if (typeof data === 'string') {
    checkEncoding(encoding);
    return Buffer.from(data, encoding);
  }
  if (ArrayBuffer.isView(data)) return bytesOfView(data);
  throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "data" argument must be a string or a view of bytes.');
};

/** @throws ArgumentError for what is no array of views of bytes */
export const readBuffers = (buffers: readonly ArrayBufferView[]): readonly Uint8Array[] => {
  if (!Array.isArray(buffers) || !buffers.every((one) => ArrayBuffer.isView(one)))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "buffers" argument must be an array of views of bytes.');
  return buffers.map((one) => readData(one));
};

/** Options that may be given as an encoding alone. @throws ArgumentError */
export const readOptions = <T extends object>(
  options: T | string | null | undefined,
): Partial<T> & { encoding?: string } => {
  const given = (typeof options === 'string' ? { encoding: options } : (options ?? {})) as Partial<T> & {
    encoding?: string;
  };
  if (typeof given !== 'object')
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "options" argument must be an encoding or an object.');
  checkEncoding(given.encoding);
  return given;
};
