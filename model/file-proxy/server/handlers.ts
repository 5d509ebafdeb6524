import { attributesToWire, changeFromWire } from '../protocol/attributes.ts';
import { packEntries } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import { type Body, ioHeaderBytes, noFid, type ReplyName, type RequestName } from '../protocol/layout.ts';
import type { Octets } from '../protocol/octets.ts';
import { openFlagsOf } from '../protocol/open-flags.ts';
import { type Qid, qidType } from '../protocol/qid.ts';
import { checkName, checkNewName, checkTarget, isDots } from '../tree/names.ts';
import type { OpenFile, Reference, Tree } from '../tree/tree.ts';
import type { Fid, Fids } from './fids.ts';
import { type Lock, type Locks, lockType } from './locks.ts';

/** What a handler may use of its connection. */
export interface Context {
  readonly tree: Tree;
  readonly fids: Fids;
  readonly locks: Locks;
  readonly readOnly: boolean;
  /** Names of the root that a client may attach to besides `/` and paths below it. */
  readonly attachNames: readonly string[];
  readonly messageSize: number;
}

type Handled = Exclude<RequestName, 'Tversion' | 'Tflush'>;
type Handler<N extends RequestName> = (context: Context, body: Body<N>) => Promise<Body<ReplyName<N>>>;

const extendedLimit = 65_536;
/** Bytes of the name by which a client tells its machines apart in locks. */
const clientIdLimit = 256;
/** AT_REMOVEDIR */
const unlinkDirectory = 0x200;
const nothing = {} as const;
const isDirectory = (reference: Reference): boolean => (reference.qid.type & qidType.directory) !== 0;
const fidOf = (reference: Reference, file: OpenFile | null = null): Fid => ({
  reference,
  file,
  isDirectory: isDirectory(reference),
  extended: null,
});

/** @throws FileError with EROFS */
const checkWritable = ({ readOnly }: Context): void => {
  if (readOnly) throw new FileError('EROFS');
};
/** An offset that arithmetic on it keeps exact. @throws FileError with EFBIG */
const offsetOf = (offset: bigint): number => {
  if (offset > 2n ** 52n) throw new FileError('EFBIG');
  return Number(offset);
};
const opened = (fid: Fid): OpenFile => {
  if (fid.file === null) throw new FileError('EBADF');
  return fid.file;
};
const unopened = (fid: Fid): Reference => {
  if (fid.file !== null || fid.extended !== null) throw new FileError('EBADF');
  return fid.reference;
};
const ioUnit = ({ messageSize }: Context): number => messageSize - ioHeaderBytes;

/** Walks names from a reference: what was found on the way, and a hold on the last, or null where a name was missing. */
const walkNames = async (
  from: Reference,
  names: readonly Octets[],
): Promise<{ readonly qids: readonly Qid[]; readonly end: Reference | null }> => {
  const qids: Qid[] = [];
  let at = await from.duplicate();
  for (const name of names) {
    try {
      checkName(name);
      const next = await at.walk(name);
      await at.release();
      at = next;
      qids.push(at.qid);
    } catch (error) {
      await at.release();
      if (qids.length === 0) throw error;
      return { qids, end: null };
    }
  }
  return { qids, end: at };
};

/** A name in a directory that is to be made. */
const making = <T>(
  context: Context,
  fid: number,
  name: Octets,
  make: (directory: Reference) => Promise<T>,
): Promise<T> => {
  checkWritable(context);
  checkNewName(name);
  return context.fids.use(fid, ({ reference }) => make(reference));
};

/** A name in a directory that is to be there. @throws FileError */
const checkOldName = (name: Octets, dots: 'EINVAL' | 'EBUSY'): void => {
  checkName(name);
  if (isDots(name)) throw new FileError(dots);
};

const lockOf = (
  context: Context,
  { type, start, length, processId, clientId }: Body<'Tgetlock'> | Body<'Tlock'>,
): Lock => {
  if (type > lockType.unlock || clientId.length > clientIdLimit) throw new FileError('EINVAL');
  const end = length === 0n || start + length >= 2n ** 63n ? null : start + length;
  return { type, start, end, session: context.fids, processId, clientId };
};

export const handlers: { readonly [N in Handled]: Handler<N> } = {
  // What clients, diod's among them, take for: no authentication is needed.
  Tauth: () => Promise.reject(new FileError('ENOENT')),
  async Tattach(context, { fid, afid, attachName }) {
    if (afid !== noFid) throw new FileError('EBADF');
    const names = context.attachNames.includes(attachName)
      ? []
      : attachName.split('/').filter((name) => name !== '' && name !== '.');
    let qid: Qid | null = null;
    await context.fids.add(fid, async () => {
      const root = await context.tree.root();
      try {
        const { end } = await walkNames(root, names as Octets[]);
        if (end === null) throw new FileError('ENOENT');
        qid = end.qid;
        return fidOf(end);
      } finally {
        await root.release();
      }
    });
    return { qid: qid! };
  },
  async Twalk(context, { fid, newFid, names }) {
    const walk = (from: Fid): ReturnType<typeof walkNames> => walkNames(from.reference, names);
    if (fid === newFid) {
      const { qids, end } = await context.fids.use(fid, (from) => {
        unopened(from);
        return walk(from);
      });
      if (end !== null) await context.fids.replace(fid, fidOf(end));
      return { qids };
    }
    let found: readonly Qid[] = [];
    await context.fids.use(fid, (from) =>
      context.fids.add(newFid, async () => {
        const { qids, end } = await walk(from);
        found = qids;
        return end === null ? null : fidOf(end);
      }),
    );
    return { qids: found };
  },
  async Tclunk({ fids }, { fid }) {
    await fids.clunk(fid);
    return nothing;
  },
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
  async Tmkdir(context, { fid, entry, mode, gid }) {
    return { qid: await making(context, fid, entry, (directory) => directory.makeDirectory(entry, mode, gid)) };
  },
  async Tsymlink(context, { fid, entry, target, gid }) {
    checkTarget(target);
    return { qid: await making(context, fid, entry, (directory) => directory.makeSymlink(entry, target, gid)) };
  },
  async Tmknod(context, { fid, entry, mode, major, minor, gid }) {
    const device = (BigInt(major) << 8n) | BigInt(minor & 0xff) | (BigInt(minor >>> 8) << 20n);
    return { qid: await making(context, fid, entry, (directory) => directory.makeNode(entry, mode, device, gid)) };
  },
  Tlink: (context, { directory, fid, entry }) =>
    making(context, directory, entry, (into) =>
      context.fids.use(fid, async ({ reference }) => {
        await into.link(reference, entry);
        return nothing;
      }),
    ),
  Trenameat(context, { oldDirectory, oldEntry, newDirectory, newEntry }) {
    checkWritable(context);
    checkOldName(oldEntry, 'EBUSY');
    checkOldName(newEntry, 'EBUSY');
    return context.fids.use(oldDirectory, (from) =>
      context.fids.use(newDirectory, async (to) => {
        await from.reference.rename(oldEntry, to.reference, newEntry);
        return nothing;
      }),
    );
  },
  Trename(context, { fid, directory, entry }) {
    checkWritable(context);
    checkOldName(entry, 'EBUSY');
    return context.fids.use(fid, ({ reference }) =>
      context.fids.use(directory, async (to) => {
        const place = await reference.place();
        try {
          await place.directory.rename(place.name, to.reference, entry);
        } finally {
          await place.directory.release();
        }
        return nothing;
      }),
    );
  },
  Tunlinkat(context, { fid, entry, flags }) {
    checkWritable(context);
    checkOldName(entry, 'EINVAL');
    return context.fids.use(fid, async ({ reference }) => {
      await reference.unlink(entry, (flags & unlinkDirectory) !== 0);
      return nothing;
    });
  },
  async Tremove(context, { fid }) {
    try {
      await context.fids.use(fid, async ({ reference }) => {
        checkWritable(context);
        const place = await reference.place();
        try {
          await place.directory.unlink(place.name, isDirectory(reference));
        } finally {
          await place.directory.release();
        }
      });
    } finally {
      // The fid goes whatever came of it.
      await context.fids.clunk(fid).catch(() => undefined);
    }
    return nothing;
  },
  Treadlink: ({ fids }, { fid }) => fids.use(fid, async ({ reference }) => ({ target: await reference.target() })),
  Tgetattr: ({ fids }, { fid, mask }) =>
    fids.use(fid, async ({ reference }) => attributesToWire(await reference.attributes(), mask)),
  Tsetattr(context, body) {
    checkWritable(context);
    if (body.size > 2n ** 52n) throw new FileError('EFBIG');
    return context.fids.use(body.fid, async ({ reference }) => {
      await reference.change(changeFromWire(body));
      return nothing;
    });
  },
  Tstatfs: ({ fids }, { fid }) =>
    fids.use(fid, async ({ reference }) => ({
      ...(await reference.statistics()),
      fileSystemId: 0n,
      nameLength: 255,
    })),
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
  Txattrwalk: async (context, { fid, newFid, entry }) => {
    let size = 0n;
    await context.fids.use(fid, ({ reference }) =>
      context.fids.add(newFid, async () => {
        const value =
          entry === ''
            ? Buffer.from((await reference.listExtended()).map((name) => `${name}\0`).join(''), 'latin1')
            : await reference.getExtended(entry);
        size = BigInt(value.length);
        const held = fidOf(reference);
        context.fids.extend(held, { value, setting: null, filled: value.length });
        return { ...held, reference: await reference.duplicate() };
      }),
    );
    return { size };
  },
  Txattrcreate: (context, { fid, entry, size, flags }) =>
    context.fids.use(fid, async (held) => {
      checkWritable(context);
      unopened(held);
      checkName(entry);
      if (size > extendedLimit) throw new FileError('ENOSPC');
      if (flags > 2) throw new FileError('EINVAL');
      const how = size === 0n ? 'remove' : ({ 0: 'any', 1: 'create', 2: 'replace' } as const)[flags as 0 | 1 | 2];
      const value = new Uint8Array(Number(size));
      context.fids.extend(held, { value, setting: { name: entry, how }, filled: 0 });
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
