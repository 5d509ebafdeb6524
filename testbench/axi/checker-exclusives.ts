import type { Report } from './checker.ts';
import type { ReadChecker } from './checker-reads.ts';
import { type AddressWords, type Axi4Words, readAddress } from './words.ts';

interface ExclusiveRead {
  readonly address: number;
  readonly controls: readonly number[];
}

/** What exclusive writes have to do with exclusive reads (A7.2): exclusive accesses are rare, so this makes an object for each. */
export class ExclusiveChecker {
  private readonly words: Axi4Words;
  private readonly reads: ReadChecker;
  private readonly report: Report;
  private readonly capacity: number;
  /** The last exclusive read of an identifier, until an exclusive write of the identifier. */
  private readonly last = new Map<number, ExclusiveRead>();
  /** A read had no place, so a write without one may have had it all the same. */
  private forgotten = false;
  /** AWVALID has been seen and waits: a write is judged as it is first offered, for another read may begin while it waits. */
  private waiting = false;

  constructor(words: Axi4Words, capacity: number, reads: ReadChecker, report: Report) {
    this.words = words;
    this.capacity = capacity;
    this.reads = reads;
    this.report = report;
  }

  reset(): void {
    this.last.clear();
    this.forgotten = false;
    this.waiting = false;
  }

  /** To be called before the reads under way change in this cycle. */
  cycle(forth: Uint32Array, back: Uint32Array): void {
    const { aw, ar } = this.words;
    const waited = this.waiting;
    this.waiting = forth[aw.valid] !== 0 && back[aw.ready] === 0;
    if (!waited && forth[aw.valid] !== 0 && forth[aw.lock] !== 0) this.write(forth);
    if (forth[ar.valid] === 0 || forth[ar.lock] === 0 || back[ar.ready] === 0) return;
    const id = forth[ar.id] as number;
    if (this.last.size === this.capacity && !this.last.has(id)) this.forgotten = true;
    else this.last.set(id, request(forth, ar));
  }

  private write(forth: Uint32Array): void {
    const { aw } = this.words;
    const id = forth[aw.id] as number;
    if (this.reads.hasExclusive(id)) this.report('aw_exclusive_order');
    const read = this.last.get(id);
    const own = request(forth, aw);
    if (read === undefined) {
      if (!this.forgotten) this.report('aw_exclusive_pair');
      return;
    }
    const same = read.address === own.address && read.controls.every((value, index) => value === own.controls[index]);
    if (!same) this.report('aw_exclusive_match');
    this.last.delete(id);
  }
}

const request = (forth: Uint32Array, words: AddressWords): ExclusiveRead => {
  const { length, size, burst, cache, prot, region } = words;
  return {
    address: readAddress(forth, words.address),
    controls: [length, size, burst, cache, prot, region].map((word) => forth[word] as number),
  };
};
