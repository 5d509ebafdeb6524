import type { SlotCopy } from './entry.ts';
import type { Layout } from './layout.ts';
import type { Room } from './room.ts';
import { allOrFirstFailure } from './settled.ts';
import type { SlotContents } from './slot-contents.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import type { Source } from './source.ts';
import { DamageError, SnapshotError } from './storage.ts';

/** Reads snapshots, from the store and the source, while both are written. */
export class Reader {
  readonly #source: Source;
  readonly #contents: SlotContents;
  readonly #layout: Layout;
  readonly #snapshots: Snapshots;

  constructor(source: Source, contents: SlotContents, layout: Layout, snapshots: Snapshots) {
    this.#source = source;
    this.#contents = contents;
    this.#layout = layout;
    this.#snapshots = snapshots;
  }

  /**
   * @param room where memory that it needs besides is waited for, and shared by those who read the same; null to take it at once
   * @throws SnapshotError when the snapshot is no longer live; DamageError, StorageError, SourceError
   */
  async read(snapshot: Snapshot, offset: number, into: Uint8Array, room: Room | null = null): Promise<void> {
    await this.#pieces(snapshot, offset, into, room, (block) => {
      if (snapshot.record.state === 'live') return;
      throw new SnapshotError(`Snapshot '${snapshot.record.name}' cannot be read any more, from block ${block} on.`);
    });
  }

  /** A block whose content is known to be in the store, also of a snapshot that was broken for another block. @throws DamageError, StorageError */
  async readBlock(snapshot: Snapshot, block: number): Promise<Uint8Array> {
    const content = Buffer.allocUnsafe(this.#source.lengthOf(block));
    await this.#pieces(snapshot, block * this.#layout.blockSize, content, null, () => undefined);
    return content;
  }

  async #pieces(
    snapshot: Snapshot,
    offset: number,
    into: Uint8Array,
    room: Room | null,
    check: (block: number) => void,
  ): Promise<void> {
    const { blockSize } = this.#layout;
    check(Math.floor(offset / blockSize));
    const pieces: Promise<void>[] = [];
    for (let done = 0; done < into.length; ) {
      const block = Math.floor((offset + done) / blockSize);
      const within = (offset + done) % blockSize;
      // What is in the source is read in one piece.
      let end = done + blockSize - within;
      const copy = this.#snapshots.copyOf(snapshot, block);
      let last = block;
      while (copy === null && end < into.length && this.#snapshots.ownerOf(snapshot, last + 1) === null) {
        last += 1;
        end += blockSize;
      }
      pieces.push(
        this.#piece(snapshot, block, last, copy, within, into.subarray(done, Math.min(end, into.length)), room, check),
      );
      done = end;
    }
    await allOrFirstFailure(pieces);
  }

  /** Blocks of one slot, or of the source, once more if they are found elsewhere when they have been read. */
  async #piece(
    snapshot: Snapshot,
    first: number,
    last: number,
    copy: SlotCopy | null,
    within: number,
    into: Uint8Array,
    room: Room | null,
    check: (block: number) => void,
  ): Promise<void> {
    let right = true;
    if (copy === null) await this.#source.read(first * this.#layout.blockSize + within, into);
    else right = await this.#contents.read(copy, this.#source.lengthOf(first), within, into, room);
    check(first);
    for (let block = first; block <= last; block += 1) {
      if (this.#snapshots.copyOf(snapshot, block)?.slot === copy?.slot) continue;
      await this.#pieces(snapshot, first * this.#layout.blockSize + within, into, room, check);
      return;
    }
    if (right || copy === null) return;
    this.#contents.noteRotten(copy);
    throw new DamageError(
      `Block ${first} of snapshot '${snapshot.record.name}' is damaged: what it held is not known any more. The other blocks can be read.`,
    );
  }
}
