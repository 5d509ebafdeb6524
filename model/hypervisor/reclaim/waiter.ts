/** Who waits until a page can come back. */
import type { Copies } from '../memory/interface.ts';
import type { Thread } from '../schedule/index.ts';

/** What a page does not come back for: memory with these copies, or the right of its domain to have more. */
export interface Lack {
  readonly copies: Copies;
  readonly of: 'frame' | 'right';
}

export class Waiter {
  readonly thread: Thread;
  readonly domain: number;
  readonly lack: Lack;
  readonly #woken: Promise<void>;
  #wake: () => void = () => {};

  constructor(thread: Thread, domain: number, lack: Lack) {
    this.thread = thread;
    this.domain = domain;
    this.lack = lack;
    this.#woken = new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Ends when it was woken. */
  wait(): Promise<void> {
    return this.#woken;
  }

  wake(): void {
    this.#wake();
  }
}
