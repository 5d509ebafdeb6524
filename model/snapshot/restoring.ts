import type { Copier } from './copier.ts';
import type { CopyMap } from './copy-map.ts';
import { zeroCopy } from './entry.ts';
import type { Layout } from './layout.ts';
import type { Reader } from './reader.ts';
import { allOrFirstFailure } from './settled.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import type { Source } from './source.ts';
import { DamageError, StorageError } from './storage.ts';

/** What becomes of a block whose content in the snapshot is damaged, or cannot be read. */
export type WhenLost = 'is an error' | 'is overwritten' | 'becomes zeros';

/** A restore under way: the volume already reads as the snapshot, and its blocks follow. */
export class Restoring {
  readonly snapshot: Snapshot;
  readonly #map: CopyMap;
  readonly #layout: Layout;
  readonly #source: Source;
  readonly #reader: Reader;
  readonly #copier: Copier;
  readonly #snapshots: Snapshots;

  constructor(
    snapshot: Snapshot,
    map: CopyMap,
    parts: { layout: Layout; source: Source; reader: Reader; copier: Copier; snapshots: Snapshots },
  ) {
    this.snapshot = snapshot;
    this.#map = map;
    this.#layout = parts.layout;
    this.#source = parts.source;
    this.#reader = parts.reader;
    this.#copier = parts.copier;
    this.#snapshots = parts.snapshots;
  }

  /** The block's content is still that of before the restore. */
  isPending(block: number): boolean {
    return !this.#map.isCopied(block) && this.#snapshots.changedBetween(this.snapshot, null, block);
  }

  /** A write may go to the block: it is restored, or noted as one that needs not be. */
  isSettled(block: number): boolean {
    return this.#map.isCopied(block);
  }

  /**
   * Restores the block, if that is needed, and notes it. The caller holds its lock.
   * @returns false where there is nothing to restore it from, and it is about to be overwritten whole: it is to be noted when that is durable
   * @throws HeldError, DamageError, StorageError, SourceError
   */
  async settle(block: number, lost: WhenLost): Promise<boolean> {
    if (this.isSettled(block)) return true;
    if (this.isPending(block)) {
      const content = await this.#content(block, lost);
      await this.#copier.secure(block, true);
      if (content === null) return false;
      await this.#source.write(block * this.#layout.blockSize, content);
      await this.#source.flush();
    }
    await this.note(block);
    return true;
  }

  /** The block is durable as it is to be. @throws StorageError */
  note(block: number): Promise<void> {
    return this.#map.change(block, { copy: zeroCopy });
  }

  /** Reads the volume as it is to be. @throws DamageError, StorageError, SourceError */
  async read(offset: number, into: Uint8Array): Promise<void> {
    const { blockSize } = this.#layout;
    const pieces: Promise<void>[] = [];
    for (let done = 0; done < into.length; ) {
      const block = Math.floor((offset + done) / blockSize);
      const within = (offset + done) % blockSize;
      const piece = into.subarray(done, done + blockSize - within);
      const content = this.isPending(block)
        ? this.#reader.readBlock(this.snapshot, block).then((whole) => {
            piece.set(whole.subarray(within, within + piece.length));
          })
        : this.#source.read(offset + done, piece);
      pieces.push(content);
      done += piece.length;
    }
    await allOrFirstFailure(pieces);
  }

  /** What the snapshot shows of the block; null where that is lost and need not be known. */
  async #content(block: number, lost: WhenLost): Promise<Uint8Array | null> {
    try {
      return await this.#reader.readBlock(this.snapshot, block);
    } catch (error) {
      if (!(error instanceof DamageError) && !(error instanceof StorageError)) throw error;
      if (lost === 'is overwritten') return null;
      if (lost === 'becomes zeros') return new Uint8Array(this.#source.lengthOf(block));
      const { name } = this.snapshot.record;
      throw new DamageError(
        `Block ${block} of the volume cannot be restored, and cannot be read until it is written whole: ${error.message} Removing '${name}' ends the restore, with zeros there.`,
        { cause: error },
      );
    }
  }
}
