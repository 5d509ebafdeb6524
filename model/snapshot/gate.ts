/** Lets writes through; closing it waits for those inside to end, while new ones wait outside. */
export class Gate {
  #inside = 0;
  #closed: Promise<void> | null = null;
  #open: () => void = () => undefined;
  #drained: () => void = () => undefined;

  get inside(): number {
    return this.#inside;
  }

  /** Enters at once where the gate is open; otherwise gives what to await before trying again. */
  tryEnter(): Promise<void> | null {
    if (this.#closed !== null) return this.#closed;
    this.#inside += 1;
    return null;
  }

  async enter(): Promise<void> {
    for (let closed = this.tryEnter(); closed !== null; closed = this.tryEnter()) await closed;
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#inside === 0) this.#drained();
  }

  /** Runs something with nobody inside. One closing waits for another. @param closed is called when those who come begin to wait */
  async whileClosed<Result>(run: () => Promise<Result>, closed: () => void = () => undefined): Promise<Result> {
    while (this.#closed !== null) await this.#closed;
    this.#closed = new Promise((resolve) => {
      this.#open = resolve;
    });
    closed();
    try {
      if (this.#inside > 0) {
        await new Promise<void>((resolve) => {
          this.#drained = resolve;
        });
      }
      return await run();
    } finally {
      this.#drained = () => undefined;
      this.#closed = null;
      this.#open();
    }
  }
}
