import type { Live } from './live.ts';
import type { Parts } from './parts.ts';
import type { SnapshotRecord } from './superblock.ts';

/** What can be said of a snapshot at a moment. */
export interface SnapshotStatus extends SnapshotRecord {
  /** Blocks that are found in the source still; 0: the snapshot stands alone. */
  readonly inSource: number;
  /** Blocks that are known to be damaged in the store; each that is read is looked at. */
  readonly damaged: number;
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
  { snapshots, slots, copier, contents, layout }: Parts,
  { restoring, held }: Live,
  stalled: Error | null,
): VolumeStatus => ({
  snapshots: snapshots.all.map((snapshot) => {
    let [inSource, damaged] = [0, 0];
    for (let block = 0; block < layout.blocks; block += 1) {
      const copy = snapshots.copyOf(snapshot, block);
      if (copy === null) inSource += 1;
      else if (contents.isDamaged(copy)) damaged += 1;
    }
    return { ...snapshot.record, inSource, damaged };
  }),
  usedBlocks: slots.used,
  copies: copier.copies,
  heldWrites: held,
  restoring: restoring && { name: restoring.snapshot.record.name, pending: restoring.pending },
  stalled: stalled?.message ?? null,
});
