import type { Live } from './live.ts';
import type { Parts } from './parts.ts';
import type { SnapshotRecord } from './superblock.ts';

/** What can be said of a snapshot at a moment. */
export interface SnapshotStatus extends SnapshotRecord {
  /** Blocks that are found in the source still; 0: the snapshot stands alone. */
  readonly inSource: number;
}

/** What can be said of a volume at a moment. */
export interface VolumeStatus {
  /** From oldest to newest. */
  readonly snapshots: readonly SnapshotStatus[];
  /** Blocks of the store that are in use. */
  readonly usedBlocks: number;
  /** Blocks copied since the volume was opened. */
  readonly copies: number;
  /** Writes that wait for room in the store. */
  readonly heldWrites: number;
  readonly restoring: { readonly name: string; readonly pending: number } | null;
  /** Why the background work stands still, or null. */
  readonly stalled: string | null;
}

export const statusOf = (
  { snapshots, slots, copier, layout }: Parts,
  { restoring, held }: Live,
  stalled: Error | null,
): VolumeStatus => {
  const blocks = Array.from({ length: layout.blocks }, (_, block) => block);
  return {
    snapshots: snapshots.all.map((snapshot) => ({
      ...snapshot.record,
      inSource: blocks.filter((block) => snapshots.ownerOf(snapshot, block) === null).length,
    })),
    usedBlocks: slots.used,
    copies: copier.copies,
    heldWrites: held,
    restoring: restoring && { name: restoring.snapshot.record.name, pending: restoring.pending },
    stalled: stalled?.message ?? null,
  };
};
