/** Requests that open files, and those on open ones. */
import { packEntries } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import type { Body } from '../protocol/layout.ts';
import { openFlagsOf } from '../protocol/open-flags.ts';
import type { Qid } from '../protocol/qid.ts';
import { checkNewName } from '../tree/names.ts';
import {
  type Context,
  checkWritable,
  fidOf,
  type Handlers,
  ioUnit,
  nothing,
  offsetOf,
  opened,
  unopened,
} from './handler.ts';
import { type Lock, lockType } from './locks.ts';

/** Bytes of the name by which a client tells its machines apart in locks. */
const clientIdLimit = 256;

const lockOf = (
  context: Context,
  { type, start, length, processId, clientId }: Body<'Tgetlock'> | Body<'Tlock'>,
): Lock => {
  if (type > lockType.unlock || clientId.length > clientIdLimit) throw new FileError('EINVAL');
  const end = length === 0n || start + length >= 2n ** 63n ? null : start + length;
  return { type, start, end, session: context.fids, processId, clientId };
};

/** Opens again what a creation of this client made, on a connection after the one on which it was answered. @throws FileError with ESTALE where it is no more there */
export const openMade = async (
  context: Context,
  { fid, entry, flags }: Body<'Tlcreate'>,
  made: Qid,
): Promise<Body<'Rlcreate'>> => {
  const held = await context.fids.use(fid, async (directory) => {
    const reference = await unopened(directory).walk(entry);
    try {
      if (reference.qid.path !== made.path) throw new FileError('ESTALE');
      const file = await reference.open({ ...openFlagsOf(flags), truncate: false, exclusive: false });
      return fidOf(reference, file);
    } catch (error) {
      await reference.release();
      throw error;
    }
  });
  await context.fids.replace(fid, held);
  return { qid: held.reference.qid, ioUnit: ioUnit(context) };
};

export const fileHandlers: Handlers<
  'Tlopen' | 'Tlcreate' | 'Tread' | 'Twrite' | 'Treaddir' | 'Tfsync' | 'Tlock' | 'Tgetlock'
> = {
  Tlopen: (context, { fid, flags }) =>
    context.fids.use(fid, async (held) => {
      const reference = unopened(held);
      const wanted = openFlagsOf(flags);
      if (wanted.write || wanted.truncate) checkWritable(context);
      if (wanted.directory && !held.isDirectory) throw new FileError('ENOTDIR');
      const file = await reference.open(wanted);
      if (held.file !== null) {
        await file.close();
        throw new FileError('EBADF');
      }
      held.file = file;
      return { qid: reference.qid, ioUnit: ioUnit(context) };
    }),
  async Tlcreate(context, { fid, entry, flags, mode, gid }) {
    checkWritable(context);
    checkNewName(entry);
    const { reference, file } = await context.fids.use(fid, (held) =>
      unopened(held).create(entry, openFlagsOf(flags), mode, gid),
    );
    await context.fids.replace(fid, fidOf(reference, file));
    return { qid: reference.qid, ioUnit: ioUnit(context) };
  },
  Tread: (context, { fid, offset, count }) =>
    context.fids.use(fid, async (held) => {
      const limit = Math.min(count, ioUnit(context));
      const at = offsetOf(offset);
      if (held.extended !== null) return { data: held.extended.value.subarray(at, at + limit) };
      if (held.isDirectory) throw new FileError('EISDIR');
      return { data: await opened(held).read(at, limit) };
    }),
  Twrite: (context, { fid, offset, data }) =>
    context.fids.use(fid, async (held) => {
      checkWritable(context);
      const at = offsetOf(offset);
      const { extended } = held;
      if (extended === null) return { count: await opened(held).write(at, data) };
      if (extended.setting === null) throw new FileError('EBADF');
      // The value is sent from left to right; anything else would leave holes in it.
      if (at !== extended.filled || at + data.length > extended.value.length) throw new FileError('ENOSPC');
      extended.value.set(data, at);
      extended.filled += data.length;
      return { count: data.length };
    }),
  Treaddir: (context, { fid, offset, count }) =>
    context.fids.use(fid, async (held) => {
      const limit = Math.min(count, ioUnit(context));
      const entries = await opened(held).entries(offset, limit);
      const data = packEntries(entries, limit);
      // An empty answer would mean the end.
      if (entries.length > 0 && data.length === 0) throw new FileError('EINVAL');
      return { data };
    }),
  Tfsync: ({ fids }, { fid, dataOnly }) =>
    fids.use(fid, async (held) => {
      await opened(held).sync(dataOnly !== 0);
      return nothing;
    }),
  Tlock: (context, body) =>
    context.fids.use(body.fid, async (held) => {
      opened(held);
      return { status: context.locks.set(held.reference.qid.path, lockOf(context, body)) };
    }),
  Tgetlock: (context, body) =>
    context.fids.use(body.fid, async (held) => {
      opened(held);
      const wanted = lockOf(context, body);
      const { start, length, processId, clientId } = body;
      const found = context.locks.conflict(held.reference.qid.path, wanted);
      if (found === null) return { type: lockType.unlock, start, length, processId, clientId };
      const { type, processId: holder, clientId: client } = found;
      const span = found.end === null ? 0n : found.end - found.start;
      return { type, start: found.start, length: span, processId: holder, clientId: client };
    }),
};
