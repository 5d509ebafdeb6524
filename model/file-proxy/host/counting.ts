import fs from 'node:fs';
import { codeOf } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { closeDescriptor, heldPath, holdSame, holdUnder, keyOf, statOf } from './descriptors.ts';

/** A directory on the way down from the root. */
interface Level {
  readonly name: Octets;
  readonly key: string;
  /** Directories in it that are still to be counted. */
  readonly below: Octets[];
}

/** For what cannot be reached: null, but for want of descriptors, which says nothing of it. */
const missing = (error: unknown): null => {
  if (['EMFILE', 'ENFILE'].includes(codeOf(error))) throw error;
  return null;
};

/**
 * Counts what lies below a held directory: each object once, however many names it has; names that vanish meanwhile count nothing.
 * A few descriptors do, however deep it is: clients may have made it deeper than there are descriptors.
 */
export const countBelow = async (root: number, count: (bytes: number, files: number) => void): Promise<void> => {
  const seen = new Set<string>();
  const look = async (directory: number, name: Octets): Promise<Level> => {
    const below: Octets[] = [];
    for await (const entry of await fs.promises.opendir(heldPath(directory), { encoding: 'latin1' })) {
      const held = await holdUnder(directory, entry.name as Octets).catch(missing);
      if (held === null) continue;
      try {
        const stats = await statOf(held);
        if (seen.has(keyOf(stats))) continue;
        if (stats.nlink > 1n || stats.isDirectory()) seen.add(keyOf(stats));
        count(stats.isFile() ? Number(stats.size) : 0, 1);
        if (stats.isDirectory()) below.push(entry.name as Octets);
      } finally {
        await closeDescriptor(held);
      }
    }
    return { name, key: keyOf(await statOf(directory)), below };
  };
  let at = await holdSame(root);
  const go = async (to: number): Promise<void> => {
    const left = at;
    at = to;
    await closeDescriptor(left);
  };
  /** Goes to a name, if it is a directory with this key, or with any. */
  const step = async (name: Octets, key: string | null): Promise<boolean> => {
    const next = await holdUnder(at, name).catch(missing);
    if (next === null) return false;
    const stats = await statOf(next);
    const right = stats.isDirectory() && (key === null || keyOf(stats) === key);
    if (right) await go(next);
    else await closeDescriptor(next);
    return right;
  };
  try {
    const levels = [await look(at, '' as Octets)];
    while (levels.length > 0) {
      const name = levels.at(-1)!.below.pop();
      if (name !== undefined) {
        if (await step(name, null)) levels.push(await look(at, name));
        continue;
      }
      levels.pop();
      if (levels.length === 0 || (await step('..' as Octets, levels.at(-1)!.key))) continue;
      // The host moved it meanwhile: down again from the root, as far as the way is what it was.
      await go(await holdSame(root));
      for (const [depth, level] of levels.entries())
        if (depth > 0 && !(await step(level.name, level.key))) {
          levels.length = depth;
          break;
        }
    }
  } finally {
    await closeDescriptor(at);
  }
};
