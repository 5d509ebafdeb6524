/** Traps that stand in the way of others. Source: `docs/systems/hypervisor.md`, "Page maps". */
import type { TrapRelease, TrapReleases } from '../interface.ts';
import { type Trap, TrappedPageError } from '../memory/interface.ts';
import type { Thread } from '../schedule/index.ts';

/** How often a page may get a new trap before who wants it is refused. */
const mostTries = 8;

export class Traps implements TrapReleases {
  readonly #releases = new Map<Trap, TrapRelease>();

  onRelease(trap: Trap, release: TrapRelease): void {
    if (this.#releases.has(trap)) throw new RangeError(`traps '${trap}' are given up by somebody already`);
    this.#releases.set(trap, release);
  }

  /** Has traps of pages given up, by those who do that. Pages without are left alone. */
  async release(thread: Thread, domain: number, pages: readonly number[]): Promise<void> {
    for (const release of this.#releases.values()) await release(thread, domain, pages);
  }

  /** Does what a trap may stop, again when that was given up. @throws TrappedPageError for one that nobody gives up */
  async through<Result>(thread: Thread, go: () => Promise<Result>): Promise<Result> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await go();
      } catch (error) {
        if (!(error instanceof TrappedPageError) || tries === mostTries) throw error;
        const release = this.#releases.get(error.trap);
        if (release === undefined) throw error;
        await release(thread, error.domain, [error.page]);
      }
    }
  }
}
