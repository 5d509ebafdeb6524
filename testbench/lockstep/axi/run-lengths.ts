/**
 * A repeating pattern of going and stopping, as lengths in cycles: go, stop, go, stop, ... Without lengths, or without any cycle to go in,
 * it always goes.
 */
export class RunLengths {
  private readonly lengths: readonly number[];
  private index = 0;
  private left: number;

  constructor(lengths: readonly number[]) {
    const goes = lengths.some((length, index) => index % 2 === 0 && length > 0);
    // With an odd number of lengths the last one would swap the meaning of the next round.
    const even = lengths.length % 2 === 0 ? lengths : [...lengths, 0];
    this.lengths = goes ? even : [];
    this.left = this.lengths[0] ?? 0;
  }

  /** Whether the next cycle is one to go in. */
  next(): boolean {
    if (this.lengths.length === 0) return true;
    while (this.left === 0) {
      this.index = (this.index + 1) % this.lengths.length;
      this.left = this.lengths[this.index] ?? 0;
    }
    this.left -= 1;
    return this.index % 2 === 0;
  }
}

export const always: RunLengths = new RunLengths([]);
