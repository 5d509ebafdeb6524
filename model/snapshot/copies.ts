import { allOrFirstFailure } from './settled.ts';
import type { Storage } from './storage.ts';

/** Copies of a page, or of the superblock, that lie beside each other. */
export const copyCount = 3;

/**
 * Which copies are written next. The kept one has the newest content that is durable; a change is written to both others and is durable when
 * both are. So of what was made durable a second copy is there when one rots, and of what was torn the kept one is.
 */
export class Copies {
  #kept = 0;

  /** Writes both copies that are not kept, in one where they lie beside each other. @param offsetOf a copy. @throws StorageError */
  async write(store: Storage, offsetOf: (copy: number) => number, bytes: Uint8Array): Promise<void> {
    const [one, other] = (
      [
        [1, 2],
        [0, 2],
        [0, 1],
      ] as const
    )[this.#kept]!;
    if (other === one + 1) await store.write(offsetOf(one), Buffer.concat([bytes, bytes]));
    else {
      // The next change of it must not begin while one of these is under way still, and ends after that.
      await allOrFirstFailure([store.write(offsetOf(one), bytes), store.write(offsetOf(other), bytes)]);
    }
  }

  /** What was written is durable. */
  turn(): void {
    this.#kept = this.#kept === 0 ? 2 : 0;
  }

  /** This copy has the newest content. */
  keep(copy: number): void {
    this.#kept = copy;
  }
}

/** The copy with the highest sequence among those that are whole; null: none is whole. */
export const newestCopy = (
  sequences: readonly (bigint | null)[],
): { readonly copy: number; readonly sequence: bigint } | null => {
  let newest: { copy: number; sequence: bigint } | null = null;
  for (const [copy, sequence] of sequences.entries())
    if (sequence !== null && (newest === null || sequence > newest.sequence)) newest = { copy, sequence };
  return newest;
};
