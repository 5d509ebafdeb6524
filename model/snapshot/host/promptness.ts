/** Longest that a prompt read or write takes, in milliseconds: more than memory of the host needs, less than a disk. */
const prompt = 0.3;
/** Operations for which a host that was slow is not trusted. */
const distrust = 64;

/**
 * Whether the host is likely to answer at once, from its memory, by how it did last. Then a call that waits for it costs less than handing
 * it to another thread; else it would keep all other requests waiting.
 */
export class Promptness {
  #slow = 0;

  /** Asked before each operation. */
  get likely(): boolean {
    if (this.#slow === 0) return true;
    this.#slow -= 1;
    return false;
  }

  /** Does an operation, and remembers how long that took. */
  time<Result>(operation: () => Result): Result {
    const begin = performance.now();
    try {
      return operation();
    } finally {
      if (performance.now() - begin > prompt) this.#slow = distrust;
    }
  }
}
