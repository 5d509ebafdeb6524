/** Requests that meet on one fid: whatever they do, each hold is given back. */
import { expect, test } from 'vitest';
import { decode, encode } from '../protocol/codec.ts';
import { noTag } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import { hostTree } from '../tree/every-tree.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { Fids } from './fids.ts';
import { fidOf } from './handler.ts';
import { Locks } from './locks.ts';
import { Session } from './session.ts';

/** Roots of a tree, and how many of them are held. */
const countedRoots = (tree: Tree): { readonly root: () => Promise<Reference>; readonly held: () => number } => {
  let held = 0;
  return {
    held: () => held,
    root: async () => {
      const root = await tree.root();
      held += 1;
      const release = root.release.bind(root);
      root.release = () => {
        held -= 1;
        return release();
      };
      return root;
    },
  };
};

test('a fid that is replaced while others use it keeps its number, and nothing is lost', async () => {
  const under = await hostTree();
  const { root, held } = countedRoots(under.tree);
  const fids = new Fids(10);
  await fids.add(1, async () => fidOf(await root()));
  let end: () => void = () => undefined;
  const used = fids.use(1, () => new Promise<void>((resolve) => (end = resolve)));
  const replaced = fids.replace(1, fidOf(await root()));
  await expect(fids.add(1, async () => fidOf(await root()))).rejects.toMatchObject({ code: 'EBADF' });
  await expect(fids.use(1, async () => undefined)).rejects.toMatchObject({ code: 'EBADF' });
  await expect(root().then((second) => fids.replace(1, fidOf(second)))).rejects.toMatchObject({ code: 'EBADF' });
  end();
  await Promise.all([used, replaced]);
  expect([fids.size, held()]).toEqual([1, 1]);
  await fids.clear();
  expect([fids.size, held()]).toEqual([0, 0]);
  await under.close();
});

test('what is asked while a version is being agreed on is refused, and leaves nothing', async () => {
  const under = await hostTree();
  const session = new Session({ tree: under.tree, locks: new Locks() });
  const none = octetsOf('');
  const version = encode({ name: 'Tversion', tag: noTag, messageSize: 8192, version: octetsOf('9P2000.L') });
  const attach = (tag: number): Uint8Array =>
    encode({ name: 'Tattach', tag, fid: tag, afid: 0xffff_ffff, userName: none, attachName: none, uid: 0 });
  await session.handle(version);
  await session.handle(attach(1));
  const answers = await Promise.all([session.handle(version), session.handle(attach(2))]);
  expect(answers.map((answer) => decode(answer!).name)).toEqual(['Rversion', 'Rlerror']);
  expect(under.tree.descriptorsHeld).toBe(0);
  await session.close();
  await under.close();
});
