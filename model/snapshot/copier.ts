import { lostCopy, type SlotCopy, takesRoom } from './entry.ts';
import { allOrFirstFailure } from './settled.ts';
import type { SlotContents } from './slot-contents.ts';
import type { Slots } from './slots.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import { SourceError } from './source.ts';
import { StorageError } from './storage.ts';

/** The store cannot take a copy now, or what is to be copied is lost, and a snapshot's policy is not to be broken. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
}

const isLost = (error: unknown): error is SourceError => error instanceof SourceError && error.kind === 'lost';

/** Copies blocks to the store before they change. The caller holds the block's lock. */
export class Copier {
  readonly #contents: SlotContents;
  readonly #slots: Slots;
  readonly #snapshots: Snapshots;
  /** Blocks copied from the source since the start, those of zeros among them. */
  copies = 0;

  constructor(contents: SlotContents, slots: Slots, snapshots: Snapshots) {
    this.#contents = contents;
    this.#slots = slots;
    this.#snapshots = snapshots;
  }

  /**
   * After this a write may change the block: every live snapshot finds its content in the store, or is broken.
   * @param overwritten the whole block is: where the source cannot be read, its content is lost to those that find it there
   * @throws HeldError, SourceError; StorageError when not even the break could be made durable
   */
  async secure(block: number, overwritten: boolean): Promise<void> {
    for (;;) {
      const newest = this.#snapshots.newestLive;
      if (newest === null || newest.map.isChanged(block)) return;
      try {
        await this.#copyOrShare(newest, block, true, overwritten);
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
      await this.#copyOrShare(snapshot, block, changed, false);
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
      await snapshot.map.change(block, { copy: await this.#contents.copyOut(block), changed: true });
      this.copies += 1;
    });
    for (const result of await Promise.allSettled(copies)) {
      if (result.status === 'fulfilled') continue;
      for (const slot of snapshot.map.slots()) this.#slots.drop(slot);
      throw result.reason;
    }
  }

  /**
   * Copies those of some blocks, in ascending order, that a live snapshot finds in the source, with as few accesses as they allow. What fails is left: `copy`
   * does it, or tells why not. The caller holds the locks of all.
   */
  async copyTogether(snapshot: Snapshot, blocks: readonly number[], changed = false): Promise<void> {
    // A staged entry has a slot already.
    const due = blocks.filter(
      (block) => this.#snapshots.ownerOf(snapshot, block) === null && !snapshot.map.isStaged(block),
    );
    if (due.length === 0) return;
    const copies = await this.#contents.copyOutTogether(due).catch((error: unknown) => {
      if (error instanceof StorageError || error instanceof SourceError) return null;
      throw error;
    });
    if (copies === null) return;
    const noted = due.map((block, index) => snapshot.map.change(block, { copy: copies[index]!, changed }));
    for (const result of await Promise.allSettled(noted)) {
      if (result.status === 'fulfilled') this.copies += 1;
      else if (!(result.reason instanceof StorageError)) throw result.reason;
    }
  }

  /** As `secure`, of blocks in ascending order, with as few accesses as they allow. What fails is left: `secure` does it, or tells why not. */
  async secureTogether(blocks: readonly number[]): Promise<void> {
    const newest = this.#snapshots.newestLive;
    if (newest === null) return;
    const unchanged = blocks.filter((block) => !newest.map.isChanged(block));
    // What a newer one that is not live has is shared, one by one.
    const safe = unchanged.filter(
      (block) => (this.#snapshots.ownerOf(newest, block)?.number ?? newest.number + 1n) <= newest.number,
    );
    const note = (block: number): Promise<void> =>
      newest.map.change(block, { changed: true }).catch((error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
      });
    await allOrFirstFailure([...safe.map(note), this.copyTogether(newest, unchanged, true)]);
  }

  /** Has an entry name the slot of another. The caller holds the block's lock. @throws StorageError */
  async share(snapshot: Snapshot, block: number, copy: SlotCopy, changed: boolean): Promise<void> {
    // A staged entry has a slot of its own with the same content.
    if (snapshot.map.isStaged(block)) return snapshot.map.change(block, { changed });
    if (takesRoom(copy.slot)) this.#slots.add(copy.slot);
    return snapshot.map.change(block, { copy, changed });
  }

  async #copyOrShare(snapshot: Snapshot, block: number, changed: boolean, overwritten: boolean): Promise<void> {
    const owner = this.#snapshots.ownerOf(snapshot, block);
    if (owner === null) {
      // A staged entry names a slot whose content is durable.
      if (snapshot.map.isStaged(block)) await snapshot.map.change(block, { changed });
      else await snapshot.map.change(block, { copy: await this.#copyOut(block, overwritten), changed });
      if (!snapshot.map.isLost(block)) this.copies += 1;
    } else if (owner.number > snapshot.number) {
      // A newer one that is not live has the copy, and this map would hide it once its entry is changed.
      await this.share(snapshot, block, owner.map.copyOf(block), changed);
    } else {
      await snapshot.map.change(block, { changed });
    }
  }

  /** A block that cannot be read and is about to be written whole is nobody's any more, unless writes are to be held for it. */
  async #copyOut(block: number, overwritten: boolean): Promise<SlotCopy> {
    try {
      return await this.#contents.copyOut(block);
    } catch (error) {
      if (!overwritten || !(error instanceof SourceError) || error.kind === 'lost') throw error;
      if (this.#snapshots.findingInSource(block).some(({ record }) => record.policy === 'hold'))
        throw new HeldError(error.message, { cause: error });
      return lostCopy;
    }
  }

  async #breakThoseInDanger(newest: Snapshot, block: number, error: Error): Promise<void> {
    const inSource = this.#snapshots.findingInSource(block);
    // With all content safe, what failed is noting the change, which only the newest needs.
    const danger = inSource.length > 0 ? inSource : [newest];
    if (danger.some(({ record }) => record.policy === 'hold')) throw new HeldError(error.message, { cause: error });
    await this.#snapshots.changeStates('broken', danger);
  }
}
