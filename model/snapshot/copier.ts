import { crc32 } from 'node:zlib';
import { lostSlot, type SlotCopy, takesRoom, zeroCopy, zeroSlot } from './entry.ts';
import type { Layout } from './layout.ts';
import type { Slots } from './slots.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import { type Source, SourceError } from './source.ts';
import { type Storage, StorageError } from './storage.ts';

/** The store cannot take a copy now, or what is to be copied is lost, and a snapshot's policy is not to be broken. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
}

export const isZero = (bytes: Uint8Array): boolean => {
  const words = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return words.length === 0 || (words[0] === 0 && words.subarray(1).equals(words.subarray(0, -1)));
};

const isLost = (error: unknown): error is SourceError => error instanceof SourceError && error.kind === 'lost';

/** Copies blocks to the store before they change. The caller holds the block's lock. */
export class Copier {
  readonly #source: Source;
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly #layout: Layout;
  readonly #slots: Slots;
  readonly #snapshots: Snapshots;
  /** Blocks copied from the source since the start, those of zeros among them. */
  copies = 0;
  /** Slots whose content was found not to be what was written. */
  readonly #rotten = new Set<number>();

  constructor(
    source: Source,
    store: Storage,
    flush: () => Promise<void>,
    layout: Layout,
    slots: Slots,
    snapshots: Snapshots,
  ) {
    this.#source = source;
    this.#store = store;
    this.#flush = flush;
    this.#layout = layout;
    this.#slots = slots;
    this.#snapshots = snapshots;
  }

  /**
   * After this a write may change the block: every live snapshot finds its content in the store, or is broken.
   * @throws HeldError, SourceError; StorageError when not even the break could be made durable
   */
  async secure(block: number): Promise<void> {
    for (;;) {
      const newest = this.#snapshots.newestLive;
      if (newest === null || newest.map.isChanged(block)) return;
      try {
        await this.#copyOrShare(newest, block, true);
        return;
      } catch (error) {
        if (!(error instanceof StorageError) && !isLost(error)) throw error;
        await this.#breakThoseInDanger(newest, block, error);
      }
    }
  }

  /**
   * Copies a block that a live snapshot still finds in the source.
   * A block that is lost breaks the snapshots that find it there.
   * @param changed whether it is noted as changed too. @throws StorageError, SourceError; HeldError for a lost block of one that is not to be broken
   */
  async copy(snapshot: Snapshot, block: number, changed: boolean): Promise<void> {
    if (this.#snapshots.ownerOf(snapshot, block) !== null) return;
    try {
      await this.#copyOrShare(snapshot, block, changed);
    } catch (error) {
      if (!isLost(error)) throw error;
      await this.#breakThoseInDanger(snapshot, block, error);
    }
  }

  /**
   * Copies blocks that change without passing this code, for a snapshot that is about to be, and notes them as changed.
   * @throws StorageError, SourceError
   */
  async copyAtOnce(snapshot: Snapshot, blocks: readonly number[]): Promise<void> {
    const copies = blocks.map(async (block) => {
      await snapshot.map.change(block, { copy: await this.#copyOut(block), changed: true });
      this.copies += 1;
    });
    for (const result of await Promise.allSettled(copies)) {
      if (result.status === 'fulfilled') continue;
      for (const slot of snapshot.map.slots()) this.#slots.drop(slot);
      throw result.reason;
    }
  }

  /**
   * Reads a part of a block's copy, and holds the whole to its checksum: false when it is not what was written, or not known any more.
   * @param bytes of the block. @throws StorageError
   */
  async readSlot({ slot, check }: SlotCopy, bytes: number, offset: number, into: Uint8Array): Promise<boolean> {
    if (slot === lostSlot) return false;
    if (slot === zeroSlot) {
      into.fill(0);
      return true;
    }
    const whole = into.length === bytes ? into : Buffer.allocUnsafe(bytes);
    await this.#store.read(this.#layout.slotsOffset + slot * this.#layout.blockSize, whole);
    if (whole !== into) into.set(whole.subarray(offset, offset + into.length));
    return crc32(whole) === check;
  }

  /** A copy that an entry names was found not to be what was written. */
  noteRotten({ slot }: SlotCopy): void {
    if (takesRoom(slot)) this.#rotten.add(slot);
  }

  /** A copy is known not to be what was written. */
  isDamaged({ slot }: SlotCopy): boolean {
    return slot === lostSlot || this.#rotten.has(slot);
  }

  /** Has an entry name the slot of another. The caller holds the block's lock. @throws StorageError */
  async share(snapshot: Snapshot, block: number, copy: SlotCopy, changed: boolean): Promise<void> {
    // A staged entry has a slot of its own with the same content.
    if (snapshot.map.isStaged(block)) return snapshot.map.change(block, { changed });
    if (takesRoom(copy.slot)) this.#slots.add(copy.slot);
    return snapshot.map.change(block, { copy, changed });
  }

  async #copyOrShare(snapshot: Snapshot, block: number, changed: boolean): Promise<void> {
    const owner = this.#snapshots.ownerOf(snapshot, block);
    if (owner === null) {
      // A staged entry names a slot whose content is durable.
      if (snapshot.map.isStaged(block)) await snapshot.map.change(block, { changed });
      else await snapshot.map.change(block, { copy: await this.#copyOut(block), changed });
      this.copies += 1;
    } else if (owner.number > snapshot.number) {
      // A newer one that is not live has the copy, and this map would hide it once its entry is changed.
      await this.share(snapshot, block, owner.map.copyOf(block), changed);
    } else {
      await snapshot.map.change(block, { changed });
    }
  }

  /** Copies the block to a slot and makes it durable. @throws StorageError, SourceError */
  async #copyOut(block: number): Promise<SlotCopy> {
    const content = await this.#source.readBlock(block);
    if (isZero(content)) return zeroCopy;
    const slot = this.#slots.take();
    this.#rotten.delete(slot);
    try {
      await this.#store.write(this.#layout.slotsOffset + slot * this.#layout.blockSize, content);
      await this.#flush();
    } catch (error) {
      this.#slots.drop(slot);
      throw error;
    }
    return { slot, check: crc32(content) };
  }

  async #breakThoseInDanger(newest: Snapshot, block: number, error: Error): Promise<void> {
    const inSource = this.#snapshots.findingInSource(block);
    // With all content safe, what failed is noting the change, which only the newest needs.
    const danger = inSource.length > 0 ? inSource : [newest];
    if (danger.some(({ record }) => record.policy === 'hold')) throw new HeldError(error.message, { cause: error });
    await this.#snapshots.changeStates('broken', danger);
  }
}
