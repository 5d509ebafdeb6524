/** Operations on what is said of files: attributes, links' targets, directories' names. */
import { entryBytes } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { isType, modes } from '../tree/mode.ts';
import { isDots } from '../tree/names.ts';
import type { Change } from '../tree/tree.ts';
import {
  type PathArgument,
  readInteger,
  readLength,
  readMode,
  readOptions,
  readPath,
  readTime,
  shown,
  type Time,
} from './arguments.ts';
import { asNode, type Guest } from './guest.ts';
import { isDirectory, type Location } from './namespace.ts';
import { type StatFs, statFs } from './stat-fs.ts';
import { BigIntStats, Dirent, encoded, Stats } from './stats.ts';

type Encoding = BufferEncoding | 'buffer' | null;
export interface ListOptions {
  readonly encoding?: Encoding;
  readonly withFileTypes?: boolean;
}

const listPage = 2 ** 16;
const reading = { read: true, write: false, truncate: false, append: false, exclusive: false, sync: false };

/** Names in a directory with the types of their files, shares that appear in it among them. */
const namesIn = async ({ namespace }: Guest, at: Location): Promise<ReadonlyMap<Octets, number>> => {
  if (!isDirectory(at.reference)) throw new FileError('ENOTDIR');
  const names = new Map<Octets, number>();
  const file = await at.reference.open(reading);
  try {
    for (let from = 0n; ; ) {
      const entries = await file.entries(from, Math.max(listPage, entryBytes({ name: '' as Octets })));
      const last = entries.at(-1);
      if (last === undefined) break;
      for (const { name, type } of entries) if (!isDots(name)) names.set(name, type << 12);
      from = last.next;
    }
  } finally {
    await file.close();
  }
  if (at.device === 1)
    for (const { name, type, precedence } of await namespace.aliasesIn(at.path))
      if (precedence === 'share' || !names.has(name)) names.set(name, type);
  return names;
};

export const statOf = async (location: Location, options?: { readonly bigint?: boolean } | null): Promise<Stats> => {
  const attributes = await location.reference.attributes();
  // Node's declarations of the two differ in nothing but number and bigint.
  return options?.bigint === true
    ? (new BigIntStats(attributes, location.device) as unknown as Stats)
    : new Stats(attributes, location.device);
};

/** As Node does, whatever is there: the mode is looked at first. @throws ArgumentError, ArgumentRangeError */
const accessModeOf = (mode: number | null | undefined): number =>
  mode === null || mode === undefined ? 0 : readInteger('mode', mode, 0, 7);

/** @throws ArgumentError, ArgumentRangeError */
export const ownersOf = (uid: number, gid: number): Change => ({
  uid: readInteger('uid', uid, -1, 2 ** 32 - 1),
  gid: readInteger('gid', gid, -1, 2 ** 32 - 1),
});

export const attributeOperations = (guest: Guest) => {
  const { namespace } = guest;
  const at = <T>(
    syscall: string,
    path: PathArgument,
    follow: boolean,
    work: (found: Location) => Promise<T>,
  ): Promise<T> =>
    asNode(syscall, { path: shown(path) }, () =>
      namespace.using(readPath(path), follow, async ({ found }) => {
        if (found === null) throw new FileError('ENOENT');
        return work(found);
      }),
    );
  const change = (syscall: string, path: PathArgument, follow: boolean, wanted: () => Change): Promise<void> =>
    at(syscall, path, follow, async (found) => {
      await found.reference.change(wanted());
      guest.tell('change', found.path);
    });
  const times = (accessed: Time, modified: Time): Change => ({
    accessed: readTime(accessed),
    modified: readTime(modified),
  });
  return {
    stat: (path: PathArgument, options?: { readonly bigint?: boolean } | null): Promise<Stats> =>
      at('stat', path, true, (found) => statOf(found, options)),
    lstat: (path: PathArgument, options?: { readonly bigint?: boolean } | null): Promise<Stats> =>
      at('lstat', path, false, (found) => statOf(found, options)),
    statfs: (path: PathArgument, options?: { readonly bigint?: boolean } | null): Promise<StatFs> =>
      at('statfs', path, true, async ({ reference }) => statFs(await reference.statistics(), options?.bigint === true)),
    access: (path: PathArgument, mode?: number | null): Promise<void> =>
      at('access', path, true, async ({ reference }) => {
        const wanted = accessModeOf(mode);
        // The guest's only user may read and write everything; run, what anyone may run.
        const attributes = await reference.attributes();
        if ((wanted & 1) !== 0 && isType(attributes.mode, modes.file) && (attributes.mode & 0o111) === 0)
          throw new FileError('EACCES');
      }),
    exists: async (path: PathArgument): Promise<boolean> => {
      try {
        await at('access', path, true, async () => undefined);
        return true;
      } catch {
        return false;
      }
    },
    readlink: (path: PathArgument, options?: { encoding?: Encoding } | Encoding): Promise<string | Buffer> =>
      at('readlink', path, false, async ({ reference }) =>
        encoded(await reference.target(), readOptions<{ encoding?: Encoding }>(options).encoding as Encoding),
      ),
    /** Names in a directory; `syscall` is told in its errors. */
    list: (
      syscall: string,
      path: PathArgument,
      options?: ListOptions | Encoding,
    ): Promise<(string | Buffer | Dirent)[]> =>
      at(syscall, path, true, async (found) => {
        const { encoding, withFileTypes } = readOptions<ListOptions>(options);
        const names = [...(await namesIn(guest, found))].sort(([a], [b]) => (a < b ? -1 : 1));
        const name = (octets: Octets): string | Buffer => encoded(octets, encoding as Encoding);
        return names.map(([octets, type]) =>
          withFileTypes === true ? new Dirent(name(octets), shown(path), type) : name(octets),
        );
      }),
    /** Names in a directory, as bytes. A link is not followed. */
    namesIn: (path: PathArgument): Promise<readonly Buffer[]> =>
      at('scandir', path, false, async (found) =>
        [...(await namesIn(guest, found)).keys()].map((name) => Buffer.from(name, 'latin1')),
      ),
    chmod: (path: PathArgument, mode: number | string): Promise<void> =>
      change('chmod', path, true, () => ({ mode: readMode(mode) & 0o7777 })),
    chown: (path: PathArgument, uid: number, gid: number): Promise<void> =>
      change('chown', path, true, () => ownersOf(uid, gid)),
    lchown: (path: PathArgument, uid: number, gid: number): Promise<void> =>
      change('lchown', path, false, () => ownersOf(uid, gid)),
    utimes: (path: PathArgument, accessed: Time, modified: Time): Promise<void> =>
      change('utime', path, true, () => times(accessed, modified)),
    lutimes: (path: PathArgument, accessed: Time, modified: Time): Promise<void> =>
      change('lutime', path, false, () => times(accessed, modified)),
    truncate: (path: PathArgument, length?: number): Promise<void> =>
      at('open', path, true, async (found) => {
        await found.reference.change({ size: readLength(length) });
        guest.tell('change', found.path);
      }),
  };
};
