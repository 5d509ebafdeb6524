/** Listing directories: whole, with what is below, and one entry after another. */
import { join } from 'node:path/posix';
import { ArgumentError, type PathArgument, readOptions, shown } from './arguments.ts';
import type { ListOptions as OneLevel } from './attributes.ts';
import type { Dirent, Stats } from './stats.ts';

type Encoding = OneLevel['encoding'];
export interface ListOptions extends OneLevel {
  readonly recursive?: boolean;
  /** Of Node: entries that it reads at once. */
  readonly bufferSize?: number;
}
type Entries = (string | Buffer | Dirent)[];
type List = (syscall: string, path: PathArgument, options?: OneLevel | Encoding) => Promise<Entries>;

class DirectoryClosedError extends Error {
  readonly code = 'ERR_DIR_CLOSED';
  constructor() {
    super('Directory handle was closed');
  }
}

type Callback<T> = (error: Error | null, value?: T) => void;
/** Gives a promise, or calls back. */
const answer = <T>(work: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined => {
  if (callback === undefined) return work;
  work.then(
    (value) => queueMicrotask(() => callback(null, value)),
    (error: Error) => queueMicrotask(() => callback(error)),
  );
  return undefined;
};

/** Node's `fs.Dir`. Its entries are those that were there when it was opened. */
export class Dir {
  readonly path: string;
  readonly #left: Dirent[];
  #closed = false;
  constructor(path: string, entries: readonly Dirent[]) {
    this.path = path;
    this.#left = [...entries];
  }
  async #read(): Promise<Dirent | null> {
    if (this.#closed) throw new DirectoryClosedError();
    return this.#left.shift() ?? null;
  }
  async #close(): Promise<void> {
    if (this.#closed) throw new DirectoryClosedError();
    this.#closed = true;
  }
  read(): Promise<Dirent | null>;
  read(callback: Callback<Dirent | null>): void;
  read(callback?: Callback<Dirent | null>): Promise<Dirent | null> | undefined {
    return answer(this.#read(), callback);
  }
  close(): Promise<void>;
  close(callback: Callback<void>): void;
  close(callback?: Callback<void>): Promise<void> | undefined {
    return answer(this.#close(), callback);
  }
  async *entries(): AsyncGenerator<Dirent, void, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    } finally {
      await this.close();
    }
  }
  [Symbol.asyncIterator](): AsyncGenerator<Dirent, void, undefined> {
    return this.entries();
  }
}

export const directoryOperations = (list: List, stat: (path: string) => Promise<Stats>) => {
  const leadsToDirectory = (path: string): Promise<boolean> =>
    stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  /** All entries at a path and below: a directory's own before those below it. */
  const below = async (
    syscall: string,
    path: PathArgument,
    { encoding, follow }: { readonly encoding: Encoding | undefined; readonly follow: boolean },
  ): Promise<Dirent[]> => {
    const found: Dirent[] = [];
    const left = [shown(path)];
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      const entries = (await list(syscall, at, { encoding: encoding ?? null, withFileTypes: true })) as Dirent[];
      found.push(...entries);
      for (const entry of entries) {
        const place = join(at, String(entry.name));
        if (entry.isDirectory() || (follow && entry.isSymbolicLink() && (await leadsToDirectory(place))))
          left.push(place);
      }
    }
    return found;
  };
  return {
    readdir: async (path: PathArgument, options?: ListOptions | Encoding): Promise<Entries> => {
      const { recursive, withFileTypes, encoding } = readOptions<ListOptions>(options) as ListOptions;
      if (recursive !== true) return list('scandir', path, options);
      // Paths below are put together of names as text, as Node does it.
      if (encoding === 'buffer')
        throw new ArgumentError(
          'ERR_INVALID_ARG_TYPE',
          'A recursive readdir gives no Buffers: leave out the encoding.',
        );
      // Node looks below links where it gives names, and does not where it gives entries.
      const entries = await below('scandir', path, { encoding, follow: withFileTypes !== true });
      if (withFileTypes === true) return entries;
      const root = join(shown(path), '/');
      return entries.map(({ parentPath, name }) => join(parentPath, String(name)).slice(root.length));
    },
    opendir: async (path: PathArgument, options?: Omit<ListOptions, 'withFileTypes'> | Encoding): Promise<Dir> => {
      const { recursive, encoding } = readOptions<ListOptions>(options) as ListOptions;
      const entries =
        recursive === true
          ? await below('opendir', path, { encoding, follow: false })
          : ((await list('opendir', path, { encoding: encoding ?? null, withFileTypes: true })) as Dirent[]);
      return new Dir(shown(path), entries);
    },
  };
};
