import { crc32 } from 'node:zlib';
import { Copies, copyCount, newestCopy } from './copies.ts';
import {
  changedBit,
  copiedBit,
  type Entry,
  lostEntry,
  lostSlot,
  noEntry,
  type SlotCopy,
  slotMask,
  takesRoom,
} from './entry.ts';
import { Gathered } from './gathered.ts';
import { entrySize, type Layout, pageHeader } from './layout.ts';
import { allOrFirstFailure } from './settled.ts';
import type { Storage } from './storage.ts';

/** What becomes of a block's entry. */
export interface EntryChange {
  /** The block is copied, to this slot. */
  readonly copy?: SlotCopy;
  readonly changed?: boolean;
}

interface Page {
  sequence: bigint;
  readonly copies: Copies;
  /** Entries that are to be, and are not known to be durable. */
  readonly staged: Map<number, Entry>;
  readonly writing: Gathered;
  /** A copy is not whole, or not the newest content. */
  behind: boolean;
}

/** Most bytes that are written at a time when a map begins. */
const bytesTogether = 2 ** 20;

/** The entries of one snapshot, or of a restore: in memory as they are durable in the store. */
export class CopyMap {
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly #layout: Layout;
  readonly #place: number;
  readonly #number: bigint;
  /** Flags and slot of each block, and the checksum of the slot's content. */
  readonly #entries: Uint32Array;
  readonly #checks: Uint32Array;
  readonly #pages: Page[];
  #copied = 0;
  #damagedPages = 0;

  /** A map with no entry: it begins, or is loaded. */
  constructor(store: Storage, flush: () => Promise<void>, layout: Layout, place: number, number: bigint) {
    this.#store = store;
    this.#flush = flush;
    this.#layout = layout;
    this.#place = place;
    this.#number = number;
    this.#entries = new Uint32Array(layout.blocks);
    this.#checks = new Uint32Array(layout.blocks);
    this.#pages = Array.from({ length: layout.pages }, (_, page) => ({
      sequence: 1n,
      copies: new Copies(),
      staged: new Map<number, Entry>(),
      writing: new Gathered(() => this.#write(page), store.gather?.bind(store)),
      behind: false,
    }));
  }

  /** Blocks that are copied in this map. */
  get copied(): number {
    return this.#copied;
  }

  /** Pages of which no copy was whole when it was loaded. */
  get damagedPages(): number {
    return this.#damagedPages;
  }

  isCopied(block: number): boolean {
    return this.#entries[block]! >= copiedBit;
  }

  isChanged(block: number): boolean {
    return (this.#entries[block]! & changedBit) !== 0;
  }

  /** What this map said of the block is not known any more. */
  isLost(block: number): boolean {
    return this.isCopied(block) && (this.#entries[block]! & slotMask) === lostSlot;
  }

  /** Of a block that is copied. */
  copyOf(block: number): SlotCopy {
    return { slot: this.#entries[block]! & slotMask, check: this.#checks[block]! };
  }

  /** A slot was given to the block, and whether the store knows is open. */
  isStaged(block: number): boolean {
    return (this.#pageOf(block).staged.get(block) ?? noEntry).word >= copiedBit;
  }

  /** Slots that entries of this map name, each as often as it is named. */
  *slots(): Generator<number> {
    for (const [slot] of this.slotsOfBlocks()) yield slot;
  }

  /** As `slots`, each with its block. */
  *slotsOfBlocks(): Generator<readonly [slot: number, block: number]> {
    for (let block = 0; block < this.#entries.length; block += 1) {
      const word = this.#pageOf(block).staged.get(block)?.word ?? this.#entries[block]!;
      if (word >= copiedBit && takesRoom(word & slotMask)) yield [word & slotMask, block];
    }
  }

  /**
   * Makes a change of an entry durable. When it fails, the entry stays as it was here, and is tried again with the next change of its page.
   * @throws StorageError
   */
  change(block: number, { copy, changed }: EntryChange): Promise<void> {
    const page = this.#pageOf(block);
    let { word, check } = page.staged.get(block) ?? { word: this.#entries[block]!, check: this.#checks[block]! };
    if (copy !== undefined) [word, check] = [((word & changedBit) | copiedBit | copy.slot) >>> 0, copy.check];
    if (changed === true) word = (word | changedBit) >>> 0;
    page.staged.set(block, { word, check });
    return page.writing.call();
  }

  /** Makes all pages, without an entry, durable: before the superblock names the map. @throws StorageError */
  async begin(): Promise<void> {
    const { pageSize, pages } = this.#layout;
    const together = Math.max(1, Math.floor(bytesTogether / (copyCount * pageSize)));
    for (let first = 0; first < pages; first += together) {
      const count = Math.min(together, pages - first);
      const bytes = Array.from({ length: count }, (_, index) =>
        Array<Buffer>(copyCount).fill(this.#encode(first + index)),
      );
      await this.#store.write(this.#layout.pageOffset(this.#place, first, 0), Buffer.concat(bytes.flat()));
    }
    await this.#flush();
  }

  /** Reads the map from the store; what a damaged page said of its blocks is lost. @throws StorageError */
  async load(): Promise<void> {
    const { pageSize } = this.#layout;
    const bytes = Buffer.alloc(copyCount * pageSize);
    for (const [index, page] of this.#pages.entries()) {
      await this.#store.read(this.#layout.pageOffset(this.#place, index, 0), bytes);
      const copies = Array.from({ length: copyCount }, (_, copy) =>
        bytes.subarray(copy * pageSize, (copy + 1) * pageSize),
      );
      const sequences = copies.map((copy) => this.#sequenceOf(copy, index));
      const newest = newestCopy(sequences);
      if (newest !== null) {
        page.sequence = newest.sequence;
        page.copies.keep(newest.copy);
        page.behind = sequences.some((sequence) => sequence !== newest.sequence);
      } else this.#damagedPages += 1;
      this.#take(index, newest && copies[newest.copy]!);
    }
    this.#copied = this.#entries.reduce((count, entry) => count + (entry >= copiedBit ? 1 : 0), 0);
  }

  /** Has every copy of the pages be whole, and the newest. @throws StorageError */
  async level(): Promise<void> {
    await allOrFirstFailure(this.#pages.filter((page) => page.behind).map((page) => page.writing.call()));
  }

  #pageOf(block: number): Page {
    return this.#pages[Math.floor(block / this.#layout.blocksPerPage)]!;
  }

  /** The sequence of a page that is whole and of this map, or null. */
  #sequenceOf(bytes: Buffer, index: number): bigint | null {
    if (bytes.readBigUInt64LE(16) !== this.#number || bytes.readUInt32LE(4) !== index) return null;
    return crc32(bytes.subarray(4)) === bytes.readUInt32LE(0) ? bytes.readBigUInt64LE(8) : null;
  }

  #blocksOf(index: number): { readonly first: number; readonly end: number } {
    const first = index * this.#layout.blocksPerPage;
    return { first, end: Math.min(first + this.#layout.blocksPerPage, this.#entries.length) };
  }

  #take(index: number, bytes: Buffer | null): void {
    const { first, end } = this.#blocksOf(index);
    for (let block = first; block < end; block += 1) {
      const at = pageHeader + (block - first) * entrySize;
      this.#entries[block] = bytes?.readUInt32LE(at) ?? lostEntry.word;
      this.#checks[block] = bytes?.readUInt32LE(at + 4) ?? lostEntry.check;
    }
  }

  /** A page as it is to be. */
  #encode(index: number, staged: readonly (readonly [number, Entry])[] = []): Buffer {
    const { first, end } = this.#blocksOf(index);
    const bytes = Buffer.alloc(this.#layout.pageSize);
    const put = (block: number, word: number, check: number): void => {
      const at = pageHeader + (block - first) * entrySize;
      bytes.writeUInt32LE(word, at);
      bytes.writeUInt32LE(check, at + 4);
    };
    for (let block = first; block < end; block += 1) put(block, this.#entries[block]!, this.#checks[block]!);
    for (const [block, { word, check }] of staged) put(block, word, check);
    bytes.writeUInt32LE(index, 4);
    bytes.writeBigUInt64LE(this.#pages[index]!.sequence, 8);
    bytes.writeBigUInt64LE(this.#number, 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
    return bytes;
  }

  /** What is staged becomes the newest content; with nothing staged, the copies get what is the newest. */
  async #write(index: number): Promise<void> {
    const page = this.#pages[index]!;
    const staged = [...page.staged];
    if (staged.length === 0 && !page.behind) return;
    // Also when the last write of this page failed: it may be there with its sequence.
    if (staged.length > 0) page.sequence += 1n;
    const bytes = this.#encode(index, staged);
    const offsetOf = (copy: number): number => this.#layout.pageOffset(this.#place, index, copy);
    await page.copies.write(this.#store, offsetOf, bytes);
    await this.#flush();
    page.behind = staged.length > 0;
    if (staged.length === 0) return;
    page.copies.turn();
    for (const [block, entry] of staged) {
      if (!this.isCopied(block) && entry.word >= copiedBit) this.#copied += 1;
      this.#entries[block] = entry.word;
      this.#checks[block] = entry.check;
      if (page.staged.get(block) === entry) page.staged.delete(block);
    }
  }
}
