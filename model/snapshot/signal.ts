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

/** Resolves when something ends that cannot fail, or when that is aborted. */
export const endsOrAborts = (awaited: Promise<void>, by: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      by?.removeEventListener('abort', end);
      resolve();
    };
    if (by?.aborted === true) end();
    by?.addEventListener('abort', end);
    void awaited.then(end);
  });
