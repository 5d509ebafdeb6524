import { crc32 } from 'node:zlib';
import { Gathered } from './gathered.ts';
import { entrySize, type Layout, pageHeader } from './layout.ts';
import type { Storage } from './storage.ts';

const copiedBit = 0x8000_0000;
const changedBit = 0x4000_0000;
const slotMask = 0x3fff_ffff;

/** Stands for a block of zeros, which takes no room in the store. */
export const zeroSlot = slotMask;

/** What becomes of a block's entry. */
export interface EntryChange {
  /** The block is copied, to this slot. */
  readonly slot?: number;
  readonly changed?: boolean;
}

interface Page {
  sequence: bigint;
  /** The copy that is written next. */
  copy: number;
  /** Entries that are to be, and are not known to be durable. */
  readonly staged: Map<number, number>;
  readonly writing: Gathered;
}

/** The entries of one snapshot, or of a restore: in memory as they are durable in the store. */
export class CopyMap {
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly #layout: Layout;
  readonly #place: number;
  readonly #number: bigint;
  readonly #entries: Uint32Array;
  readonly #pages: Page[];
  #copied = 0;

  /** A map with no entry. The number must never have been written to the place. */
  constructor(store: Storage, flush: () => Promise<void>, layout: Layout, place: number, number: bigint) {
    this.#store = store;
    this.#flush = flush;
    this.#layout = layout;
    this.#place = place;
    this.#number = number;
    this.#entries = new Uint32Array(layout.blocks);
    this.#pages = Array.from({ length: layout.pages }, (_, page) => ({
      sequence: 0n,
      copy: 0,
      staged: new Map<number, number>(),
      writing: new Gathered(() => this.#write(page)),
    }));
  }

  /** Blocks that are copied in this map. */
  get copied(): number {
    return this.#copied;
  }

  isCopied(block: number): boolean {
    return this.#entries[block]! >= copiedBit;
  }

  isChanged(block: number): boolean {
    return (this.#entries[block]! & changedBit) !== 0;
  }

  /** Of a block that is copied. */
  slotOf(block: number): number {
    return this.#entries[block]! & slotMask;
  }

  /** A slot was given to the block, and whether the store knows is open. */
  isStaged(block: number): boolean {
    return (this.#pageOf(block).staged.get(block) ?? 0) >= copiedBit;
  }

  /** Slots that entries of this map name, each as often as it is named. */
  *slots(): Generator<number> {
    for (const [slot] of this.slotsOfBlocks()) yield slot;
  }

  /** As `slots`, each with its block. */
  *slotsOfBlocks(): Generator<readonly [slot: number, block: number]> {
    for (let block = 0; block < this.#entries.length; block += 1) {
      const entry = this.#pageOf(block).staged.get(block) ?? this.#entries[block]!;
      if (entry >= copiedBit && (entry & slotMask) !== zeroSlot) yield [entry & slotMask, block];
    }
  }

  /**
   * Makes a change of an entry durable. When it fails, the entry stays as it was here, and is tried again with the next change of its page.
   * @throws StorageError
   */
  change(block: number, { slot, changed }: EntryChange): Promise<void> {
    const page = this.#pageOf(block);
    let entry = page.staged.get(block) ?? this.#entries[block]!;
    if (slot !== undefined) entry = ((entry & changedBit) | copiedBit | slot) >>> 0;
    if (changed === true) entry = (entry | changedBit) >>> 0;
    page.staged.set(block, entry);
    return page.writing.call();
  }

  /** Reads the map from the store. @throws StorageError */
  async load(): Promise<void> {
    const copies = Buffer.alloc(2 * this.#layout.pageSize);
    for (const [index, page] of this.#pages.entries()) {
      await this.#store.read(this.#layout.pageOffset(this.#place, index, 0), copies);
      for (const copy of [0, 1]) {
        const bytes = copies.subarray(copy * this.#layout.pageSize, (copy + 1) * this.#layout.pageSize);
        const sequence = this.#sequenceOf(bytes, index);
        if (sequence === null || sequence <= page.sequence) continue;
        page.sequence = sequence;
        page.copy = 1 - copy;
        this.#take(index, bytes);
      }
    }
    this.#copied = this.#entries.reduce((count, entry) => count + (entry >= copiedBit ? 1 : 0), 0);
  }

  #pageOf(block: number): Page {
    return this.#pages[Math.floor(block / this.#layout.blocksPerPage)]!;
  }

  /** The sequence of a page that is whole and of this map, or null. */
  #sequenceOf(bytes: Buffer, index: number): bigint | null {
    if (bytes.readBigUInt64LE(16) !== this.#number || bytes.readUInt32LE(4) !== index) return null;
    return crc32(bytes.subarray(4)) === bytes.readUInt32LE(0) ? bytes.readBigUInt64LE(8) : null;
  }

  #take(index: number, bytes: Buffer): void {
    const first = index * this.#layout.blocksPerPage;
    const end = Math.min(first + this.#layout.blocksPerPage, this.#entries.length);
    for (let block = first; block < end; block += 1)
      this.#entries[block] = bytes.readUInt32LE(pageHeader + (block - first) * entrySize);
  }

  async #write(index: number): Promise<void> {
    const page = this.#pages[index]!;
    const staged = [...page.staged];
    if (staged.length === 0) return;
    const first = index * this.#layout.blocksPerPage;
    const end = Math.min(first + this.#layout.blocksPerPage, this.#entries.length);
    const bytes = Buffer.alloc(this.#layout.pageSize);
    for (let block = first; block < end; block += 1)
      bytes.writeUInt32LE(this.#entries[block]!, pageHeader + (block - first) * entrySize);
    for (const [block, entry] of staged) bytes.writeUInt32LE(entry, pageHeader + (block - first) * entrySize);
    // Also when the last write of this page failed: it may be there with its sequence.
    page.sequence += 1n;
    bytes.writeUInt32LE(index, 4);
    bytes.writeBigUInt64LE(page.sequence, 8);
    bytes.writeBigUInt64LE(this.#number, 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
    await this.#store.write(this.#layout.pageOffset(this.#place, index, page.copy), bytes);
    await this.#flush();
    page.copy = 1 - page.copy;
    for (const [block, entry] of staged) {
      if (!this.isCopied(block) && entry >= copiedBit) this.#copied += 1;
      this.#entries[block] = entry;
      if (page.staged.get(block) === entry) page.staged.delete(block);
    }
  }
}
