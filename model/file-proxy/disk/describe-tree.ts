/** All of a tree that a client can see, for tests. */
import type { Entry } from '../protocol/entries.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Reference, Tree } from '../tree/tree.ts';

const flags = { read: true, write: false, truncate: false, append: false, exclusive: false, sync: false };

const below = async (reference: Reference, path: string): Promise<readonly unknown[]> => {
  const attributes = await reference.attributes();
  const names = await reference.listExtended();
  const extended = await Promise.all(
    names.map(async (name) => [name, Buffer.from(await reference.getExtended(name)).toString('latin1')]),
  );
  const own = { path, ...attributes, extended };
  if (isType(attributes.mode, modes.symlink)) return [{ ...own, target: await reference.target() }];
  if (!isType(attributes.mode, modes.directory) && !isType(attributes.mode, modes.file)) return [own];
  const file = await reference.open(flags);
  try {
    if (!isType(attributes.mode, modes.directory))
      return [{ ...own, content: Buffer.from(await file.read(0, attributes.size)).toString('latin1') }];
    const entries: Entry[] = [];
    for (let from = 0n; ; from = entries.at(-1)!.next) {
      const more = await file.entries(from, 65_536);
      if (more.length === 0) break;
      entries.push(...more);
    }
    const found: unknown[] = [{ ...own, entries }];
    for (const { name } of entries) {
      if (name === '.' || name === '..') continue;
      const child = await reference.walk(name);
      found.push(...(await below(child, `${path}/${name}`)));
      await child.release();
    }
    return found;
  } finally {
    await file.close();
  }
};

export const describeTree = async (tree: Tree): Promise<readonly unknown[]> => {
  const root = await tree.root();
  const found = await below(root, '');
  await root.release();
  return found;
};
