import { codeOf, FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { GuestFlags } from './arguments.ts';
import type { Guest } from './guest.ts';
import { OpenHandle } from './handles.ts';
import { isDirectory, type Resolved } from './namespace.ts';

const attempts = 8;

/** Opens what is there. */
const openFound = async (guest: Guest, flags: GuestFlags, { found }: Resolved): Promise<OpenHandle> => {
  const { reference, device, path } = found!;
  if (flags.create && flags.exclusive) throw new FileError('EEXIST');
  if (flags.directory && !isDirectory(reference)) throw new FileError('ENOTDIR');
  // Linux refuses to make a directory by opening it, however it is opened.
  if (flags.create && isDirectory(reference)) throw new FileError('EISDIR');
  const held = await reference.duplicate();
  try {
    const file = await reference.open({ ...flags, append: false });
    if (flags.truncate) guest.tell('change', path);
    return new OpenHandle({ reference: held, file }, flags, { device, path }, guest.appendsTo(found!));
  } catch (error) {
    await held.release();
    throw error;
  }
};

/** Opens a path as `open(2)` does. @throws FileError */
export const openPath = async (guest: Guest, path: Octets, flags: GuestFlags, mode: number): Promise<OpenHandle> => {
  const follow = !flags.noFollow && !(flags.create && flags.exclusive);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const opened = await guest.namespace.using(
      path,
      follow,
      async (resolved) => {
        const { parent, name, found } = resolved;
        if (found !== null) return openFound(guest, flags, resolved);
        if (!flags.create) throw new FileError('ENOENT');
        try {
          const wanted = { ...flags, append: false, exclusive: true };
          const made = await parent.reference.create(name, wanted, mode & 0o7777 & ~guest.umask, guest.gid);
          const at = { device: parent.device, path: [...parent.path, name] };
          guest.tell('rename', at.path);
          return new OpenHandle(made, flags, at, guest.appendsTo({ ...at, reference: made.reference }));
        } catch (error) {
          // Somebody made it since it was looked for.
          if (flags.exclusive || codeOf(error) !== 'EEXIST') throw error;
          return null;
        }
      },
      flags.create,
    );
    if (opened !== null) return opened;
  }
  throw new FileError('ESTALE');
};
