/** Write bursts and write pieces. Source: `docs/systems/memory-path.md`, "Writes". */
import { blockBytes, lineBytes } from '../../../rtl/memory-path/interface.ts';

const blocksOfLine = lineBytes / blockBytes;

/** How far a piece is: `taken` when the engine has all its blocks, `launched` when it is on its way to memory. */
export const pieceStates = { collecting: 0, collected: 1, merging: 2, filled: 3, taken: 4, launched: 5 } as const;

export interface WriteBurst {
  valid: boolean;
  /** 0 plain, 1 to 3 the channel, or refused. */
  class: number;
  id: number;
  readonly rest: Uint32Array;
  key: number;
  /** Pieces not yet answered. */
  pieces: number;
  closed: boolean;
  response: number;
  poisoned: boolean;
}

export const newBurst = (): WriteBurst => ({
  valid: false,
  class: 0,
  id: 0,
  rest: new Uint32Array(5),
  key: 0,
  pieces: 0,
  closed: false,
  response: 0,
  poisoned: false,
});

export class WritePiece {
  valid = false;
  state: number = pieceStates.collecting;
  burst = newBurst();
  line = 0;
  /** Blocks of the line. */
  first = 0;
  last = 0;
  channel = 0;
  key = 0;
  unit = 0;
  /** Index in the data unit of the line's first block. */
  base = 0;
  tweakState = 0;
  tweakFrom = 0;
  tweak: Uint8Array = new Uint8Array(blockBytes);
  failed = 0;
  /** The next block to encrypt. */
  next = 0;
  /** The cycle from which all its blocks are sealed. */
  sealedFrom = 0;
  readonly strobes = new Uint8Array(lineBytes);
  readonly data = new Uint8Array(lineBytes);
  readonly old = new Uint8Array(lineBytes);
  readonly sealed = new Uint8Array(lineBytes);

  /** Strobes of a block: how many are 1. */
  #count(block: number): number {
    return this.strobes.subarray(block * blockBytes, (block + 1) * blockBytes).reduce((sum, strobe) => sum + strobe, 0);
  }

  blank(block: number): boolean {
    return this.#count(block) === 0;
  }

  /** Whether both touch a block: have a strobe in it. */
  meets(other: WritePiece): boolean {
    if (this.line !== other.line) return false;
    for (let block = Math.max(this.first, other.first); block <= Math.min(this.last, other.last); block += 1) {
      if (!this.blank(block) && !other.blank(block)) return true;
    }
    return false;
  }

  /** Whether a block is written in part. */
  get partial(): boolean {
    for (let block = this.first; block <= this.last; block += 1) {
      const count = this.#count(block);
      if (count !== 0 && count !== blockBytes) return true;
    }
    return false;
  }

  get address(): number {
    return this.line * lineBytes + this.first * blockBytes;
  }

  /** What is to be encrypted of a block. */
  plain(block: number): Uint8Array {
    return Uint8Array.from({ length: blockBytes }, (_, index) => {
      const at = block * blockBytes + index;
      return (this.strobes[at] === 1 ? this.data : this.old)[at]!;
    });
  }
}

/** A ring, whose next place to be used is its tail. */
export class Ring<Item> {
  readonly items: readonly Item[];
  tail = 0;

  constructor(count: number, create: () => Item) {
    this.items = Array.from({ length: count }, create);
  }

  get next(): Item {
    return this.items[this.tail]!;
  }

  advance(): void {
    this.tail = this.after(this.tail);
  }

  after(index: number): number {
    return (index + 1) % this.items.length;
  }

  /** The oldest that is wanted. */
  oldest(wanted: (item: Item) => boolean): Item | undefined {
    for (let step = 0; step < this.items.length; step += 1) {
      const item = this.items[(this.tail + step) % this.items.length]!;
      if (wanted(item)) return item;
    }
    return undefined;
  }
}

export { blocksOfLine };
