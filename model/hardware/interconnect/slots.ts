/** The transactions of one manager in flight in one direction. Source: `docs/systems/interconnect.md`, "Requests". */

export class Slots {
  readonly #valid: Uint8Array;
  readonly #id: Uint8Array;
  readonly #target: Uint8Array;

  constructor(count: number) {
    this.#valid = new Uint8Array(count);
    this.#id = new Uint8Array(count);
    this.#target = new Uint8Array(count);
  }

  reset(): void {
    this.#valid.fill(0);
  }

  /** The lowest slot that is not valid, or -1. */
  get free(): number {
    return this.#valid.indexOf(0);
  }

  /** Whether all that is in flight with this identifier goes to this target. */
  agrees(id: number, target: number): boolean {
    for (let slot = 0; slot < this.#valid.length; slot += 1)
      if (this.#valid[slot] !== 0 && this.#id[slot] === id && this.#target[slot] !== target) return false;
    return true;
  }

  enter(slot: number, id: number, target: number): void {
    this.#valid[slot] = 1;
    this.#id[slot] = id;
    this.#target[slot] = target;
  }

  /** The lowest valid slot with this identifier, or -1. */
  find(id: number): number {
    for (let slot = 0; slot < this.#valid.length; slot += 1)
      if (this.#valid[slot] !== 0 && this.#id[slot] === id) return slot;
    return -1;
  }

  leave(slot: number): void {
    this.#valid[slot] = 0;
  }
}

/** The first in cyclic order from `start` among the bits of a mask that is not 0, of `count`. */
export const firstFrom = (mask: number, start: number, count: number): number => {
  for (let step = 0; step < count; step += 1) {
    const index = (start + step) % count;
    if (((mask >>> index) & 1) !== 0) return index;
  }
  throw new Error('there is none among the bits of 0');
};
