/** At most one operation at a time on each block. */
export class BlockLocks {
  readonly #held = new Map<number, Promise<void>>();

  async hold<Result>(block: number, run: () => Promise<Result>): Promise<Result> {
    for (let held = this.#held.get(block); held !== undefined; held = this.#held.get(block)) await held;
    let release = (): void => undefined;
    this.#held.set(
      block,
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    try {
      return await run();
    } finally {
      this.#held.delete(block);
      release();
    }
  }

  /** Holds several at once. Whoever does so must not wait for who holds one while waiting for another. */
  holdAll<Result>(blocks: readonly number[], run: () => Promise<Result>): Promise<Result> {
    return blocks.reduceRight((inner, block) => () => this.hold(block, inner), run)();
  }
}
