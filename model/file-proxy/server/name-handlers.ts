/** Requests that make, move and take away names. */
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { checkName, checkNewName, checkTarget, isDots } from '../tree/names.ts';
import type { Reference } from '../tree/tree.ts';
import { type Context, checkWritable, type Handlers, isDirectory, nothing } from './handler.ts';

/** AT_REMOVEDIR */
const unlinkDirectory = 0x200;

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

export const nameHandlers: Handlers<
  'Tmkdir' | 'Tsymlink' | 'Tmknod' | 'Tlink' | 'Trenameat' | 'Trename' | 'Tunlinkat' | 'Tremove'
> = {
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
};
