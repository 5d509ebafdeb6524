/** Events of domain 0, whose programs share one page of pending bits: one program looks, and tells the others. */
import { Calls, Events } from './guest/index.ts';
import type { Hypervisor, TrustedGuest } from './interface.ts';
import type { Thread } from './schedule/index.ts';

const made = new WeakMap<Hypervisor, TrustedEvents>();

/** For all programs of domain 0 that wait for events; no other of them may look at the pending bits. */
export class TrustedEvents {
  readonly #fired = new Set<number>();
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #listeners = new Set<(port: number) => void>();

  /** The one of a hypervisor. The first who asks starts its program. */
  static of(hypervisor: Hypervisor): TrustedEvents {
    const events = made.get(hypervisor) ?? new TrustedEvents();
    if (!made.has(hypervisor)) {
      made.set(hypervisor, events);
      hypervisor.start((domain0) => events.#look(domain0));
    }
    return events;
  }

  /** Waits until there may have been an event of a port since somebody waited for it last. Look for what it says before you wait again. */
  async wait(thread: Thread, port: number): Promise<void> {
    while (!this.#fired.delete(port)) {
      const waiting = this.#waiting.get(port) ?? new Set();
      this.#waiting.set(port, waiting);
      await thread.suspend(new Promise<void>((resolve) => waiting.add(resolve)));
    }
  }

  /** Tells of every port that there may have been an event of, until it is called what this gives: for a program that waits for many at once. */
  listen(listener: (port: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As if there had been an event of a port: by which one program of domain 0 tells another. */
  tell(port: number): void {
    this.#fired.add(port);
    const waiting = this.#waiting.get(port);
    this.#waiting.delete(port);
    for (const wake of waiting ?? []) wake();
    for (const listener of this.#listeners) listener(port);
  }

  async #look(domain0: TrustedGuest): Promise<never> {
    const events = new Events(domain0, new Calls(domain0));
    for (;;) {
      for (const port of await events.next()) this.tell(port);
    }
  }
}
