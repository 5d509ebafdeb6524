/** What a guest has written, and what it finds: its part of a test in which memories die. */
import { type Guest, PageFault, pageBytes } from '../../guest/index.ts';

/** Words of a page that are written, so that each is in a line of its own. */
const places = [0, 8, 2040, 4088];

/** Of one guest, whichever of its programs looks; pages that are lost are told by who owns it. */
export class Keeper {
  readonly #written = new Map<number, bigint>();
  /** Pages that a page fault called lost, or that were refused before they were marked. */
  readonly lost = new Set<number>();
  readonly refused = new Set<number>();
  readonly wrong: string[] = [];
  /** Does something with a page; says whether it could. */
  async #could({ domain }: Guest, page: number, access: () => Promise<void>): Promise<boolean> {
    try {
      await access();
      return true;
    } catch (error) {
      if (!(error instanceof PageFault)) throw error;
      if (error.kind === 'lost') this.lost.add(page);
      else if (error.kind === 'refused') this.refused.add(page);
      else this.wrong.push(`page ${page} of domain ${domain}: ${error.message}`);
      return false;
    }
  }

  /** Looks whether a page holds what was written last, zeros where nothing was. */
  check(guest: Guest, page: number): Promise<boolean> {
    const { memory, domain } = guest;
    return this.#could(guest, page, async () => {
      const wanted = this.#written.get(page) ?? 0n;
      for (const place of places) {
        const found = await memory.read64(page * pageBytes + place);
        if (found !== wanted)
          this.wrong.push(`page ${page} of domain ${domain} holds ${found} at ${place}, not ${wanted}`);
      }
    });
  }

  /** Writes a page; zeros make it one that a sweep takes. */
  write(guest: Guest, page: number, value: bigint): Promise<boolean> {
    return this.#could(guest, page, async () => {
      // What of it was written when it could not go on is not known.
      for (const place of places) await guest.memory.write64(page * pageBytes + place, value);
      this.#written.set(page, value);
    });
  }

  /** The page is another now: one of zeros. */
  forget(page: number): void {
    this.#written.delete(page);
    this.lost.delete(page);
    this.refused.delete(page);
  }
}
