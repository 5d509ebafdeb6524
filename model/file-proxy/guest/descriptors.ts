/** Operations on open files by their number. */
import { FileError } from '../protocol/errors.ts';
import {
  type PathArgument,
  readBuffers,
  readFlags,
  readLength,
  readMode,
  readPath,
  readTime,
  shown,
  type Time,
} from './arguments.ts';
import { statOf } from './attributes.ts';
import { asNode, type Guest } from './guest.ts';
import type { OpenHandle } from './handles.ts';
import { isDirectory } from './namespace.ts';
import { openPath } from './opening.ts';
import type { Stats } from './stats.ts';
import type { Position } from './transfers.ts';

const positionOf = (position: Position): number | null =>
  position === null || position === undefined || Number(position) < 0 ? null : Number(position);

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

export const descriptorOperations = (guest: Guest) => {
  const { handles } = guest;
  /** Changes an open file, and tells who watches. */
  const changing = async <T>(descriptor: number, work: (handle: OpenHandle) => Promise<T>): Promise<T> => {
    const handle = handles.get(descriptor);
    const done = await work(handle);
    guest.tell('change', handle.path);
    return done;
  };
  return {
    open: (path: PathArgument, flags?: string | number | null, mode?: number | string | null): Promise<number> =>
      asNode('open', { path: shown(path) }, async () => {
        const handle = await openPath(guest, readPath(path), readFlags(flags), readMode(mode, 0o666));
        try {
          return handles.add(handle);
        } catch (error) {
          await handle.close();
          throw error;
        }
      }),
    close: (descriptor: number): Promise<void> => asNode('close', {}, async () => handles.take(descriptor).close()),
    /** Fills `into` as far as the file goes; gives the bytes read. */
    read: (descriptor: number, into: Uint8Array, position: Position): Promise<number> =>
      asNode('read', {}, async () => {
        const handle = handles.get(descriptor);
        if (isDirectory(handle.reference)) throw new FileError('EISDIR');
        const data = await handle.read(into.length, positionOf(position));
        into.set(data);
        return data.length;
      }),
    write: (descriptor: number, data: Uint8Array, position: Position): Promise<number> =>
      asNode('write', {}, () => changing(descriptor, (handle) => handle.write(data, positionOf(position)))),
    /** Fills buffers one after another; gives the bytes read. */
    readv: (descriptor: number, buffers: readonly ArrayBufferView[], position?: Position): Promise<number> =>
      asNode('read', {}, async () => {
        const parts = readBuffers(buffers);
        const handle = handles.get(descriptor);
        if (isDirectory(handle.reference)) throw new FileError('EISDIR');
        if (parts.length === 0) throw new FileError('EINVAL');
        const data = await handle.read(lengthOf(parts), positionOf(position));
        let done = 0;
        for (const part of parts) {
          part.set(data.subarray(done, done + part.length));
          done += part.length;
        }
        return data.length;
      }),
    /** Writes buffers one after another, as one write. */
    writev: (descriptor: number, buffers: readonly ArrayBufferView[], position?: Position): Promise<number> =>
      asNode('write', {}, async () => {
        const parts = readBuffers(buffers);
        return parts.length === 0
          ? 0
          : changing(descriptor, (handle) => handle.write(Buffer.concat(parts), positionOf(position)));
      }),
    fstat: (descriptor: number, options?: { readonly bigint?: boolean } | null): Promise<Stats> =>
      asNode('fstat', {}, async () => statOf(handles.get(descriptor), options)),
    ftruncate: (descriptor: number, length?: number): Promise<void> =>
      asNode('ftruncate', {}, () =>
        changing(descriptor, async ({ reference, flags }) => {
          const size = readLength(length);
          if (!flags.write) throw new FileError('EINVAL');
          await reference.change({ size });
        }),
      ),
    fsync: (descriptor: number): Promise<void> =>
      asNode('fsync', {}, async () => handles.get(descriptor).file.sync(false)),
    fdatasync: (descriptor: number): Promise<void> =>
      asNode('fdatasync', {}, async () => handles.get(descriptor).file.sync(true)),
    fchmod: (descriptor: number, mode: number | string): Promise<void> =>
      asNode('fchmod', {}, () =>
        changing(descriptor, ({ reference }) => reference.change({ mode: readMode(mode) & 0o7777 })),
      ),
    fchown: (descriptor: number, uid: number, gid: number): Promise<void> =>
      asNode('fchown', {}, () => changing(descriptor, ({ reference }) => reference.change({ uid, gid }))),
    futimes: (descriptor: number, accessed: Time, modified: Time): Promise<void> =>
      asNode('futime', {}, () =>
        changing(descriptor, ({ reference }) =>
          reference.change({ accessed: readTime(accessed), modified: readTime(modified) }),
        ),
      ),
    /** All that is left of an open file. */
    readRest: (descriptor: number, check: () => void): Promise<Buffer> =>
      asNode('read', {}, async () => {
        const handle = handles.get(descriptor);
        if (isDirectory(handle.reference)) throw new FileError('EISDIR');
        return handle.readAll(check);
      }),
    writeRest: (descriptor: number, data: Uint8Array, check: () => void = () => undefined): Promise<void> =>
      asNode('write', {}, () => changing(descriptor, (handle) => handle.writeAll(data, check))),
  };
};
export type DescriptorOperations = ReturnType<typeof descriptorOperations>;
