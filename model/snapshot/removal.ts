import type { BlockLocks } from './block-locks.ts';
import type { Copier } from './copier.ts';
import type { Layout } from './layout.ts';
import { allOrFirstFailure } from './settled.ts';
import { inSlices } from './slices.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** Blocks whose entries are moved at a time. */
const together = 256;

/** Runs something for those of all blocks that are due, some at a time, while others have their turns. */
const forAll = (
  { blocks }: Layout,
  isDue: (block: number) => boolean,
  run: (block: number) => Promise<void>,
): Promise<void> =>
  inSlices(blocks, async (first, end) => {
    for (let block = first; block < end; ) {
      const group: number[] = [];
      for (; block < end && group.length < together; block += 1) if (isDue(block)) group.push(block);
      await allOrFirstFailure(group.map(run));
    }
  });

/**
 * Hands the entries of a snapshot that is going to its neighbours, and forgets it. May be done again from the start at any time.
 * @throws StorageError
 */
export const remove = async (
  going: Snapshot,
  parts: { layout: Layout; snapshots: Snapshots; copier: Copier; locks: BlockLocks },
): Promise<void> => {
  const { snapshots, copier, locks, layout } = parts;
  const index = snapshots.all.indexOf(going);
  const isLive = ({ record }: Snapshot): boolean => record.state === 'live';
  const older = snapshots.all.slice(0, index).findLast(isLive);
  const newer = (): Snapshot | undefined => snapshots.all.slice(snapshots.all.indexOf(going) + 1).find(isLive);
  await forAll(
    layout,
    (block) => going.map.isCopied(block),
    (block) =>
      locks.hold(block, async () => {
        const heir = [older, newer()].find((one) => one !== undefined && snapshots.ownerOf(one, block) === going);
        if (heir !== undefined) await copier.share(heir, block, going.map.copyOf(block), false);
      }),
  );
  const before = snapshots.all[index - 1];
  if (before !== undefined) {
    // Not before the entries above are durable: this hides those of the one that is going.
    await forAll(
      layout,
      // What is not known counts as a change.
      (block) => (going.map.isChanged(block) || going.map.isLost(block)) && !before.map.isChanged(block),
      (block) => before.map.change(block, { changed: true }),
    );
  }
  await snapshots.forget(going);
};
