/** Rings of slots. Source: `docs/systems/memory-management-unit.md`, "Unit: requests". */
import type { Request } from './requests.ts';

const nothing: Request = {
  id: 0,
  domain: 0,
  address: 0,
  length: 0,
  size: 0,
  burst: 0,
  lock: 0,
  rest: [0, 0, 0, 0],
};

/** What reads and writes keep alike. */
export interface Slot {
  valid: boolean;
  state: number;
  request: Request;
  local: boolean;
  response: number;
  cause: number;
  checked: boolean;
  /** Sets of memories: those that the entry enables, those asked, those that owe an answer. */
  enabled: number;
  route: number;
  pending: number;
  /** Of the cookie. */
  index: number;
  /** In each memory. */
  frames: readonly [number, number];
  addresses: readonly [number, number];
}

export const newSlot = (): Slot => ({
  valid: false,
  state: 0,
  request: nothing,
  local: false,
  response: 0,
  cause: 0,
  checked: false,
  enabled: 0,
  route: 0,
  pending: 0,
  index: 0,
  frames: [0, 0],
  addresses: [0, 0],
});

export class Ring<S extends Slot> {
  slots: S[];
  tail = 0;
  readonly #count: number;
  readonly #make: () => S;

  constructor(count: number, make: () => S) {
    this.#count = count;
    this.#make = make;
    this.slots = Array.from({ length: count }, make);
  }

  reset(): void {
    this.slots = Array.from({ length: this.#count }, this.#make);
    this.tail = 0;
  }

  after(number: number): number {
    return (number + 1) % this.#count;
  }

  /** The next slot to be used. */
  get next(): S {
    return this.slots[this.tail]!;
  }

  /** The oldest valid slot that is wanted. */
  oldest(wanted: (slot: S) => boolean): S | undefined {
    for (let step = 0; step < this.#count; step += 1) {
      const slot = this.slots[(this.tail + step) % this.#count]!;
      if (slot.valid && wanted(slot)) return slot;
    }
    return undefined;
  }

  some(wanted: (slot: S) => boolean): boolean {
    return this.slots.some((slot) => slot.valid && wanted(slot));
  }

  /** The valid slots with its identifier, those that are older, and those that are newer. */
  olderThan(slot: S): S[] {
    return this.#sameIdentifier(slot, this.tail, slot);
  }

  newerThan(slot: S): S[] {
    return this.#sameIdentifier(slot, this.after(this.slots.indexOf(slot)), this.next);
  }

  #sameIdentifier(slot: S, from: number, end: S): S[] {
    const found: S[] = [];
    for (let number = from; ; number = this.after(number)) {
      const each = this.slots[number]!;
      if (each === end) return found;
      if (each.valid && each.request.id === slot.request.id) found.push(each);
    }
  }
}
