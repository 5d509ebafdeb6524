import type { Copier } from './copier.ts';
import type { CopyMap } from './copy-map.ts';
import { zeroCopy } from './entry.ts';
import type { Layout } from './layout.ts';
import type { Reader } from './reader.ts';
import { allOrFirstFailure } from './settled.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import type { Source } from './source.ts';

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

  /** Blocks whose content is still that of before the restore. */
  get pending(): number {
    let count = 0;
    for (let block = 0; block < this.#layout.blocks; block += 1) if (this.isPending(block)) count += 1;
    return count;
  }

  /** Restores the block, if that is needed, and notes it. The caller holds its lock. @throws HeldError, DamageError, StorageError, SourceError */
  async settle(block: number): Promise<void> {
    if (this.isSettled(block)) return;
    if (this.isPending(block)) {
      await this.#copier.secure(block, true);
      const content = await this.#reader.readBlock(this.snapshot, block);
      await this.#source.write(block * this.#layout.blockSize, content);
      await this.#source.flush();
    }
    await this.#map.change(block, { copy: zeroCopy });
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
}
