interface Entry {
  readonly offset: number;
  readonly end: number;
  readonly ended: Promise<void>;
}

/** Keeps writes that may have to wait in the order in which they came, where they overlap: none is ever done over a newer one. */
export class WriteOrder {
  /** Those that are not done, from oldest to newest. */
  readonly #all = new Set<Entry>();

  /** A write of the range would have to wait. */
  overlaps(offset: number, length: number): boolean {
    for (const other of this.#all) if (other.offset < offset + length && offset < other.end) return true;
    return false;
  }

  /** Runs something when all that came before and overlap the range have ended, or failed. */
  async inTurn<Result>(offset: number, length: number, run: () => Promise<Result>): Promise<Result> {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const entry = { offset, end: offset + length, ended };
    this.#all.add(entry);
    try {
      for (let before = this.#before(entry); before !== null; before = this.#before(entry)) await before.ended;
      return await run();
    } finally {
      this.#all.delete(entry);
      end();
    }
  }

  /** The newest one that it must wait for: that one waits for others itself. */
  #before(entry: Entry): Entry | null {
    let newest: Entry | null = null;
    for (const other of this.#all) {
      if (other === entry) break;
      if (other.offset < entry.end && entry.offset < other.end) newest = other;
    }
    return newest;
  }
}
