/** Everything that steps can touch, by numbers: words of both memories, then locks. */
import type { Range } from './touched.ts';

const wordBytes = 8;
const mostLocks = 200;

export class Places {
  readonly #words: number;
  readonly count: number;

  constructor(memoryBytes: number) {
    this.#words = memoryBytes / wordBytes;
    this.count = 2 * this.#words + mostLocks;
  }

  lock(number: number): Range {
    if (number >= mostLocks) throw new RangeError(`there are places for ${mostLocks} locks, and no ${number}`);
    return { first: 2 * this.#words + number, count: 1 };
  }

  /** The words that hold some bytes, of one or both memories. */
  words(memories: readonly (0 | 1)[], address: number, bytes: number): readonly Range[] {
    const first = Math.floor(address / wordBytes);
    const count = Math.ceil((address + bytes) / wordBytes) - first;
    return memories.map((memory) => ({ first: memory * this.#words + first, count }));
  }
}
