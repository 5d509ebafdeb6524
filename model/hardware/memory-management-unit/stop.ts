/** A processor that does not go on. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
export class Stop {
  #cycles = 0;
  readonly #most: number;

  constructor(timerWidth: number) {
    this.#most = 2 ** (timerWidth - 1) - 1;
  }

  reset(): void {
    this.#cycles = 0;
  }

  /** Whether patience with it is at its end. */
  isSpent(timeout: number): boolean {
    const patience = Math.floor(timeout / 2);
    return patience !== 0 && this.#cycles >= patience;
  }

  /** The edge. */
  step(waits: boolean): void {
    this.#cycles = waits ? Math.min(this.#most, this.#cycles + 1) : 0;
  }
}
