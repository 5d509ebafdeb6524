/** States that were seen, by their fingerprints, each with a mask of 32 bits: a table with open addressing, for many millions of them. */
import type { Fingerprint } from './fingerprint.ts';

const wordsPerState = 3;
/** How full the table may be. */
const mostFull = 0.7;

export class KnownStates {
  #bits = 16;
  #table = new Uint32Array(wordsPerState << 16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Where a state stands, or is to stand. Both words of a fingerprint are 0 where there is nothing. */
  #find(low: number, high: number): number {
    const mask = (1 << this.#bits) - 1;
    for (let slot = (low ^ (high >>> 7)) & mask; ; slot = (slot + 1) & mask) {
      const at = wordsPerState * slot;
      const [first, second] = [this.#table[at]!, this.#table[at + 1]!];
      if ((first === low && second === high) || (first === 0 && second === 0)) return at;
    }
  }

  /** The mask of a state, if it was seen. */
  get({ low, high }: Fingerprint): number | undefined {
    const at = this.#find(low >>> 0, (high | 1) >>> 0);
    return this.#table[at + 1] === 0 ? undefined : this.#table[at + 2];
  }

  set({ low, high }: Fingerprint, mask: number): void {
    const at = this.#find(low >>> 0, (high | 1) >>> 0);
    if (this.#table[at + 1] === 0) this.#size += 1;
    this.#table.set([low >>> 0, (high | 1) >>> 0, mask >>> 0], at);
    if (this.#size > mostFull * 2 ** this.#bits) this.#grow();
  }

  #grow(): void {
    const old = this.#table;
    this.#bits += 1;
    this.#table = new Uint32Array(wordsPerState * 2 ** this.#bits);
    for (let at = 0; at < old.length; at += wordsPerState)
      if (old[at + 1] !== 0) this.#table.set(old.subarray(at, at + wordsPerState), this.#find(old[at]!, old[at + 1]!));
  }
}
