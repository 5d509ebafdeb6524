/** The line of those who wait until a page can come back. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import type { Copies } from '../memory/interface.ts';
import type { Thread } from '../schedule/index.ts';
import { type Lack, Waiter } from './waiter.ts';

/** How often there may have come what somebody lacked. */
export type Turns = Readonly<Record<Lack['of'], number>>;

/** A place in the line, which is taken when its owner waits first, and kept until it leaves. */
export interface Place {
  /** Waits until there may be what is lacked. @param since the line's turns before it was found to be lacked */
  wait(lack: Lack, since: Turns): Promise<void>;
  leave(): void;
}

export class Line {
  /** In the order of coming. */
  readonly #waiters: Waiter[] = [];
  readonly #turns = { frame: 0, right: 0 };

  /** To be looked at before it is tried whether something is there. */
  get turns(): Turns {
    return { ...this.#turns };
  }

  place(thread: Thread, domain: number): Place {
    let waiter: Waiter | undefined;
    return {
      wait: async (lack, since) => {
        // What came while it was tried woke nobody who was not in the line yet.
        const missed = this.#turns[lack.of] !== since[lack.of];
        waiter = waiter === undefined ? this.#enqueue(thread, domain, lack) : this.#lacking(waiter, lack);
        if (!missed) await thread.suspend(waiter.wait());
        waiter = this.#again(waiter, waiter.lack);
      },
      leave: () => {
        if (waiter !== undefined) this.#leave(waiter);
      },
    };
  }

  /**
   * Before whose thread nobody gets such a frame: who has the right to one, and came first. Who has no right to one, or would not take it now,
   * since it is paused or waits for something else too, keeps none from others.
   */
  firstForFrame(copies: Copies): Thread | undefined {
    return this.#waitingForFrame(copies).find((waiter) => this.#comesBack(waiter))?.thread;
  }

  frameComes(): void {
    this.#turns.frame += 1;
    for (const copies of ['first', 'second', 'both'] as const) this.#wakeForFrame(copies);
  }

  rightComes(): void {
    this.#turns.right += 1;
    for (const waiter of this.#waiters) if (waiter.lack.of === 'right') waiter.wake();
  }

  /** Forgets who waits in a domain that ends. */
  end(domain: number): void {
    for (const waiter of this.#waiters.filter((other) => other.domain === domain)) this.#leave(waiter);
  }

  #waitingForFrame(copies: Copies): readonly Waiter[] {
    return this.#waiters.filter(({ lack }) => lack.of === 'frame' && lack.copies === copies);
  }

  /** Whether its thread goes on when all that it waits for here has come. */
  #comesBack({ thread }: Waiter): boolean {
    return thread.waitsForAtMost(this.#waiters.filter((other) => other.thread === thread).length);
  }

  #enqueue(thread: Thread, domain: number, lack: Lack): Waiter {
    const waiter = new Waiter(thread, domain, lack);
    this.#waiters.push(waiter);
    return waiter;
  }

  /** The same place, waiting once more. */
  #again(waiter: Waiter, lack: Lack): Waiter {
    const place = this.#waiters.indexOf(waiter);
    const next = new Waiter(waiter.thread, waiter.domain, lack);
    if (place >= 0) this.#waiters[place] = next;
    return next;
  }

  /** Waits on for what it was found to lack; who stood behind it for something else has its turn. */
  #lacking(waiter: Waiter, lack: Lack): Waiter {
    if (lack.of === waiter.lack.of && lack.copies === waiter.lack.copies) return waiter;
    const next = this.#again(waiter, lack);
    this.#wakeBehind(waiter);
    return next;
  }

  #leave(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter);
    if (place >= 0) this.#waiters.splice(place, 1);
    this.#wakeBehind(waiter);
  }

  #wakeBehind({ lack }: Waiter): void {
    if (lack.of !== 'frame') return;
    this.#turns.frame += 1;
    this.#wakeForFrame(lack.copies);
  }

  /** The first who comes back, with all that its thread waits for, and those before it, who look for themselves when they can. */
  #wakeForFrame(copies: Copies): void {
    for (const waiter of this.#waitingForFrame(copies)) {
      waiter.wake();
      if (!this.#comesBack(waiter)) continue;
      for (const other of this.#waiters) if (other.thread === waiter.thread) other.wake();
      return;
    }
  }
}
