/**
 * First-in first-out of `capacity` entries in registers: `Buffer(n)` of the block specifications.
 *
 * `ready` and `valid` speak of the state at the start of the cycle: `push` and `pop` take effect at `edge`. Entries are slots that are
 * created once and filled again and again, so that a running model allocates nothing.
 */
export class Buffer<Entry> {
  readonly capacity: number;
  readonly #create: () => Entry;
  #slots: Entry[];
  #head = 0;
  #count = 0;
  #pushing = false;
  #popping = false;

  /** @param create makes an entry with the contents that a slot has after reset. */
  constructor(capacity: number, create: () => Entry) {
    this.capacity = capacity;
    this.#create = create;
    this.#slots = Array.from({ length: capacity + 1 }, create);
  }

  reset(): void {
    this.#slots = Array.from({ length: this.capacity + 1 }, this.#create);
    this.#head = 0;
    this.#count = 0;
    this.#pushing = false;
    this.#popping = false;
  }

  get ready(): boolean {
    return this.#count < this.capacity;
  }

  get valid(): boolean {
    return this.#count > 0;
  }

  /** The head register: the oldest entry; while the buffer is empty, the last entry that was there, or that of reset. */
  get front(): Entry {
    return this.#slots[this.#head]!;
  }

  /** Pushes an entry at the coming edge. Needs `ready`. Returns the slot, for the caller to fill in this cycle. */
  push(): Entry {
    this.#pushing = true;
    return this.#slots[(this.#head + Math.max(this.#count, 1)) % (this.capacity + 1)]!;
  }

  /** Pops the head at the coming edge. Needs `valid`. The entry returned may be read during this cycle. */
  pop(): Entry {
    this.#popping = true;
    return this.front;
  }

  edge(): void {
    const headMoves = this.#popping ? this.#count > 1 || this.#pushing : this.#pushing && this.#count === 0;
    if (headMoves) this.#head = (this.#head + 1) % (this.capacity + 1);
    this.#count += Number(this.#pushing) - Number(this.#popping);
    this.#pushing = false;
    this.#popping = false;
  }
}
