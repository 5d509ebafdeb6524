/**
 * A guest's balloon driver: it brings the pages that its domain has to the target that domain 0 sets. A guest may have one of its own.
 * Source: US 9,280,458; `docs/systems/hypervisor.md`, "Reclaim".
 */
import type { Calls } from './calls.ts';
import type { Events } from './events.ts';
import type { Guest } from './interface.ts';
import { mostListWords, sharedPage, sharedPageAddress, virtualEvents } from './layout.ts';

export interface BalloonOptions {
  /** 4 KiB of the guest's own, in which lists are given. */
  readonly list: number;
  /** Pages that are swept first, and for which pattern; left out: none. */
  readonly sweep?: {
    readonly page: number;
    readonly count: number;
    readonly pattern: bigint;
    readonly regular?: boolean;
  };
  /** Pages, at most so many, that the guest knows to be free and uses no more. */
  readonly free: (most: number) => Promise<readonly number[]>;
  /** Pages that are there again. */
  readonly deflated?: (pages: readonly number[]) => void;
}

export interface BalloonState {
  readonly pages: number;
  readonly target: number;
  /** Pages that the last change took by a sweep, and that it gave back. */
  readonly swept: number;
  readonly given: number;
}

/** Pages that are asked to be swept at once, so that no more are than the target needs. */
const sweepPages = 512;

export class Balloon {
  readonly #guest: Guest;
  readonly #calls: Calls;
  readonly #options: BalloonOptions;
  /** Given back, and not taken again. */
  readonly #given: number[] = [];

  constructor(guest: Guest, calls: Calls, options: BalloonOptions) {
    this.#guest = guest;
    this.#calls = calls;
    this.#options = options;
  }

  async #status(): Promise<{ readonly pages: number; readonly target: number }> {
    const { memory } = this.#guest;
    const [pages, target] = await Promise.all([
      memory.read64(sharedPageAddress + sharedPage.pages),
      memory.read64(sharedPageAddress + sharedPage.target),
    ]);
    return { pages: Number(pages), target: Number(target) };
  }

  /** Inflates or deflates once, as far as it can; what it says is what was reached. */
  async adjust(): Promise<BalloonState> {
    let { pages, target } = await this.#status();
    const swept = pages > target ? await this.#sweep(pages - target) : 0;
    ({ pages, target } = await this.#status());
    const given = pages > target ? await this.#inflate(pages - target) : 0;
    if (pages < target && swept === 0) await this.#deflate(target - pages);
    return { ...(await this.#status()), swept, given };
  }

  /** Follows the target until it is stopped. */
  async follow(events: Events, see: (state: BalloonState) => void = () => {}): Promise<never> {
    for (;;) {
      see(await this.adjust());
      await events.wait(virtualEvents.target);
    }
  }

  async #sweep(wanted: number): Promise<number> {
    const { sweep } = this.#options;
    if (sweep === undefined) return 0;
    const { page, count, ...order } = sweep;
    let taken = 0;
    for (let done = 0; done < count && taken < wanted; done += sweepPages)
      taken += await this.#calls.sweep({ ...order, page: page + done, count: Math.min(sweepPages, count - done) });
    return taken;
  }

  async #list(pages: readonly number[]): Promise<void> {
    const bytes = new DataView(new ArrayBuffer(8 * pages.length));
    for (const [index, page] of pages.entries()) bytes.setBigUint64(8 * index, BigInt(page), true);
    await this.#guest.memory.write(this.#options.list, new Uint8Array(bytes.buffer));
  }

  async #inflate(wanted: number): Promise<number> {
    let given = 0;
    while (given < wanted) {
      const pages = await this.#options.free(Math.min(wanted - given, mostListWords));
      if (pages.length === 0) break;
      await this.#list(pages);
      const gone = await this.#calls.giveBack(this.#options.list, pages.length);
      this.#given.push(...pages);
      given += gone;
      if (gone === 0) break;
    }
    return given;
  }

  async #deflate(wanted: number): Promise<void> {
    for (let left = wanted; left > 0 && this.#given.length > 0; ) {
      const pages = this.#given.slice(0, Math.min(left, mostListWords));
      await this.#list(pages);
      const there = await this.#calls.take(this.#options.list, pages.length);
      if (there === 0) break;
      // Those before are there again: `take` ends at the first that cannot be.
      this.#given.splice(0, there);
      this.#options.deflated?.(pages.slice(0, there));
      left -= there;
    }
  }
}
