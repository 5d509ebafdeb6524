import { crc32 } from 'node:zlib';
import { lostSlot, type SlotCopy, takesRoom, zeroCopy, zeroSlot } from './entry.ts';
import type { Layout } from './layout.ts';
import type { Room } from './room.ts';
import { allOrFirstFailure } from './settled.ts';
import { SharedReads } from './shared-reads.ts';
import type { Slots } from './slots.ts';
import type { Source } from './source.ts';
import { SpareBuffers } from './spare-buffers.ts';
import type { Storage } from './storage.ts';

export const isZero = (bytes: Uint8Array): boolean => {
  const words = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return words.length === 0 || (words[0] === 0 && words.subarray(1).equals(words.subarray(0, -1)));
};

/** Most bytes that are read or written in one when blocks are copied together. */
const longestRun = 2 ** 20;

/** Numbers in ascending order, in runs of neighbours. */
const runsOf = (numbers: readonly number[], longest: number): readonly (readonly number[])[] => {
  const runs: number[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run === undefined || run.length === longest || run.at(-1)! + 1 !== number) runs.push([number]);
    else run.push(number);
  }
  return runs;
};

/** What is in the slots of the store, and what is known to have rotted there. */
export class SlotContents {
  readonly #source: Source;
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly #layout: Layout;
  readonly #slots: Slots;
  readonly #spare = new SpareBuffers();
  /** Slots whose content was found not to be what was written. */
  readonly #rotten = new Set<number>();
  readonly #shared = new SharedReads();

  constructor(source: Source, store: Storage, flush: () => Promise<void>, layout: Layout, slots: Slots) {
    this.#source = source;
    this.#store = store;
    this.#flush = flush;
    this.#layout = layout;
    this.#slots = slots;
  }

  /** Copies a block of the source to a slot and makes it durable, writing one piece while the next is read. @throws StorageError, SourceError */
  async copyOut(block: number): Promise<SlotCopy> {
    const content = Buffer.allocUnsafe(this.#source.lengthOf(block));
    const piece = this.#store.piece ?? content.length;
    // Each is waited for, though others fail first.
    const noted = (part: Promise<void>): Promise<void> => {
      part.catch(() => undefined);
      return part;
    };
    const reads: Promise<void>[] = [];
    for (let at = 0; at < content.length; at += piece)
      reads.push(noted(this.#source.read(block * this.#layout.blockSize + at, content.subarray(at, at + piece))));
    const writes: Promise<void>[] = [];
    let slot: number | null = null;
    try {
      for (let at = 0, written = 0; at < content.length; at += piece) {
        await reads[at / piece];
        const read = content.subarray(written, at + piece);
        // Zeros may be all that there is; else they are written with what follows.
        if (slot === null && isZero(read)) continue;
        slot ??= this.#take();
        writes.push(noted(this.#store.write(this.#offsetOf(slot) + written, read)));
        written = at + piece;
      }
      if (slot === null) return zeroCopy;
      await allOrFirstFailure(writes);
      await this.#flush();
      return { slot, check: crc32(content) };
    } catch (error) {
      await Promise.allSettled([...reads, ...writes]);
      if (slot !== null) this.#slots.drop(slot);
      throw error;
    }
  }

  /**
   * As `copyOut`, of blocks in ascending order: neighbours are read in one and, when their slots are neighbours, written in one; all share a flush.
   * When it fails none of them is copied. @throws StorageError, SourceError
   */
  async copyOutTogether(blocks: readonly number[]): Promise<readonly SlotCopy[]> {
    const taken: number[] = [];
    const longest = Math.max(1, Math.floor(longestRun / this.#layout.blockSize));
    try {
      const copies = await allOrFirstFailure(runsOf(blocks, longest).map((run) => this.#copyRun(run, taken)));
      await this.#flush();
      return copies.flat();
    } catch (error) {
      for (const slot of taken) this.#slots.drop(slot);
      throw error;
    }
  }

  /**
   * Reads a part of a block's copy, and holds the whole to its checksum: false when it is not what was written, or not known any more.
   * @param bytes of the block
   * @param room where the memory for the whole is waited for, which those share that read the same; null to take it at once
   * @throws StorageError
   */
  async read(
    { slot, check }: SlotCopy,
    bytes: number,
    offset: number,
    into: Uint8Array,
    room: Room | null = null,
  ): Promise<boolean> {
    if (slot === lostSlot) return false;
    if (slot === zeroSlot) {
      into.fill(0);
      return true;
    }
    if (room !== null && into.length < bytes) {
      const read = (whole: Uint8Array): Promise<void> => this.#store.read(this.#offsetOf(slot), whole);
      return this.#shared.read(slot, bytes, room, read, offset, into, check);
    }
    const whole = into.length === bytes ? into : Buffer.allocUnsafe(bytes);
    await this.#store.read(this.#offsetOf(slot), whole);
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

  /** @param taken gets the slots that were taken, also when this fails */
  async #copyRun(run: readonly number[], taken: number[]): Promise<readonly SlotCopy[]> {
    const first = run[0]! * this.#layout.blockSize;
    const content = this.#spare.take(Math.min(run.length * this.#layout.blockSize, this.#source.size - first));
    try {
      await this.#source.read(first, content);
      return await this.#writeRun(content, run.length, taken);
    } finally {
      this.#spare.give(content);
    }
  }

  async #writeRun(content: Buffer, count: number, taken: number[]): Promise<readonly SlotCopy[]> {
    const { blockSize } = this.#layout;
    const copies: SlotCopy[] = [];
    const written: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const bytes = content.subarray(index * blockSize, (index + 1) * blockSize);
      if (isZero(bytes)) copies.push(zeroCopy);
      else {
        const slot = this.#take();
        taken.push(slot);
        copies.push({ slot, check: crc32(bytes) });
        written.push(index);
      }
    }
    const writes: Promise<void>[] = [];
    for (let at = 0; at < written.length; ) {
      const [first, slot] = [written[at]!, copies[written[at]!]!.slot];
      let neighbours = 1;
      while (copies[first + neighbours]?.slot === slot + neighbours) neighbours += 1;
      const bytes = content.subarray(first * blockSize, (first + neighbours) * blockSize);
      writes.push(this.#store.write(this.#offsetOf(slot), bytes));
      at += neighbours;
    }
    await allOrFirstFailure(writes);
    return copies;
  }

  #take(): number {
    const slot = this.#slots.take();
    this.#rotten.delete(slot);
    this.#shared.forget(slot);
    return slot;
  }

  #offsetOf(slot: number): number {
    return this.#layout.slotsOffset + slot * this.#layout.blockSize;
  }
}
