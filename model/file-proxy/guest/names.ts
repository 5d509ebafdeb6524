/** Operations that make, move and take away names. */
import { codeOf, FileError } from '../protocol/errors.ts';
import { type Octets, octetsOf } from '../protocol/octets.ts';
import { modes } from '../tree/mode.ts';
import { checkTarget, isDots } from '../tree/names.ts';
import { ArgumentError, type PathArgument, readMode, readOptions, readPath, shown } from './arguments.ts';
import { asNode, type Guest, slashed } from './guest.ts';
import { isDirectory, type Resolved } from './namespace.ts';
import { encoded } from './stats.ts';

type Encoding = BufferEncoding | 'buffer' | null;

/** What is not there yet, to be made. @throws FileError */
const checkFree = ({ found, slash }: Resolved): void => {
  if (found !== null) throw new FileError('EEXIST');
  if (slash) throw new FileError('ENOENT');
};

/** A path's last part, where dots are no name to remove or rename. */
const lastPart = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** What Windows would have to know. @throws Node's error with ERR_FS_INVALID_SYMLINK_TYPE */
const checkLinkType = (type: string | null | undefined): void => {
  if (type === null || type === undefined || ['dir', 'file', 'junction'].includes(type)) return;
  const message = `A link's type must be "dir", "file", "junction" or null; it is "${type}".`;
  throw Object.assign(new Error(message), { code: 'ERR_FS_INVALID_SYMLINK_TYPE' });
};

export interface MakeDirectoryOptions {
  readonly recursive?: boolean;
  readonly mode?: number | string;
}

export const nameOperations = (guest: Guest) => {
  const { namespace } = guest;
  const makeDirectory = (path: PathArgument, mode: number): Promise<void> =>
    namespace.using(readPath(path), 'name', async (resolved) => {
      checkFree({ ...resolved, slash: false });
      const { parent, name } = resolved;
      await parent.reference.makeDirectory(name, mode & 0o7777 & ~guest.umask, guest.gid);
      guest.tell('rename', [...parent.path, name]);
    });

  /** Makes what is missing of a path, as Node does: from the end, going up where a directory is missing. Gives the first directory that it made. */
  const makeDirectories = async (path: PathArgument, mode: number): Promise<string | undefined> => {
    const left = [shown(path).replace(/(?<=.)\/+$/, '')];
    let first: string | undefined;
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const place = octetsOf(next);
      try {
        await makeDirectory(next, mode);
        first ??= next;
      } catch (error) {
        const code = codeOf(error);
        const above = next.replace(/\/*[^/]+$/, '');
        if (code === 'ENOENT' && above !== '' && above !== next) {
          left.push(next, above);
          continue;
        }
        if (code !== 'EEXIST') throw error;
        const kind = await namespace
          .using(place, true, async ({ found }) =>
            found === null ? 'ENOENT' : isDirectory(found.reference) ? 'directory' : 'EEXIST',
          )
          .catch(codeOf);
        if (kind !== 'directory') throw new FileError(left.length > 0 ? 'ENOTDIR' : kind);
      }
    }
    return first;
  };

  const remove = (path: PathArgument, directory: boolean): Promise<void> =>
    namespace.using(readPath(path), 'name', async ({ parent, name, found, slash }) => {
      if (found === null) throw new FileError('ENOENT');
      if (directory && lastPart(shown(path)) === '.') throw new FileError('EINVAL');
      if (directory && lastPart(shown(path)) === '..') throw new FileError('ENOTEMPTY');
      if (!directory && isDirectory(found.reference)) throw new FileError('EISDIR');
      if ((directory || slash) && !isDirectory(found.reference)) throw new FileError('ENOTDIR');
      if (name === '' || namespace.isBusy(found)) throw new FileError('EBUSY');
      await parent.reference.unlink(name, directory);
      guest.tell('rename', [...parent.path, name]);
    });

  return {
    async mkdir(
      path: PathArgument,
      options?: MakeDirectoryOptions | number | string | null,
    ): Promise<string | undefined> {
      const given = typeof options === 'object' && options !== null ? options : { mode: options ?? 0o777 };
      const mode = readMode(given.mode, 0o777);
      if (typeof (given.recursive ?? false) !== 'boolean')
        throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "options.recursive" argument must be true or false.');
      return asNode('mkdir', { path: shown(path) }, async () => {
        if (given.recursive === true) return makeDirectories(path, mode);
        await makeDirectory(path, mode);
        return undefined;
      });
    },
    rmdir: (path: PathArgument): Promise<void> => asNode('rmdir', { path: shown(path) }, () => remove(path, true)),
    unlink: (path: PathArgument): Promise<void> => asNode('unlink', { path: shown(path) }, () => remove(path, false)),
    symlink: (target: PathArgument, path: PathArgument, type?: string | null): Promise<void> =>
      asNode('symlink', { path: shown(target), dest: shown(path) }, async () => {
        checkLinkType(type);
        const text = readPath(target);
        checkTarget(text);
        await namespace.using(readPath(path), 'name', async (resolved) => {
          checkFree(resolved);
          await resolved.parent.reference.makeSymlink(resolved.name, text, guest.gid);
          guest.tell('rename', [...resolved.parent.path, resolved.name]);
        });
      }),
    link: (existing: PathArgument, path: PathArgument): Promise<void> =>
      asNode('link', { path: shown(existing), dest: shown(path) }, () =>
        namespace.using(readPath(existing), false, async ({ found }) => {
          if (found === null) throw new FileError('ENOENT');
          await namespace.using(readPath(path), 'name', async (resolved) => {
            checkFree(resolved);
            if (resolved.parent.device !== found.device) throw new FileError('EXDEV');
            if (isDirectory(found.reference)) throw new FileError('EPERM');
            await resolved.parent.reference.link(found.reference, resolved.name);
            guest.tell('rename', [...resolved.parent.path, resolved.name]);
          });
        }),
      ),
    rename: (from: PathArgument, to: PathArgument): Promise<void> =>
      asNode('rename', { path: shown(from), dest: shown(to) }, () =>
        namespace.using(readPath(from), 'name', (source) =>
          namespace.using(readPath(to), 'name', async (goal) => {
            if ([from, to].some((path) => isDots(octetsOf(lastPart(shown(path)))))) throw new FileError('EBUSY');
            if (source.parent.device !== goal.parent.device) throw new FileError('EXDEV');
            if (source.name === '' || goal.name === '') throw new FileError('EBUSY');
            if (source.found === null) throw new FileError('ENOENT');
            if (namespace.isBusy(source.found) || (goal.found !== null && namespace.isBusy(goal.found)))
              throw new FileError('EBUSY');
            if ((source.slash || goal.slash) && !isDirectory(source.found.reference)) throw new FileError('ENOTDIR');
            const { reference } = source.parent;
            await reference.rename(source.name, goal.parent.reference, goal.name);
            for (const { parent, name } of [source, goal]) guest.tell('rename', [...parent.path, name]);
          }),
        ),
      ),
    mknod: (path: PathArgument, mode: number): Promise<void> =>
      asNode('mknod', { path: shown(path) }, () =>
        namespace.using(readPath(path), 'name', async (resolved) => {
          checkFree(resolved);
          const type = mode & modes.type;
          const allowed = type | (mode & 0o7777 & ~guest.umask);
          await resolved.parent.reference.makeNode(resolved.name, allowed, 0n, guest.gid);
          guest.tell('rename', [...resolved.parent.path, resolved.name]);
        }),
      ),
    async mkdtemp(prefix: PathArgument, options?: { encoding?: Encoding } | Encoding): Promise<string | Buffer> {
      const { encoding } = readOptions<{ encoding?: Encoding }>(options);
      const start = readPath(prefix);
      return asNode('mkdtemp', { path: `${shown(prefix)}XXXXXX` }, async () => {
        for (;;) {
          const path = `${start}${Math.random().toString(36).slice(2, 8).padEnd(6, 'x')}` as Octets;
          try {
            await makeDirectory(Buffer.from(path, 'latin1'), 0o700);
            return encoded(path, encoding as Encoding);
          } catch (error) {
            if (codeOf(error) !== 'EEXIST') throw error;
          }
        }
      });
    },
    realpath: (path: PathArgument, options?: { encoding?: Encoding } | Encoding): Promise<string | Buffer> =>
      asNode('realpath', { path: shown(path) }, () =>
        namespace.using(readPath(path), true, async ({ found }) => {
          if (found === null) throw new FileError('ENOENT');
          return encoded(
            slashed(found.path) as Octets,
            readOptions<{ encoding?: Encoding }>(options).encoding as Encoding,
          );
        }),
      ),
  };
};
