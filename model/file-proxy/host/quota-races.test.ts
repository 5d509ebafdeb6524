/** Clients whose requests meet on the same names: the running count is what is there, and what is refused is not made. */
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { codeOf } from '../protocol/errors.ts';
import { octetsOf } from '../protocol/octets.ts';
import { hostTree } from '../tree/every-tree.ts';
import type { OpenFlags, Reference } from '../tree/tree.ts';
import { HostShare } from './share.ts';
import { HostTree } from './tree.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limits = { bytes: 2 ** 20, files: 12 };
const writing: OpenFlags = { read: false, write: true, truncate: false, append: false, exclusive: false, sync: false };
const expected = new Set([
  'ENOENT',
  'EEXIST',
  'EDQUOT',
  'EISDIR',
  'ENOTDIR',
  'ENOTEMPTY',
  'EPERM',
  'EINVAL',
  'ESTALE',
  'ELOOP',
  'EBUSY',
]);

/** Numbers below `n`, the same for the same seed. */
const randomNumbers = (seed: number) => {
  let state = seed;
  return (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % n;
  };
};

const recount = async (path: string) => {
  const share = await HostShare.open(path, { quota: limits });
  await share.close();
  return share.quota?.used;
};

/** One request of a client on one of a few names in one of two directories. */
const act = async (directories: readonly Reference[], random: (n: number) => number): Promise<void> => {
  const [from, to] = [directories[random(6) >> 2]!, directories[random(6) >> 2]!];
  const [name, other] = [octetsOf('ab'[random(2)]!), octetsOf('ab'[random(2)]!)];
  switch (random(7)) {
    case 0:
    case 1: {
      const { reference, file } = await from.create(name, { ...writing, exclusive: random(2) === 0 }, 0o644, 0);
      try {
        await file.write(random(50_000), Buffer.alloc(random(9000)));
      } finally {
        await file.close();
        await reference.release();
      }
      return;
    }
    case 2:
    case 3:
      return from.unlink(name, random(8) === 0);
    case 4:
      return from.rename(name, to, other);
    case 5: {
      const target = await from.walk(name);
      try {
        await to.link(target, other);
      } finally {
        await target.release();
      }
      return;
    }
    default:
      await (random(2) === 0 ? from.makeDirectory(name, 0o755, 0) : from.makeSymlink(name, octetsOf('away'), 0));
  }
};

test(
  'the running count is a recount, however requests of four clients race',
  async () => {
    const under = await hostTree(limits);
    const { share } = under.tree;
    await (await under.tree.root()).makeDirectory(octetsOf('d'), 0o755, 0);
    const client = async (seed: number): Promise<void> => {
      const random = randomNumbers(seed);
      const tree = new HostTree(share);
      const root = await tree.root();
      const directories = [root, await root.walk(octetsOf('d'))];
      for (let round = 0; round < (thorough ? 5000 : 40); round++)
        await Promise.all(
          Array.from({ length: 6 }, () =>
            act(directories, random).catch((error: unknown) => {
              if (!expected.has(codeOf(error))) throw error;
            }),
          ),
        );
      for (const directory of directories) await directory.release();
      expect(tree.descriptorsHeld).toBe(0);
    };
    await Promise.all([1, 2, 3, 4].map(client));
    expect(share.quota?.used).toEqual(await recount(under.path));
    await under.close();
  },
  thorough ? 3_000_000 : 60_000,
);

test('what is refused for want of a descriptor is not made, nor counted', async () => {
  const under = await hostTree(limits);
  const tree = new HostTree(under.tree.share, { descriptors: 2, listingBytes: 1000 });
  const root = await tree.root();
  await expect(root.create(octetsOf('file'), writing, 0o644, 0)).rejects.toMatchObject({ code: 'EMFILE' });
  await expect(root.makeNode(octetsOf('node'), 0o100644, 0n, 0)).rejects.toMatchObject({ code: 'EMFILE' });
  const held = await under.tree.root();
  await held.makeDirectory(octetsOf('held'), 0o755, 0);
  const last = await root.walk(octetsOf('held'));
  await expect(root.makeDirectory(octetsOf('d'), 0o755, 0)).rejects.toMatchObject({ code: 'EMFILE' });
  await expect(root.unlink(octetsOf('held'), true)).rejects.toMatchObject({ code: 'EMFILE' });
  expect(fs.readdirSync(under.path)).toEqual(['held']);
  await last.release();
  await root.unlink(octetsOf('held'), true);
  expect(under.tree.share.quota?.used).toEqual({ bytes: 0, files: 0 });
  expect(tree.descriptorsHeld).toBe(1);
  await under.close();
});
