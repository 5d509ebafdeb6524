/** The translation look-aside buffer. Source: `docs/systems/memory-management-unit.md`, "Unit: TLB and walker". */
import { superStart } from './geometry.ts';
import type { Leaf } from './tables.ts';

export interface Entry {
  readonly domain: number;
  readonly page: number;
  readonly cookie: number;
  readonly leaf: Leaf;
}

const covers = ({ page, leaf }: Entry, wanted: number): boolean =>
  leaf.superPage ? superStart(wanted) === page : wanted === page;

export class Tlb {
  /** Undefined: not valid. */
  readonly #entries: (Entry | undefined)[];
  #victim = 0;

  constructor(entries: number) {
    this.#entries = Array.from({ length: entries }, () => undefined);
  }

  reset(): void {
    this.flush();
    this.#victim = 0;
  }

  flush(): void {
    this.#entries.fill(undefined);
  }

  at(number: number): Entry | undefined {
    return this.#entries[number];
  }

  /** The number of the entry that hits, or -1. */
  find(domain: number, page: number): number {
    return this.#entries.findIndex((entry) => entry?.domain === domain && covers(entry, page));
  }

  drop(number: number): void {
    this.#entries[number] = undefined;
  }

  /** The place that a new entry would take, by the state of the cycle. */
  get place(): number {
    const free = this.#entries.indexOf(undefined);
    return free < 0 ? this.#victim : free;
  }

  /** @param place as it was before anything was dropped at this edge */
  fill(place: number, wasFull: boolean, entry: Entry): void {
    if (wasFull) this.#victim = (this.#victim + 1) % this.#entries.length;
    this.#entries.forEach((each, number) => {
      if (each === undefined || each.domain !== entry.domain) return;
      if (covers(each, entry.page) || covers(entry, each.page)) this.drop(number);
    });
    this.#entries[place] = entry;
  }

  get full(): boolean {
    return !this.#entries.includes(undefined);
  }
}
