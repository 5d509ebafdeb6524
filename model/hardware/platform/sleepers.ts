/** Those who wait for a cycle. */
interface Sleeper {
  readonly until: number;
  wake(): void;
  fail(error: Error): void;
}

/** @throws RangeError where somebody would wait for what is no cycle: the clock has whole numbers. */
export const checkCycle = (until: number): void => {
  if (Number.isInteger(until) || until === Number.POSITIVE_INFINITY) return;
  throw new RangeError(`there is no cycle ${until}: cycles are whole numbers; round it, as in Math.ceil(cycles)`);
};

export class Sleepers {
  #all: Sleeper[] = [];

  add(sleeper: Sleeper): void {
    this.#all.push(sleeper);
  }

  get waiting(): boolean {
    return this.#all.length > 0;
  }

  /** The first cycle for which somebody waits. */
  get first(): number {
    return this.#all.reduce((least, { until }) => Math.min(least, until), Number.POSITIVE_INFINITY);
  }

  /** Wakes those whose cycle has come. Says whether there were any. */
  wake(now: number): boolean {
    const woken = this.#all.filter(({ until }) => until <= now);
    if (woken.length === 0) return false;
    this.#all = this.#all.filter(({ until }) => until > now);
    for (const sleeper of woken) sleeper.wake();
    return true;
  }

  fail(error: Error): void {
    for (const sleeper of this.#all.splice(0)) sleeper.fail(error);
  }
}
