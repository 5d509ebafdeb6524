import type { Live } from './live.ts';
import type { Parts } from './parts.ts';
import type { Restoring } from './restoring.ts';
import { inSlices } from './slices.ts';
import { ownersOf, type Snapshot } from './snapshots.ts';
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

/** Looks at each block once, whatever the number of snapshots. */
class Counts {
  readonly #parts: Parts;
  readonly #all: readonly Snapshot[];
  readonly #restoring: Restoring | null;
  readonly #owners: Int32Array;
  readonly #inSource: Uint32Array;
  readonly #damaged: Uint32Array;
  #pending = 0;

  constructor(parts: Parts, { restoring }: Live) {
    this.#parts = parts;
    this.#all = parts.snapshots.all;
    this.#restoring = restoring;
    this.#owners = new Int32Array(this.#all.length);
    this.#inSource = new Uint32Array(this.#all.length);
    this.#damaged = new Uint32Array(this.#all.length);
  }

  look(first: number, end: number): void {
    const { contents } = this.#parts;
    for (let block = first; block < end; block += 1) {
      ownersOf(this.#all, block, this.#owners);
      for (let at = 0; at < this.#all.length; at += 1) {
        const owner = this.#owners[at]!;
        if (owner < 0) this.#inSource[at] = this.#inSource[at]! + 1;
        else if (contents.isDamaged(this.#all[owner]!.map.copyOf(block))) this.#damaged[at] = this.#damaged[at]! + 1;
      }
      if (this.#restoring?.isPending(block) === true) this.#pending += 1;
    }
  }

  /** Of those snapshots that are there still. */
  status({ held, restoring }: Live, stalled: Error | null): VolumeStatus {
    const { snapshots, slots, copier } = this.#parts;
    const there = new Set(snapshots.all);
    return {
      snapshots: this.#all.flatMap((snapshot, at) =>
        there.has(snapshot) ? [{ ...snapshot.record, inSource: this.#inSource[at]!, damaged: this.#damaged[at]! }] : [],
      ),
      usedBlocks: slots.used,
      copies: copier.copies,
      heldWrites: held,
      restoring:
        restoring === null || restoring !== this.#restoring
          ? null
          : { name: restoring.snapshot.record.name, pending: this.#pending },
      stalled: stalled?.message ?? null,
    };
  }
}

/** In one go, for a volume of few blocks. */
export const statusOf = (parts: Parts, live: Live, stalled: Error | null): VolumeStatus => {
  const counts = new Counts(parts, live);
  counts.look(0, parts.layout.blocks);
  return counts.status(live, stalled);
};

/** As `statusOf`, while others have their turns: each block is counted as it was at some moment since this began. @param stalled is asked at the end */
export const statusInSlices = async (parts: Parts, live: Live, stalled: () => Error | null): Promise<VolumeStatus> => {
  const counts = new Counts(parts, live);
  await inSlices(parts.layout.blocks, (first, end) => counts.look(first, end));
  return counts.status(live, stalled());
};
