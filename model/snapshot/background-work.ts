import type { BackgroundWork } from './background.ts';
import type { Layout } from './layout.ts';
import { bytesTogether, type Live } from './live.ts';
import type { Parts } from './parts.ts';
import type { Restoring } from './restoring.ts';
import { looksTogether } from './slices.ts';
import type { Snapshots } from './snapshots.ts';

const mostOf = ({ blockSize }: Layout): number => Math.max(1, Math.floor(bytesTogether / blockSize));

/** All is restored. Nothing is noted in the map of the restore any more. @throws StorageError */
const endRestore = (snapshots: Snapshots, live: Live): Promise<void> =>
  live.gate.whileClosed(async () => {
    await snapshots.change((current) => ({ ...current, restore: null }));
    live.restoring = null;
  });

/** Restores what can be restored, has zeros where that is lost, and ends the restore. @throws HeldError, StorageError, SourceError */
export const giveUpRestore = async ({ keeper, layout, snapshots }: Parts, live: Live): Promise<void> => {
  const { restoring } = live;
  if (restoring === null) return;
  for (let block = 0; block < layout.blocks; block += 1) {
    if (!restoring.isPending(block)) continue;
    await live.gate.enter();
    try {
      if (keeper.uncertain) await keeper.settle();
      await live.settle(block, 'becomes zeros');
    } finally {
      live.gate.leave();
    }
  }
  if (live.restoring === restoring) await endRestore(snapshots, live);
};

/** Restores what is to be restored. */
const restoreWork = (
  { snapshots, layout }: Parts,
  live: Live,
  restoring: Restoring,
  guarded: Guarded,
): BackgroundWork => ({
  blocks: layout.blocks,
  isDue: (block) => restoring.isPending(block),
  most: mostOf(layout),
  run: (block) => guarded(() => live.settle(block, 'is an error')),
  end: async () => {
    await endRestore(snapshots, live);
  },
});

/** Copies what the newest live snapshot finds in the source still; null when that is nothing. */
const copyWork = (
  { snapshots, copier, locks, layout }: Parts,
  copied: CopiedBlock | undefined,
  guarded: Guarded,
): BackgroundWork | null => {
  const isDue = (block: number): boolean => {
    const newest = snapshots.newestLive;
    return newest !== null && snapshots.ownerOf(newest, block) === null;
  };
  const copy = async (block: number): Promise<void> => {
    const newest = snapshots.newestLive;
    if (newest === null) return;
    await copier.copy(newest, block, copied !== undefined);
    await copied?.(block);
  };
  const run = (block: number): Promise<void> => guarded(() => locks.hold(block, () => copy(block)));
  const together = (blocks: readonly number[]): Promise<void> =>
    guarded(() =>
      locks.holdAll(blocks, async () => {
        const newest = snapshots.newestLive;
        if (newest !== null) await copier.copyTogether(newest, blocks);
      }),
    );
  const begun = snapshots.newestLive;
  if (begun === null || begun.standsAlone === true) return null;
  const end = async (): Promise<void> => {
    if (snapshots.newestLive === begun) begun.standsAlone = true;
  };
  const work = { blocks: layout.blocks, isDue, most: mostOf(layout), run, end };
  const few = Math.min(layout.blocks, looksTogether);
  for (let block = 0; block < few; block += 1)
    // Whoever is told of each block that is copied is told when it is.
    if (isDue(block)) return copied === undefined ? { ...work, together } : work;
  // Whether anything is due behind those is seen by the pass, which gives way.
  if (few < layout.blocks) return copied === undefined ? { ...work, together } : work;
  begun.standsAlone = true;
  return null;
};

/** Nothing need be done any more before that block is written. */
export type CopiedBlock = (block: number) => Promise<void>;

/** Runs something inside the gate. */
type Guarded = (run: () => Promise<unknown>) => Promise<void>;

/** What is to be done in the background now, or null. @param copied is called for each block that it has copied */
export const workOf = (parts: Parts, live: Live, copied?: CopiedBlock): BackgroundWork | null => {
  const guarded: Guarded = async (run) => {
    await live.gate.enter();
    try {
      // A slot given up by a snapshot that may yet be in the store must not be used before it is not.
      if (parts.keeper.uncertain) await parts.keeper.settle();
      await run();
    } finally {
      live.gate.leave();
    }
  };
  return live.restoring === null ? copyWork(parts, copied, guarded) : restoreWork(parts, live, live.restoring, guarded);
};
