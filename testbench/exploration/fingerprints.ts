/**
 * Sets of states by fingerprints of 64 bits. Of n states, two have the same one with a chance of about n² / 2⁶⁵: of ten million, three in a million.
 */

/** A state's fingerprint by what differs from a base; words that do not, add nothing. */
export class Fingerprinter {
  readonly #base: Uint32Array;
  low = 0;
  high = 0;

  constructor(base: Uint32Array) {
    this.#base = base;
  }

  /** Sets `low` and `high` to the fingerprint of a state. */
  take(state: Uint32Array): void {
    const base = this.#base;
    let low = 0x2545f491;
    let high = 0x1b873593;
    for (let index = 0; index < state.length; index += 1) {
      const difference = (state[index] as number) ^ (base[index] as number);
      if (difference === 0) continue;
      const place = Math.imul(index + 1, 0x9e3779b1);
      let mixed = Math.imul(difference ^ place, 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
      low = (low + (mixed ^ (mixed >>> 13))) | 0;
      mixed = Math.imul((difference + place) ^ (mixed >>> 7), 0x27d4eb2f);
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x165667b1);
      high = (high + (mixed ^ (mixed >>> 14))) | 0;
    }
    this.low = low >>> 0;
    // A fingerprint of zero would be an empty place.
    this.high = (high | 1) >>> 0;
  }
}

/** A set of fingerprints: open addressing, at most half full. */
export class FingerprintSet {
  #low = new Uint32Array(2 ** 12);
  #high = new Uint32Array(2 ** 12);
  size = 0;

  /** Whether it was not there before. */
  add(low: number, high: number): boolean {
    if (2 * this.size >= this.#low.length) this.#grow();
    const added = this.#put(low, high);
    if (added) this.size += 1;
    return added;
  }

  #put(low: number, high: number): boolean {
    const mask = this.#low.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const there = this.#high[at];
      if (there === 0) {
        this.#low[at] = low;
        this.#high[at] = high;
        return true;
      }
      if (there === high && this.#low[at] === low) return false;
    }
  }

  #grow(): void {
    const [low, high] = [this.#low, this.#high];
    this.#low = new Uint32Array(low.length * 2);
    this.#high = new Uint32Array(high.length * 2);
    for (let at = 0; at < low.length; at += 1) {
      const there = high[at] as number;
      if (there !== 0) this.#put(low[at] as number, there);
    }
  }
}
