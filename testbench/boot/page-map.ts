/** Page tables of a scenario, built in memory through a processor that is not translated yet. */
import { encodeTableEntry, type Place, type Space, tableEntryBytes } from '../../model/hardware/platform/index.ts';

const tableBytes = 8192;
const pageBytes = 4096;
const entries = 512;

export interface Mapping {
  readonly first?: Place | undefined;
  readonly second?: Place | undefined;
  readonly compare: boolean;
  readonly write: boolean;
  readonly user: boolean;
}

/** Tables in both memories, one after the other from `base` on; the first is that of domains. */
export class PageMap {
  readonly base: number;
  #next: number;
  /** By the table above and the index in it. */
  readonly #tables = new Map<string, number>();

  constructor(base: number) {
    this.base = base;
    this.#next = base + tableBytes;
  }

  async #below(space: Space, table: number, index: number): Promise<number> {
    const key = `${table} ${index}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const made = this.#next;
    this.#next += tableBytes;
    this.#tables.set(key, made);
    const place = { frame: made / pageBytes };
    await space.write(made, new Uint8Array(tableBytes));
    await space.write(table + tableEntryBytes * index, encodeTableEntry({ leaf: false, first: place, second: place }));
    return made;
  }

  /** Maps one page of a domain. */
  async map(space: Space, domain: number, address: number, { first, second, ...how }: Mapping): Promise<void> {
    const page = Math.floor(address / pageBytes);
    const indices = [domain, Math.floor(page / entries ** 2), Math.floor(page / entries) % entries];
    let table = this.base;
    for (const index of indices) table = await this.#below(space, table, index);
    const leaf = encodeTableEntry({ leaf: true, first, second, read: true, execute: false, ...how });
    await space.write(table + tableEntryBytes * (page % entries), leaf);
  }
}
