import { describe, expect, test } from 'vitest';
import { type Octets, octetsOf } from '../protocol/octets.ts';
import { treesUnderTest } from './every-tree.ts';
import { modes } from './mode.ts';
import type { OpenFlags, Reference, Tree } from './tree.ts';

const flags = (more: Partial<OpenFlags> = {}): OpenFlags => ({
  read: true,
  write: true,
  truncate: false,
  append: false,
  exclusive: false,
  sync: false,
  ...more,
});
const name = octetsOf;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (data: Uint8Array): string => Buffer.from(data).toString();

const write = async (directory: Reference, file: string, content: string): Promise<Reference> => {
  const made = await directory.create(name(file), flags(), 0o640, 0);
  expect(await made.file.write(0, bytes(content))).toBe(content.length);
  await made.file.close();
  return made.reference;
};
const read = async (reference: Reference): Promise<string> => {
  const file = await reference.open(flags({ write: false }));
  const content = text(await file.read(0, 100_000));
  await file.close();
  return content;
};
const list = async (directory: Reference, limit = 4096): Promise<string[]> => {
  const file = await directory.open(flags({ write: false }));
  const names: string[] = [];
  let from = 0n;
  for (;;) {
    const entries = await file.entries(from, limit);
    if (entries.length === 0) break;
    names.push(...entries.map((entry) => entry.name));
    from = entries.at(-1)!.next;
  }
  await file.close();
  return names.sort();
};

describe.each(Object.entries(treesUnderTest))('%s', (_, make) => {
  const on = (work: (root: Reference, tree: Tree) => Promise<void>, quota?: Parameters<typeof make>[0]) => async () => {
    const { tree, close } = await make(quota);
    try {
      await work(await tree.root(), tree);
    } finally {
      await close();
    }
  };

  test(
    'a file keeps what is written, by mode and size',
    on(async (root) => {
      const file = await write(root, 'a', 'hello');
      expect(await file.attributes()).toMatchObject({ mode: modes.file | 0o640, size: 5, links: 1 });
      await file.change({ size: 3 });
      expect(await read(file)).toBe('hel');
      await file.change({ size: 6 });
      expect(await read(file)).toBe('hel\0\0\0');
      await file.change({ mode: 0o600, modified: 1_600_000_000_123_456_000n, accessed: -5_000_000_000n });
      const { mode, modified, accessed } = await file.attributes();
      expect([mode & 0o7777, accessed]).toEqual([0o600, -5_000_000_000n]);
      expect(Math.abs(Number(modified - 1_600_000_000_123_456_000n))).toBeLessThan(1000);
    }),
  );

  test(
    'an open file survives its last name, and its rename',
    on(async (root) => {
      const { reference, file } = await root.create(name('a'), flags(), 0o644, 0);
      await file.write(0, bytes('one'));
      await root.rename(name('a'), root, name('b'));
      await file.write(3, bytes('two'));
      expect(await read(await root.walk(name('b')))).toBe('onetwo');
      await root.unlink(name('b'), false);
      expect(text(await file.read(0, 10))).toBe('onetwo');
      expect((await reference.attributes()).links).toBe(0);
      await file.write(6, bytes('!'));
      expect(text(await file.read(5, 10))).toBe('o!');
      await file.close();
      await reference.release();
      await expect(root.walk(name('b'))).rejects.toMatchObject({ code: 'ENOENT' });
    }),
  );

  test(
    'names of one file are one object, and different files are not',
    on(async (root) => {
      const a = await write(root, 'a', 'x');
      await root.link(a, name('b'));
      const b = await root.walk(name('b'));
      const c = await write(root, 'c', 'x');
      expect(b.qid.path).toBe(a.qid.path);
      expect(c.qid.path).not.toBe(a.qid.path);
      expect((await a.attributes()).links).toBe(2);
      // Found by a name that went meanwhile, it can still be given another.
      await root.unlink(name('a'), false);
      await root.link(b, name('d'));
      expect(await read(await root.walk(name('d')))).toBe('x');
    }),
  );

  test(
    'a link made from a file that was renamed goes to that file',
    on(async (root) => {
      const a = await write(root, 'a', 'x');
      await root.rename(name('a'), root, name('b'));
      await root.link(a, name('c'));
      expect((await root.walk(name('c'))).qid.path).toBe(a.qid.path);
    }),
  );

  test(
    'directories are made, listed page by page, renamed and removed',
    on(async (root) => {
      await root.makeDirectory(name('d'), 0o755, 0);
      const d = await root.walk(name('d'));
      for (let index = 0; index < 100; index++) await (await write(d, `file-${index}`, '')).release();
      expect(await list(d, 300)).toEqual(
        ['.', '..', ...Array.from({ length: 100 }, (_unused, index) => `file-${index}`)].sort(),
      );
      await expect(root.unlink(name('d'), true)).rejects.toMatchObject({ code: 'ENOTEMPTY' });
      await expect(root.unlink(name('d'), false)).rejects.toMatchObject({ code: 'EISDIR' });
      await root.makeDirectory(name('e'), 0o700, 0);
      await root.rename(name('d'), root, name('e'));
      const moved = await root.walk(name('e'));
      expect(moved.qid.path).toBe(d.qid.path);
      await expect(root.rename(name('e'), moved, name('inside'))).rejects.toMatchObject({ code: 'EINVAL' });
      for (let index = 0; index < 100; index++) await moved.unlink(name(`file-${index}`), false);
      await root.unlink(name('e'), true);
      expect(await list(root)).toEqual(['.', '..']);
      await expect(moved.create(name('late'), flags(), 0o644, 0)).rejects.toMatchObject({ code: 'ENOENT' });
    }),
  );

  test(
    'symbolic links are kept as text, and not followed',
    on(async (root) => {
      await root.makeSymlink(name('l'), name('/etc/../anywhere'), 0);
      const link = await root.walk(name('l'));
      expect(await link.target()).toBe('/etc/../anywhere');
      expect((await link.attributes()).mode & modes.type).toBe(modes.symlink);
      await expect(link.open(flags())).rejects.toMatchObject({ code: 'ELOOP' });
      await expect(link.walk(name('x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
      await root.rename(name('l'), root, name('m'));
      expect(await (await root.walk(name('m'))).target()).toBe('/etc/../anywhere');
      await link.change({ modified: 5_000_000_000n });
      expect((await link.attributes()).modified).toBe(5_000_000_000n);
    }),
  );

  test(
    'going up ends at the root, and follows renames',
    on(async (root) => {
      expect((await root.walk(name('..'))).qid.path).toBe(root.qid.path);
      await root.makeDirectory(name('a'), 0o755, 0);
      await root.makeDirectory(name('b'), 0o755, 0);
      const a = await root.walk(name('a'));
      const b = await root.walk(name('b'));
      await a.makeDirectory(name('c'), 0o755, 0);
      const c = await a.walk(name('c'));
      expect((await c.walk(name('..'))).qid.path).toBe(a.qid.path);
      await a.rename(name('c'), b, name('c'));
      expect((await c.walk(name('..'))).qid.path).toBe(b.qid.path);
    }),
  );

  test(
    'what is there is not made again, and what is not there is missed',
    on(async (root) => {
      await write(root, 'a', '');
      const a = name('a');
      await expect(root.create(a, flags({ exclusive: true }), 0o644, 0)).rejects.toMatchObject({ code: 'EEXIST' });
      await expect(root.makeDirectory(a, 0o755, 0)).rejects.toMatchObject({ code: 'EEXIST' });
      await expect(root.makeSymlink(a, a, 0)).rejects.toMatchObject({ code: 'EEXIST' });
      await expect(root.makeNode(a, modes.file, 0n, 0)).rejects.toMatchObject({ code: 'EEXIST' });
      await expect(root.link(await root.walk(a), a)).rejects.toMatchObject({ code: 'EEXIST' });
      const missing = name('missing');
      await expect(root.walk(missing)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(root.unlink(missing, false)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(root.rename(missing, root, a)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(root.unlink(a, true)).rejects.toMatchObject({ code: 'ENOTDIR' });
    }),
  );

  test(
    'names are bytes, UTF-8 or not',
    on(async (root) => {
      const odd = '\xff\xfe name\n' as Octets;
      await root.makeDirectory(odd, 0o755, 0);
      await root.makeDirectory(name('größe'), 0o755, 0);
      expect(await list(root)).toEqual(['.', '..', octetsOf('größe'), odd].sort());
      await root.unlink(odd, true);
    }),
  );

  test(
    'an append goes to the end, wherever it was meant to go',
    on(async (root) => {
      await write(root, 'a', 'one');
      const file = await (await root.walk(name('a'))).open(flags({ append: true }));
      await file.write(0, bytes('two'));
      expect(text(await file.read(0, 10))).toBe('onetwo');
      await file.close();
    }),
  );

  test(
    'space and files are held to the quota, and given back with the last name and the last use',
    on(
      async (root) => {
        const left = async (): Promise<bigint> => (await root.statistics()).filesFree;
        expect(await left()).toBeLessThanOrEqual(5n);
        const before = await left();
        const { file, reference } = await root.create(name('a'), flags(), 0o644, 0);
        expect(await file.write(0, new Uint8Array(15_000))).toBe(15_000);
        expect(await file.write(15_000, new Uint8Array(15_000))).toBe(5000);
        await expect(file.write(20_000, bytes('x'))).rejects.toMatchObject({ code: 'EDQUOT' });
        await expect(reference.change({ size: 20_001 })).rejects.toMatchObject({ code: 'EDQUOT' });
        expect(await file.write(0, new Uint8Array(20_000))).toBe(20_000);
        await root.unlink(name('a'), false);
        const other = await root.create(name('b'), flags(), 0o644, 0);
        await expect(other.file.write(0, bytes('x'))).rejects.toMatchObject({ code: 'EDQUOT' });
        await file.close();
        await reference.release();
        expect(await other.file.write(0, new Uint8Array(20_000))).toBe(20_000);
        await other.reference.change({ size: 0 });
        await other.file.close();
        await other.reference.release();
        expect(await left()).toBe(before - 1n);
        for (let index = 0; index < Number(before) - 1; index++) await root.makeDirectory(name(`d${index}`), 0o755, 0);
        await expect(root.makeDirectory(name('more'), 0o755, 0)).rejects.toMatchObject({ code: 'EDQUOT' });
        // Replacing gives back what was replaced.
        await root.rename(name('d0'), root, name('d1'));
        await root.makeSymlink(name('more'), name('x'), 0);
      },
      { bytes: 20_000, files: 5 },
    ),
  );
});

test.each(['memory', 'memory over 9P'])('%s: extended attributes are kept', async (kind) => {
  const { tree, close } = await treesUnderTest[kind]!();
  const root = await tree.root();
  const key = name('user.colour');
  await root.setExtended(key, bytes('blue'), 'any');
  expect(text(await root.getExtended(key))).toBe('blue');
  await expect(root.setExtended(key, bytes('red'), 'create')).rejects.toMatchObject({ code: 'EEXIST' });
  await root.setExtended(name('user.other'), new Uint8Array(30_000).fill(7), 'create');
  expect((await root.getExtended(name('user.other'))).length).toBe(30_000);
  expect(await root.listExtended()).toEqual([key, 'user.other']);
  await root.setExtended(key, new Uint8Array(0), 'remove');
  await expect(root.getExtended(key)).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(root.setExtended(key, bytes('x'), 'replace')).rejects.toMatchObject({ code: 'ENODATA' });
  await close();
});
