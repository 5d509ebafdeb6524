/** A guest's own grant table: which of its pages others may map. */
import type { Calls } from './calls.ts';
import type { Guest } from './interface.ts';
import { encodeGrantEntry, grantEntriesPerPage, grantTableAddress } from './layout.ts';

export class GrantTable {
  readonly #guest: Guest;
  readonly #calls: Calls;
  readonly #entries: number;
  readonly #used = new Set<number>();

  /** For a table of so many pages. */
  constructor(guest: Guest, calls: Calls, pages = 1) {
    this.#guest = guest;
    this.#calls = calls;
    this.#entries = pages * grantEntriesPerPage;
  }

  /**
   * Lets a domain map a page of this domain's memory; gives the reference to tell it.
   *
   * @throws RangeError when all references are in use
   */
  async grant(domain: number, page: number, { readOnly = false } = {}): Promise<number> {
    let reference = 0;
    while (this.#used.has(reference)) reference += 1;
    if (reference >= this.#entries) throw new RangeError(`all ${this.#entries} references of grants are in use`);
    this.#used.add(reference);
    const entry = encodeGrantEntry({ permit: true, readOnly, domain, page });
    await this.#guest.memory.write64(grantTableAddress + 8 * reference, entry);
    return reference;
  }

  /** Ends a grant: when this has returned, nobody reaches the page but this domain. */
  async end(reference: number): Promise<void> {
    await this.#calls.grantEnd(reference);
    this.#used.delete(reference);
  }
}
