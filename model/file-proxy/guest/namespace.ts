import { codeOf, FileError } from '../protocol/errors.ts';
import { type Octets, octetsOf } from '../protocol/octets.ts';
import { qidType } from '../protocol/qid.ts';
import { modes } from '../tree/mode.ts';
import { isDots } from '../tree/names.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { ArrivingTree } from './arriving.ts';

/** Who is seen where the guest has a file of its own under a share's name. */
export type Precedence = 'local' | 'share';

interface Alias {
  readonly tree: Tree;
  /** Tells its files from those of other trees, as a device number. */
  readonly device: number;
  readonly precedence: Precedence;
  /** Its type, once it was asked for. */
  type?: number;
}

/** Where a walk is: the object, and the names that lead to it without links or dots. */
export interface Location {
  readonly reference: Reference;
  readonly path: readonly Octets[];
  readonly device: number;
}

/** What a path leads to: a directory and a name in it, and the object of that name if it is there. */
export interface Resolved {
  readonly parent: Location;
  /** Empty for the root, which is its own parent. */
  readonly name: Octets;
  readonly found: Location | null;
  /** The path ends in a slash: it can only be a directory. */
  readonly slash: boolean;
}

const linksFollowed = 40;
const nameLimit = 255;
const pathLimit = 4095;

export const isDirectory = ({ qid }: Reference): boolean => (qid.type & qidType.directory) !== 0;
const isSymlink = ({ qid }: Reference): boolean => (qid.type & qidType.symlink) !== 0;
const typeOf = async (tree: Tree): Promise<number> => {
  const root = tree instanceof ArrivingTree ? await tree.glimpse() : await tree.root();
  await root.release();
  return isDirectory(root) ? modes.directory : modes.file;
};
const partsOf = (path: Octets): Octets[] => path.split('/').filter((part) => part !== '') as Octets[];
const keyOf = (path: readonly Octets[]): string => path.join('/');

/** `name`: what the last part of a path names is not looked beyond, not even where a slash follows it. It is made, removed or moved, and so never followed. */
export type Follow = boolean | 'name';

/** A guest's tree: its own files, and shares that appear in it under names. */
export class Namespace {
  private readonly local: Tree;
  private readonly aliases = new Map<string, Alias>();
  private nextDevice = 2;
  constructor(local: Tree) {
    this.local = local;
  }
  /** Shows a share at an absolute path. Its directory is made if need be. @throws FileError with EEXIST where a share is shown there */
  async add(path: string, tree: Tree, precedence: Precedence): Promise<void> {
    const names = octetsOf(path)
      .split('/')
      .filter((name) => name !== '') as Octets[];
    if (names.length === 0 || names.some(isDots)) throw new FileError('EINVAL', { syscall: 'mount', path });
    if (this.aliases.has(keyOf(names))) throw new FileError('EEXIST', { syscall: 'mount', path });
    for (let depth = 1; depth < names.length; depth++) {
      await this.using(`/${names.slice(0, depth).join('/')}` as Octets, true, async ({ parent, name, found }) => {
        if (found === null) await parent.reference.makeDirectory(name, 0o755, 0);
      });
    }
    this.aliases.set(keyOf(names), { tree, device: this.nextDevice++, precedence });
  }
  /** Takes a share out of the tree. */
  remove(path: string): void {
    this.aliases.delete(
      octetsOf(path)
        .split('/')
        .filter((name) => name !== '')
        .join('/'),
    );
  }
  /** Names under which shares appear in a directory, each with its type as in `st_mode`: a share that cannot be reached counts as a directory. */
  async aliasesIn(
    path: readonly Octets[],
  ): Promise<readonly { readonly name: Octets; readonly type: number; readonly precedence: Precedence }[]> {
    const prefix = path.length === 0 ? '' : `${keyOf(path)}/`;
    const here = [...this.aliases].filter(([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'));
    return Promise.all(
      here.map(async ([key, alias]) => {
        const type = alias.type ?? (await typeOf(alias.tree).catch(() => null));
        if (type !== null) alias.type = type;
        const name = key.slice(prefix.length) as Octets;
        return { name, type: type ?? modes.directory, precedence: alias.precedence };
      }),
    );
  }
  /** Whether a share is shown at, or below, a place: it can be neither removed nor renamed. */
  isBusy({ path, device }: Location): boolean {
    const key = keyOf(path);
    const alias = this.aliases.get(key);
    if (alias !== undefined && alias.device === device) return true;
    return [...this.aliases.keys()].some((other) => other.startsWith(`${key}/`));
  }
  /** @param last whether nothing is looked for below it */
  private async step(from: Location, name: Octets, last: boolean): Promise<Location> {
    const path = [...from.path, name];
    const alias = this.aliases.get(keyOf(path));
    const shared = async (): Promise<Location> => ({
      reference: last && alias!.tree instanceof ArrivingTree ? await alias!.tree.glimpse() : await alias!.tree.root(),
      path,
      device: alias!.device,
    });
    if (alias?.precedence === 'share') return shared();
    try {
      return { reference: await from.reference.walk(name), path, device: from.device };
    } catch (error) {
      if (alias !== undefined && codeOf(error) === 'ENOENT') return shared();
      throw error;
    }
  }
  /**
   * Runs `work` with what a path leads to. Links in it are followed, one at its end if `follow` is true, or a slash follows it; each within the guest's own tree.
   * @param creating whether a file is made of what is not there: then a slash at the end is an error at once, as in Linux
   * @throws FileError
   */
  async using<T>(path: Octets, follow: Follow, work: (resolved: Resolved) => Promise<T>, creating = false): Promise<T> {
    if (path.length > pathLimit) throw new FileError('ENAMETOOLONG');
    if (path === '') throw new FileError('ENOENT');
    const root = { reference: await this.local.root(), path: [], device: 1 };
    const held: Location[] = [root];
    const stack: Location[] = [root];
    try {
      return await this.walk(path, { follow, creating }, held, stack, work);
    } finally {
      await Promise.all(held.map(({ reference }) => reference.release()));
    }
  }
  private async walk<T>(
    path: Octets,
    { follow, creating }: { readonly follow: Follow; readonly creating: boolean },
    held: Location[],
    stack: Location[],
    work: (resolved: Resolved) => Promise<T>,
  ): Promise<T> {
    let links = 0;
    let left = partsOf(path);
    let slash = path.endsWith('/');
    const root = stack[0]!;
    for (;;) {
      const at = stack.at(-1)!;
      const [name, ...rest] = left;
      if (name === undefined)
        return work({ parent: stack.at(-2) ?? root, name: at.path.at(-1) ?? ('' as Octets), found: at, slash });
      if (!isDirectory(at.reference)) throw new FileError('ENOTDIR');
      left = rest;
      if (name === '.') continue;
      if (name === '..') {
        if (stack.length > 1) stack.pop();
        continue;
      }
      if (name.length > nameLimit) throw new FileError('ENAMETOOLONG');
      const last = left.length === 0;
      if (last && slash && creating) throw new FileError('EISDIR');
      let next: Location;
      try {
        next = await this.step(at, name, last);
      } catch (error) {
        if (last && codeOf(error) === 'ENOENT') return work({ parent: at, name, found: null, slash });
        throw error;
      }
      held.push(next);
      if (!isSymlink(next.reference) || (last && (follow === 'name' || (!follow && !slash)))) {
        if (last) {
          if (slash && follow !== 'name' && !isDirectory(next.reference)) throw new FileError('ENOTDIR');
          return work({ parent: at, name, found: next, slash });
        }
        stack.push(next);
        continue;
      }
      links += 1;
      if (links > linksFollowed) throw new FileError('ELOOP');
      const target = await next.reference.target();
      if (target.startsWith('/')) stack.length = 1;
      if (last && target.endsWith('/')) slash = true;
      left = [...partsOf(target), ...left];
    }
  }
}
