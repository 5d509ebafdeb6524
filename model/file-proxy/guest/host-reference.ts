/** The host as the reference of a guest's file system: its own calls on a new directory, of which one part stands for a share. */
import fs from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path/posix';
import type { Tree } from '../tree/tree.ts';
import { createGuestFileSystem } from './file-system.ts';
import { closeAll, compare, newSide, type Promises, type Side } from './random-operations.ts';

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** Where a name is, its directory's links followed; null where there is no such directory. */
const placeOf = async (promises: Promises, path: unknown): Promise<string | null> => {
  try {
    return join(await promises.realpath(dirname(path as string)), basename(path as string));
  } catch {
    return null;
  }
};

/**
 * Refuses whatever would put a link into the root, or take one of the parts away: a link in the root leads out of the reference's directory, whereas nothing is above
 * a guest's root. Both sides refuse by their own lights.
 */
const keepingRoot = (promises: Promises, root: string): Promises => {
  const check = async (path: unknown): Promise<void> => {
    const place = await placeOf(promises, path);
    if (place !== null && dirname(place) === (root === '' ? '/' : root)) throw refusal('IN THE ROOT');
  };
  return {
    ...promises,
    symlink: async (target, path) => {
      await check(path);
      await promises.symlink(target, path);
    },
    link: async (from, to) => {
      await check(to);
      await promises.link(from, to);
    },
    rename: async (from, to) => {
      await check(from);
      await check(to);
      await promises.rename(from, to);
    },
    rmdir: async (path, options) => {
      await check(path);
      await promises.rmdir(path, options);
    },
    rm: async (path, options) => {
      await check(path);
      await promises.rm(path, options);
    },
  };
};

/** The host's calls, with the share's part on a device of its own. In what order Linux looks: `do_linkat` and `do_renameat2` of `fs/namei.c`. */
const twoDevices = (root: string, calls: Promises): Promises => {
  const share = join(root, 'share');
  const isApart = async (from: unknown, to: unknown): Promise<boolean> => {
    const [source, goal] = [await placeOf(calls, from), await placeOf(calls, to)];
    if (source === null || goal === null) return false;
    // The share's own root is on its device; the directory that it is shown in is not.
    return `${source}/`.startsWith(`${share}/`) !== goal.startsWith(`${share}/`);
  };
  return {
    ...calls,
    link: async (from, to) => {
      const apart = await isApart(from, to);
      await calls.link(from, to).catch((error: unknown) => {
        throw apart && (error as NodeJS.ErrnoException).code === 'EPERM' ? refusal('EXDEV') : error;
      });
      if (!apart) return;
      await calls.unlink(to);
      throw refusal('EXDEV');
    },
    rename: async (from, to) => {
      if (await isApart(from, to)) throw refusal('EXDEV');
      await calls.rename(from, to);
    },
  };
};

export interface Sides {
  /** The host, and the guest. */
  readonly sides: readonly [Side, Side];
  /** Closes what is open, and takes the reference away. */
  end(): Promise<void>;
}

/** A guest that has a tree at `/share`, and the host beside it. @param calls the host's; such as `hostAtOnce`, on a platform, whose clock waits for no host */
export const besideHost = async (tree: Tree, calls: Promises = fs.promises): Promise<Sides> => {
  const root = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'portcullis-reference-')));
  // As a guest's root is: a link may lead there.
  fs.chmodSync(root, 0o755);
  const guest = createGuestFileSystem({ umask: process.umask() });
  await guest.mount('/share', tree);
  await guest.promises.mkdir('/local');
  for (const part of ['local', 'share']) fs.mkdirSync(join(root, part));
  const sides = [
    newSide(keepingRoot(twoDevices(root, calls), root), root),
    newSide(keepingRoot(guest.promises as unknown as Promises, ''), ''),
  ] as const;
  return {
    sides,
    end: async () => {
      await closeAll(sides[0]);
      await closeAll(sides[1]);
      fs.rmSync(root, { recursive: true });
    },
  };
};

/** Runs operations on a guest that has a tree at `/share`, and on the host. @throws where their outcomes differ */
export const compareWithHost = async (
  operations: Parameters<typeof compare>[0],
  tree: Tree,
  between?: Parameters<typeof compare>[2],
): Promise<void> => {
  const { sides, end } = await besideHost(tree);
  try {
    await compare(operations, sides, between);
  } finally {
    await end();
  }
};
