import { bindSource, type SourceMark } from './binding.ts';
import { BlockLocks } from './block-locks.ts';
import { Copier } from './copier.ts';
import { Gathered } from './gathered.ts';
import type { Layout } from './layout.ts';
import { Reader } from './reader.ts';
import { SlotContents } from './slot-contents.ts';
import { Slots } from './slots.ts';
import { Snapshots } from './snapshots.ts';
import { Source } from './source.ts';
import { SnapshotError, type Storage } from './storage.ts';
import { SuperblockKeeper } from './superblock-keeper.ts';

/** What a volume is made of, loaded from its store. */
export interface Parts {
  readonly layout: Layout;
  readonly keeper: SuperblockKeeper;
  readonly source: Source;
  readonly slots: Slots;
  readonly snapshots: Snapshots;
  readonly contents: SlotContents;
  readonly copier: Copier;
  readonly reader: Reader;
  readonly locks: BlockLocks;
  /** Resolves when those who ask the store for something at the same time have asked. */
  readonly gather: () => Promise<void>;
}

/** @throws SnapshotError when the store is none, or another source's; StorageError; what the mark throws */
export const loadParts = async (
  source: Storage,
  store: Storage,
  limit: number,
  mark: SourceMark | null,
): Promise<Parts> => {
  const flushing = new Gathered(() => store.flush(), store.gather?.bind(store));
  const flush = (): Promise<void> => flushing.call();
  // What a process that was killed has written is seen from now on, so it must be durable.
  await flush();
  const keeper = await SuperblockKeeper.open(store, flush);
  if (keeper === null)
    throw new SnapshotError('The store holds no snapshots of ours: its superblock is missing or damaged.');
  const { layout } = keeper;
  if (layout.sourceSize !== source.size) {
    throw new SnapshotError(
      `The store is of a source of ${layout.sourceSize} bytes; this one has ${source.size}. A source keeps its size while it has a store.`,
    );
  }
  const room = Math.floor((store.size - layout.slotsOffset) / layout.blockSize);
  const slots = new Slots(Math.min(room, limit));
  const snapshots = new Snapshots(store, flush, keeper, slots);
  await snapshots.load();
  // After all that a store is refused for, so that one that is put back as it was has its source still; before anything is written.
  if (mark !== null) await bindSource(keeper, mark);
  const blocks = new Source(source, layout);
  const contents = new SlotContents(blocks, store, flush, layout, slots);
  const copier = new Copier(contents, slots, snapshots);
  const reader = new Reader(blocks, contents, layout, snapshots);
  const gather = async (): Promise<void> => store.gather?.();
  const locks = new BlockLocks();
  return { layout, keeper, source: blocks, slots, snapshots, contents, copier, reader, locks, gather };
};
