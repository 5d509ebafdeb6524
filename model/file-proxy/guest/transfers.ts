/** What `read` and `write` are given, in all forms of Node's handles and calls. */
import { ArgumentError, ArgumentRangeError, bytesOfView, readData, readInteger } from './arguments.ts';

export type Position = number | bigint | null | undefined;

interface Range {
  readonly offset?: number | null | undefined;
  readonly length?: number | null | undefined;
  readonly position?: Position;
}

const isView = (value: unknown): value is ArrayBufferView => ArrayBuffer.isView(value);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The range that three arguments, or one object in their place, stand for. */
const rangeOf = ([offset, length, position]: readonly unknown[]): Range =>
  isObject(offset) ? (offset as Range) : ({ offset, length, position } as Range);

/** Part of a buffer. @throws ArgumentError, ArgumentRangeError */
const part = (bytes: Uint8Array, { offset, length }: Range): Uint8Array => {
  const start = offset === null || offset === undefined ? 0 : readInteger('offset', offset, 0);
  const count = length ?? bytes.length - start;
  if (count !== 0 && (count < 0 || start + count > bytes.length))
    throw new ArgumentRangeError(`${count} bytes at ${start} are not within a buffer of ${bytes.length}.`);
  return bytes.subarray(start, start + count);
};

/** What may be given as a position; null for where the last work ended. @throws ArgumentError, ArgumentRangeError */
const positionOf = (position: unknown): Position => {
  if (position === null || position === undefined || typeof position === 'bigint') return position;
  return readInteger('position', position, -1);
};

export interface Reading {
  /** As it was given. */
  readonly buffer: ArrayBufferView;
  readonly into: Uint8Array;
  readonly position: Position;
}

const defaultBytes = 16_384;

/** (buffer, offset, length, position), (buffer, options), (options) or nothing. @throws ArgumentError, ArgumentRangeError */
export const readingOf = ([first, ...rest]: readonly unknown[]): Reading => {
  if (first !== null && first !== undefined && !isObject(first))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "buffer" argument must be a view of bytes, or options.');
  const options = (isView(first) ? {} : (first ?? {})) as Range & { readonly buffer?: unknown };
  const buffer = isView(first) ? first : (options.buffer ?? Buffer.alloc(defaultBytes));
  if (!isView(buffer))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "buffer" argument must be a view of bytes.');
  const range = isView(first) ? rangeOf(rest) : options;
  // As in Node, no number is none.
  const length = range.length === null || range.length === undefined ? range.length : Number(range.length) | 0;
  return { buffer, into: part(bytesOfView(buffer), { ...range, length }), position: positionOf(range.position) };
};

export interface Writing {
  readonly data: Uint8Array;
  readonly position: Position;
}

/** (buffer, offset, length, position), (buffer, options) or (text, position, encoding). @throws ArgumentError, ArgumentRangeError */
export const writingOf = ([data, ...rest]: readonly unknown[]): Writing => {
  if (!isView(data)) {
    const [position, encoding] = rest;
    const isNumber = typeof position === 'number' || typeof position === 'bigint';
    return {
      data: readData(data as string, (encoding as BufferEncoding | null | undefined) ?? 'utf8'),
      position: isNumber ? position : null,
    };
  }
  const { offset, length, position } = rangeOf(rest);
  const range = { offset, length: typeof length === 'number' ? length : null };
  return {
    data: part(bytesOfView(data), range),
    position: typeof position === 'number' || typeof position === 'bigint' ? position : null,
  };
};
