/** Things to do at a cycle, any number of them, that can be called off: the platform's clock keeps every wait for ever. */
import type { Clock } from '../../hardware/platform/interface.ts';

interface Entry {
  readonly at: number;
  readonly due: () => void;
}

export class Timers {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  /** Cycles that the clock will tell. */
  readonly #armed = new Set<number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does something at that cycle, or the next that comes if it is over. Gives what calls it off. */
  at(cycle: number, due: () => void): () => void {
    const entry: Entry = { at: cycle, due };
    this.#entries.add(entry);
    this.#arm();
    return () => this.#entries.delete(entry);
  }

  /**
   * Waits by steps of a power of two, so that however often somebody sets and calls off, no more waits stand than a
   * cycle has bits.
   */
  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#entries) next = Math.min(next, at);
    if (next === Number.POSITIVE_INFINITY) return;
    const distance = Math.max(1, next - this.#clock.now);
    const at = this.#clock.now + 2 ** Math.floor(Math.log2(distance));
    for (const armed of this.#armed) if (armed <= at) return;
    this.#armed.add(at);
    // Only a cut of power ends the wait otherwise, and then nothing is due any more.
    this.#clock.until(at).then(
      () => this.#tell(at),
      () => {},
    );
  }

  #tell(armed: number): void {
    this.#armed.delete(armed);
    const due = [...this.#entries].filter(({ at }) => at <= this.#clock.now);
    for (const entry of due) this.#entries.delete(entry);
    for (const entry of due) entry.due();
    this.#arm();
  }
}
