/** The ring of read slots. Source: `docs/systems/memory-path.md`, "Reads". */

/** Classes of accesses: plain, a channel of `channels`, or this. */
export const refused = -1;
export const purposes = { processor: 0, merge: 1, scan: 2 } as const;
/** How far a tweak is. */
export const tweakStates = { notAsked: 0, asked: 1 } as const;

export interface ReadSlot {
  valid: boolean;
  /** 0 plain, 1 to 3 the channel, or refused. */
  class: number;
  purpose: number;
  /** Memory identifier. */
  id: number;
  size: number;
  /** In the line, of the next beat to deliver. */
  offset: number;
  /** Beats to deliver less one. */
  left: number;
  final: boolean;
  /** Memory beats to come. */
  expected: number;
  unit: number;
  /** Index in the data unit of the next block to come. */
  block: number;
  /** Blocks that have not left the queue. */
  blocks: number;
  key: number;
  tweakState: number;
  /** The cycle from which the tweak is known. */
  tweakFrom: number;
  tweak: Uint8Array;
  poisoned: boolean;
  /** The write piece that the read is for. */
  piece: number;
  /** The first half of a block of two beats. */
  half: Uint8Array | undefined;
  halfResponse: number;
}

const newSlot = (): ReadSlot => ({
  valid: false,
  class: 0,
  purpose: purposes.processor,
  id: 0,
  size: 0,
  offset: 0,
  left: 0,
  final: true,
  expected: 0,
  unit: 0,
  block: 0,
  blocks: 0,
  key: 0,
  tweakState: tweakStates.notAsked,
  tweakFrom: 0,
  tweak: new Uint8Array(16),
  poisoned: false,
  piece: 0,
  half: undefined,
  halfResponse: 0,
});

export class ReadSlots {
  readonly #count: number;
  #slots: ReadSlot[] = [];
  #tail = 0;

  constructor(count: number) {
    this.#count = count;
    this.reset();
  }

  reset(): void {
    this.#slots = Array.from({ length: this.#count }, newSlot);
    this.#tail = 0;
  }

  /** Whether the next slot to be used is free. */
  get free(): boolean {
    return !this.#slots[this.#tail]!.valid;
  }

  /** Uses the next slot, with what is given and otherwise as new. */
  use(values: Partial<ReadSlot>): void {
    Object.assign(this.#slots[this.#tail]!, newSlot(), { valid: true }, values);
    this.#tail = (this.#tail + 1) % this.#count;
  }

  /** The oldest valid slot that is wanted. */
  oldest(wanted: (slot: ReadSlot) => boolean): ReadSlot | undefined {
    for (let step = 0; step < this.#count; step += 1) {
      const slot = this.#slots[(this.#tail + step) % this.#count]!;
      if (slot.valid && wanted(slot)) return slot;
    }
    return undefined;
  }

  /** Whether a valid slot is as wanted. */
  some(wanted: (slot: ReadSlot) => boolean): boolean {
    return this.#slots.some((slot) => slot.valid && wanted(slot));
  }

  /** Whether every older valid slot with the same memory identifier is as wanted. */
  olderAre(slot: ReadSlot, wanted: (older: ReadSlot) => boolean): boolean {
    const first = this.oldest((other) => other === slot || (other.id === slot.id && !wanted(other)));
    return first === slot;
  }

  poison(): void {
    for (const slot of this.#slots) if (slot.valid && slot.class > 0) slot.poisoned = true;
  }
}
