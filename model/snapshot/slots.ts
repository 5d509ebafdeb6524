import { StorageError } from './storage.ts';

/** Which slots of a store are free, by counting the entries that name each. */
export class Slots {
  readonly capacity: number;
  #uses = new Uint32Array(64);
  #free: number[] = [];
  /** No slot from here on is named. */
  #end = 0;
  #used = 0;

  /** @param capacity number of slots, or Infinity. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Slots that are named or taken. */
  get used(): number {
    return this.#used;
  }

  /** A free slot, counted once for its caller. @throws StorageError of kind `full` */
  take(): number {
    if (this.#used >= this.capacity)
      throw new StorageError('full', `all ${this.capacity} blocks of the snapshot store are in use`);
    const slot = this.#free.pop() ?? this.#end;
    this.add(slot);
    return slot;
  }

  /** One more entry names the slot. */
  add(slot: number): void {
    if (slot >= this.#uses.length) {
      const larger = new Uint32Array(Math.max(slot + 1, this.#uses.length * 2));
      larger.set(this.#uses);
      this.#uses = larger;
    }
    this.#end = Math.max(this.#end, slot + 1);
    if (this.#uses[slot] === 0) this.#used += 1;
    this.#uses[slot] = this.#uses[slot]! + 1;
  }

  /** One entry less names the slot. */
  drop(slot: number): void {
    this.#uses[slot] = this.#uses[slot]! - 1;
    if (this.#uses[slot] !== 0) return;
    this.#used -= 1;
    this.#free.push(slot);
  }

  /** Forgets free slots behind all that are used. Returns how many there are without them. */
  trim(): number {
    while (this.#end > 0 && this.#uses[this.#end - 1] === 0) this.#end -= 1;
    this.#free = this.#free.filter((slot) => slot < this.#end);
    return this.#end;
  }

  /** Finds the free slots below used ones. Call once, when the entries of all maps were added. */
  findFree(): void {
    for (let slot = this.#end - 1; slot >= 0; slot -= 1) if (this.#uses[slot] === 0) this.#free.push(slot);
  }
}
