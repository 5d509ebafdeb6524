/** Trees on disks: power cuts at every sector, disks that die at every write, logs that are full, and histories that part. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { DiskError } from '../../hypervisor/disk/platform-disk.ts';
import { octetsOf } from '../protocol/octets.ts';
import { DiskTree } from './disk-tree.ts';
import { MemoryDisk } from './memory-disk.ts';
import { type BlockDevice, blockBytes } from './mirror.ts';
import { clock, entry, makeFile, stateOf, statesOf, steps } from './small-run.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Of the sectors at which something happens, every so many. */
const every = thorough ? 1 : 9;
class PowerCut extends Error {}

/** Runs the steps until one fails; how many were acknowledged. */
const runOn = async (disks: readonly (BlockDevice | null)[]): Promise<number> => {
  let acknowledged = 0;
  try {
    const tree = await DiskTree.open(disks, { now: clock() });
    for (const step of steps) {
      await step(tree);
      acknowledged += 1;
    }
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  return acknowledged;
};

/** The sectors that a whole run writes. */
const sectorsOf = async (): Promise<number> => {
  let sectors = 0;
  const disks = [new MemoryDisk(64), new MemoryDisk(64)];
  for (const disk of disks) disk.beforeSector = () => void (sectors += 1);
  expect(await runOn(disks)).toBe(steps.length);
  return sectors;
};

test('a power cut at any sector: what was acknowledged is there, and of what was not, all or nothing', async () => {
  const states = await statesOf();
  const sectors = await sectorsOf();
  expect(sectors).toBeGreaterThan(200);
  let undone = 0;
  for (let cut = 0; cut <= sectors; cut += every) {
    let left = cut;
    const disks = [new MemoryDisk(64), new MemoryDisk(64)];
    for (const disk of disks)
      disk.beforeSector = () => {
        if (left === 0) throw new PowerCut();
        left -= 1;
      };
    const acknowledged = await runOn(disks);
    for (const kept of [disks, [disks[0]!], [disks[1]!]]) {
      const tree = await DiskTree.open(
        kept.map((disk) => disk.copy()),
        { now: clock() },
      );
      const found = await stateOf(tree);
      // What was begun may be there too.
      const allowed = states.slice(acknowledged, acknowledged + 2);
      expect(allowed, `sector ${cut}`).toContainEqual(found);
      if (isDeepStrictEqual(found, states[acknowledged])) undone += 1;
    }
  }
  expect(undone).toBeGreaterThan(100 / every);
});

test('either disk dies at any sector: all is acknowledged, is on the other, and comes back to it', async () => {
  const states = await statesOf();
  const sectors = await sectorsOf();
  for (const dying of [0, 1])
    for (let left = 0; left < sectors / 2; left += every) {
      const disks = [new MemoryDisk(64), new MemoryDisk(64)];
      let before = left;
      disks[dying]!.beforeSector = () => {
        if (before === 0) disks[dying]!.dead = true;
        before -= 1;
      };
      expect(await runOn(disks)).toBe(steps.length);
      expect(disks[dying]!.dead).toBe(true);
      const alone = await DiskTree.open([disks[1 - dying]!.copy(), null], { now: clock() });
      expect([await stateOf(alone), alone.disks]).toEqual([states.at(-1), 1]);
      // With the one that was left behind, which then is a copy again.
      disks[dying]!.dead = false;
      const both = await DiskTree.open(disks, { now: clock() });
      expect([await stateOf(both), both.disks]).toEqual([states.at(-1), 2]);
      const copied = await DiskTree.open([disks[dying]!, null], { now: clock() });
      expect(await stateOf(copied)).toEqual(states.at(-1));
    }
});

test('a log that is full begins anew; a tree that is full takes removals, and then more again', async () => {
  const disks = [new MemoryDisk(34), new MemoryDisk(34)];
  const tree = await DiskTree.open(disks, { now: clock() });
  // 64 KiB for a log. All of this is many times as much.
  for (let round = 0; round < 200; round += 1) {
    await makeFile(tree, `file ${round % 8}`, `${round} `.repeat(500));
    await tree.journal.append(entry(String(round)));
  }
  let made = 0;
  await expect(
    (async () => {
      for (; ; made += 1) await makeFile(tree, `more ${made}`, 'y'.repeat(1000));
    })(),
  ).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(made).toBeGreaterThan(5);
  const root = await tree.root();
  const fill = async (): Promise<void> => {
    for (let index = 0; ; index += 1) await root.makeDirectory(octetsOf(`d ${index}`), 0o755, 0);
  };
  await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' });
  for (let index = 0; index < made; index += 1) await root.unlink(octetsOf(`more ${index}`), false);
  await makeFile(tree, 'again', 'z'.repeat(3000));
  const left = await stateOf(tree);
  expect(await stateOf(await DiskTree.open(disks, { now: clock() }))).toEqual(left);
});

test('two disks that went on one without the other are told apart, and one may be preferred', async () => {
  const disks = [new MemoryDisk(64), new MemoryDisk(64)];
  await makeFile(await DiskTree.open(disks), 'both', '');
  await makeFile(await DiskTree.open([disks[0]!, null]), 'first', '');
  await makeFile(await DiskTree.open([null, disks[1]!]), 'second', '');
  await expect(DiskTree.open(disks)).rejects.toThrow('each disk has gone on without the other');
  const root = await (await DiskTree.open(disks, { prefer: 1 })).root();
  await (await root.walk(octetsOf('second'))).release();
  await expect(root.walk(octetsOf('first'))).rejects.toMatchObject({ code: 'ENOENT' });
  await (await DiskTree.open(disks)).close();
  // One is left behind in the midst of a log, and is later the only one.
  const tree = await DiskTree.open(disks);
  disks[0]!.dead = true;
  await makeFile(tree, 'third', '');
  disks[0]!.dead = false;
  await makeFile(await DiskTree.open([disks[0]!, null]), 'fourth', '');
  await expect(DiskTree.open(disks)).rejects.toThrow('each disk has gone on without the other');
});

test('a disk that holds something else is left as it is; once both have failed, nothing is acknowledged or told', async () => {
  const foreign = new MemoryDisk(64);
  const content = new Uint8Array(blockBytes).fill(7);
  await foreign.writeBlock(1, content);
  await expect(DiskTree.open([foreign, new MemoryDisk(64)])).rejects.toMatchObject({ code: 'EBADMSG' });
  expect(await foreign.readBlock(1)).toEqual(content);
  const disks = [new MemoryDisk(64), new MemoryDisk(64)];
  const tree = await DiskTree.open(disks);
  const root = await tree.root();
  for (const disk of disks) disk.dead = true;
  await expect(root.makeDirectory(octetsOf('d'), 0o755, 0)).rejects.toThrow(DiskError);
  await expect(root.walk(octetsOf('d'))).rejects.toThrow(DiskError);
  await expect(tree.journal.append(entry('x'))).rejects.toThrow(DiskError);
  await expect(DiskTree.open(disks)).rejects.toThrow('the disk is dead');
});
