/** A lock that is granted in the order of asking. Platforms have no exclusive accesses that one could be made of in memory. */
export class Lock {
  #last: Promise<void> = Promise.resolve();

  /** Runs the body when everybody who asked before has ended. */
  async hold<Result>(body: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    let release = (): void => undefined;
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      return await body();
    } finally {
      release();
    }
  }
}
