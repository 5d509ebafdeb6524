/** Who is blocked, and what wakes them. */

interface Waiter {
  wake(): void;
}

export class Waiting {
  readonly #waiters = new Map<number, Set<Waiter>>();

  /** Waits for the next `wake` of a domain; `cancel` ends it too. */
  add(domain: number): { readonly woken: Promise<void>; cancel(): void } {
    const waiters = this.#waiters.get(domain) ?? new Set();
    this.#waiters.set(domain, waiters);
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const waiter: Waiter = { wake };
    waiters.add(waiter);
    const cancel = (): void => {
      waiters.delete(waiter);
      wake();
    };
    return { woken, cancel };
  }

  wake(domain: number): void {
    const waiters = this.#waiters.get(domain);
    this.#waiters.delete(domain);
    for (const waiter of waiters ?? []) waiter.wake();
  }
}
