/**
 * First-in first-out in a memory of `capacity` entries with an output register: `Queue(n)` of the block specifications. An entry
 * is visible two cycles after the one in which it is pushed, at the earliest.
 *
 * `ready` and `valid` speak of the state at the start of the cycle: `push` and `pop` take effect at `edge`. Entries are slots that are
 * created once and filled again and again.
 */
export class Queue<Entry> {
  readonly capacity: number;
  readonly #slots: readonly Entry[];
  /** The slot of the output register, or of the entry that comes to it next. */
  #head = 0;
  #inMemory = 0;
  #registerFull = false;
  #pushing = false;
  #popping = false;

  constructor(capacity: number, create: () => Entry) {
    this.capacity = capacity;
    this.#slots = Array.from({ length: capacity + 2 }, create);
  }

  reset(): void {
    this.#head = 0;
    this.#inMemory = 0;
    this.#registerFull = false;
    this.#pushing = false;
    this.#popping = false;
  }

  get ready(): boolean {
    return this.#inMemory < this.capacity;
  }

  get valid(): boolean {
    return this.#registerFull;
  }

  get empty(): boolean {
    return !this.#registerFull && this.#inMemory === 0;
  }

  /** The entry in the output register. Means something while `valid`. */
  get front(): Entry {
    return this.#slots[this.#head]!;
  }

  /** Pushes an entry at the coming edge. Needs `ready`. Returns the slot, for the caller to fill in this cycle. */
  push(): Entry {
    this.#pushing = true;
    return this.#slots[(this.#head + Number(this.#registerFull) + this.#inMemory) % this.#slots.length]!;
  }

  /** Empties the output register at the coming edge. Needs `valid`. The entry returned may be read during this cycle. */
  pop(): Entry {
    this.#popping = true;
    return this.front;
  }

  edge(): void {
    const refills = (!this.#registerFull || this.#popping) && this.#inMemory > 0;
    if (this.#popping) {
      this.#head = (this.#head + 1) % this.#slots.length;
      this.#registerFull = false;
    }
    if (refills) {
      this.#registerFull = true;
      this.#inMemory -= 1;
    }
    if (this.#pushing) this.#inMemory += 1;
    this.#pushing = false;
    this.#popping = false;
  }
}
