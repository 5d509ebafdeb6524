/** What a guest learns of memories: which are out of use, and which of its pages went with one. */
import type { Guest } from './interface.ts';
import { lostPagesKept, sharedPage, sharedPageAddress } from './layout.ts';

export interface MemoryReport {
  /** Memories that are out of use. */
  readonly failed: readonly (0 | 1)[];
  /** Memories that are being restored: they are written, and not read yet. */
  readonly restoring: readonly (0 | 1)[];
  /** Pages that were lost since it was asked for last: their owner's own, and those that were mapped here by a grant. */
  readonly lost: readonly number[];
  /** Pages that were lost too, and no longer are in the list: who touches one gets a page fault. */
  readonly missed: number;
}

/** Asked after each event *memory status*. */
export class MemoryWatch {
  readonly #guest: Guest;
  #seen = 0;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  async take(): Promise<MemoryReport> {
    const { memory } = this.#guest;
    const word = Number(await memory.read64(sharedPageAddress + sharedPage.memories));
    const count = Number(await memory.read64(sharedPageAddress + sharedPage.lost));
    const from = Math.max(this.#seen, count - lostPagesKept);
    const missed = from - this.#seen;
    this.#seen = count;
    const lost = await Promise.all(
      Array.from({ length: count - from }, (_, index) =>
        memory.read64(sharedPageAddress + sharedPage.lostPages + 8 * ((from + index) % lostPagesKept)),
      ),
    );
    const those = (bit: number): readonly (0 | 1)[] =>
      ([0, 1] as const).filter((number) => ((word >>> (bit + number)) & 1) === 1);
    return { failed: those(0), restoring: those(2), lost: lost.map(Number), missed };
  }
}
