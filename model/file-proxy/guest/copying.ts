/** `fs.cp`: as Node 20's `lib/internal/fs/cp/cp.js` does it. */
import { dirname, isAbsolute, join, resolve } from 'node:path/posix';
import { codeOf } from '../protocol/errors.ts';
import { type PathArgument, shown } from './arguments.ts';
import type { Stats } from './stats.ts';
import { SystemError } from './system-error.ts';

export interface CopyOptions {
  readonly dereference?: boolean;
  readonly errorOnExist?: boolean;
  readonly filter?: (from: string, to: string) => boolean | Promise<boolean>;
  readonly force?: boolean;
  readonly mode?: number;
  readonly preserveTimestamps?: boolean;
  readonly recursive?: boolean;
  readonly verbatimSymlinks?: boolean;
}

/** What copying is made of. */
interface Calls {
  stat(path: string): Promise<Stats>;
  lstat(path: string): Promise<Stats>;
  list(syscall: string, path: string): Promise<unknown[]>;
  mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<unknown>;
  copyFile(from: string, to: string, mode?: number): Promise<void>;
  unlink(path: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  utimes(path: string, accessed: Date, modified: Date): Promise<void>;
  readlink(path: string): Promise<string | Buffer>;
  symlink(target: string, path: string): Promise<void>;
}

const refusal = (code: string, path: string, message: string): SystemError =>
  new SystemError(code, { syscall: 'cp', path }, message);
const partsOf = (path: string): readonly string[] =>
  resolve('/', path)
    .split('/')
    .filter((part) => part !== '');
const isBelow = (upper: string, lower: string): boolean => {
  const below = partsOf(lower);
  return partsOf(upper).every((part, index) => below[index] === part);
};

export const copyOperations = (calls: Calls) => {
  const copyTree = async (from: string, to: string, options: CopyOptions): Promise<void> => {
    const look = options.dereference === true ? calls.stat : calls.lstat;
    const source = await look(from);
    const goal = await look(to).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (goal !== null) {
      if (goal.ino === source.ino && goal.dev === source.dev)
        throw refusal('ERR_FS_CP_EINVAL', to, `'${from}' and '${to}' are the same: give another destination.`);
      if (source.isDirectory() && !goal.isDirectory())
        throw refusal('ERR_FS_CP_DIR_TO_NON_DIR', to, `The directory '${from}' cannot replace '${to}'.`);
      if (!source.isDirectory() && goal.isDirectory())
        throw refusal('ERR_FS_CP_NON_DIR_TO_DIR', to, `'${from}' cannot replace the directory '${to}'.`);
    }
    if (source.isDirectory() && isBelow(from, to))
      throw refusal('ERR_FS_CP_EINVAL', to, `'${to}' is below '${from}', which is to be copied.`);
    if (options.filter !== undefined && !(await options.filter(from, to))) return;
    await calls.mkdir(dirname(to), { recursive: true });
    if (source.isDirectory()) await copyDirectory(from, to, { source, goal, options });
    else if (source.isSymbolicLink()) await copyLink(from, to, goal, options);
    else await copyOne(from, to, { source, goal, options });
  };
  type Both = { readonly source: Stats; readonly goal: Stats | null; readonly options: CopyOptions };
  const copyDirectory = async (from: string, to: string, { source, goal, options }: Both): Promise<void> => {
    if (options.recursive !== true)
      throw refusal('ERR_FS_EISDIR', from, `'${from}' is a directory: copy it with { recursive: true }.`);
    if (goal === null) await calls.mkdir(to);
    for (const name of (await calls.list('opendir', from)) as string[])
      await copyTree(join(from, name), join(to, name), options);
    if (goal === null) await calls.chmod(to, source.mode & 0o7777);
  };
  const copyOne = async (from: string, to: string, { source, goal, options }: Both): Promise<void> => {
    if (goal !== null && options.force === false) {
      if (options.errorOnExist !== true) return;
      throw refusal('ERR_FS_CP_EEXIST', to, `'${to}' is there already.`);
    }
    if (!source.isFile()) throw refusal('ERR_FS_CP_UNKNOWN', to, `'${from}' is neither file, directory nor link.`);
    if (goal !== null) await calls.unlink(to);
    await calls.copyFile(from, to, options.mode);
    if (options.preserveTimestamps === true) {
      const { atime, mtime } = await calls.stat(from);
      await calls.utimes(to, atime, mtime);
    }
    await calls.chmod(to, source.mode & 0o7777);
  };
  const targetOf = async (path: string, verbatim: boolean): Promise<string> => {
    const text = String(await calls.readlink(path));
    return verbatim || isAbsolute(text) ? text : resolve('/', dirname(path), text);
  };
  const copyLink = async (from: string, to: string, goal: Stats | null, options: CopyOptions): Promise<void> => {
    const target = await targetOf(from, options.verbatimSymlinks === true);
    if (goal?.isSymbolicLink() === true) {
      const old = await targetOf(to, false);
      if (isBelow(target, old))
        throw refusal('ERR_FS_CP_EINVAL', to, `'${old}', where '${to}' leads, is '${target}' or below it.`);
      if ((await calls.stat(from)).isDirectory() && isBelow(old, target))
        throw refusal('ERR_FS_CP_SYMLINK_TO_SUBDIRECTORY', to, `'${target}' is below '${old}', where '${to}' leads.`);
      await calls.unlink(to);
    }
    await calls.symlink(target, to);
  };
  return {
    /** Copies a file or link, or with `recursive` a directory and all below it. */
    cp: (from: PathArgument, to: PathArgument, options?: CopyOptions | null): Promise<void> =>
      copyTree(shown(from), shown(to), options ?? {}),
  };
};
