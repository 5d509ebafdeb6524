import type { Report } from './checker.ts';
import type { Axi4Words } from './words.ts';

/** The rules between AR and R (A3.2.2, A3.3.1, A3.4.4). */
export class ReadChecker {
  private readonly words: Axi4Words;
  private readonly report: Report;
  /** Reads under way, oldest first: identifier, beats to come, exclusive. */
  private readonly ids: Uint32Array;
  private readonly left: Uint16Array;
  private readonly locks: Uint8Array;
  private count = 0;

  constructor(words: Axi4Words, maxOutstanding: number, report: Report) {
    this.words = words;
    this.report = report;
    this.ids = new Uint32Array(maxOutstanding);
    this.left = new Uint16Array(maxOutstanding);
    this.locks = new Uint8Array(maxOutstanding);
  }

  reset(): void {
    this.count = 0;
  }

  cycle(forth: Uint32Array, back: Uint32Array): void {
    const { ar, r } = this.words;
    // Data follow the address by a cycle at least, so the address of this cycle comes after.
    if (back[r.valid] !== 0) this.beat(forth, back);
    if (forth[ar.valid] === 0 || back[ar.ready] === 0) return;
    if (this.count === this.ids.length) {
      this.report('capacity_reads');
      return;
    }
    this.ids[this.count] = forth[ar.id] as number;
    this.left[this.count] = (forth[ar.length] as number) + 1;
    this.locks[this.count] = forth[ar.lock] as number;
    this.count += 1;
  }

  /** Whether an exclusive read with this identifier is under way. */
  hasExclusive(id: number): boolean {
    for (let place = 0; place < this.count; place += 1)
      if (this.ids[place] === id && this.locks[place] !== 0) return true;
    return false;
  }

  private beat(forth: Uint32Array, back: Uint32Array): void {
    const { r } = this.words;
    const { ids, left, locks, report } = this;
    let place = 0;
    while (place < this.count && ids[place] !== back[r.id]) place += 1;
    if (place === this.count) {
      report('r_identifier');
      return;
    }
    const final = left[place] === 1;
    const last = back[r.last] !== 0;
    if (last && !final) report('r_last_early');
    if (final && !last) report('r_last_missing');
    if (back[r.response] === 1 && locks[place] === 0) report('r_exclusive');
    if (forth[r.ready] === 0) return;
    if (!final && !last) {
      left[place] = (left[place] as number) - 1;
      return;
    }
    this.count -= 1;
    ids.copyWithin(place, place + 1);
    left.copyWithin(place, place + 1);
    locks.copyWithin(place, place + 1);
  }
}
