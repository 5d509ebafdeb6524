/** Longest that a prompt read or write takes, in milliseconds: more than memory of the host needs, less than a disk. */
const prompt = 0.3;
/** Most operations for which a host that was slow is not trusted. */
const mostDistrust = 64;
/** Prompt operations in a row after which it is trusted twice as soon. */
const amends = 64;

/**
 * Whether the host is likely to answer at once, from its memory, by how it did last. Then a call that waits for it costs less than handing
 * it to another thread; else it would keep all other requests waiting. A host that is slow once, as when others take its processors, is soon trusted again,
 * and one that is slow each time seldom.
 */
export class Promptness {
  #distrusted = 0;
  #distrust = 1;
  #inARow = 0;

  /** Asked before each operation. */
  get likely(): boolean {
    if (this.#distrusted === 0) return true;
    this.#distrusted -= 1;
    return false;
  }

  /** Does an operation, and remembers how long that took. */
  time<Result>(operation: () => Result): Result {
    const begin = performance.now();
    try {
      return operation();
    } finally {
      this.note(performance.now() - begin);
    }
  }

  /** An operation took so many milliseconds. */
  note(milliseconds: number): void {
    if (milliseconds > prompt) {
      this.#distrusted = this.#distrust;
      this.#distrust = Math.min(2 * this.#distrust, mostDistrust);
      this.#inARow = 0;
      return;
    }
    this.#inARow += 1;
    if (this.#inARow < amends) return;
    this.#inARow = 0;
    this.#distrust = Math.max(1, this.#distrust / 2);
  }
}
