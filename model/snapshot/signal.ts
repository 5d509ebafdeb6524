/** Wakes all who wait for it. */
export class Signal {
  #wake: () => void = () => undefined;
  #awaited = this.#renew();

  wait(): Promise<void> {
    return this.#awaited;
  }

  give(): void {
    const wake = this.#wake;
    this.#awaited = this.#renew();
    wake();
  }

  #renew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
