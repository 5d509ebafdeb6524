/** Content of both memories, which can be put back as it was, and its fingerprint. */
import { type Fingerprint, mixed } from './fingerprint.ts';

const wordBytes = 8;
/** Numbers that are kept of each word that was changed: where it is, and both halves of what it was. */
const keptOfWord = 3;

export interface ContentMark {
  readonly changes: number;
  readonly fingerprint: Fingerprint;
}

/** Both halves of the fingerprint of a word with a value: the exclusive-or over all words is memory's. */
const lowOf = (place: number, low: number, high: number): number =>
  mixed(mixed(place ^ 0x2545_f491) ^ mixed(low + 0x1234_567) ^ Math.imul(high, 0x9e37_79b1));
const highOf = (place: number, low: number, high: number): number =>
  mixed(Math.imul(place, 0x85eb_ca77) ^ mixed(high ^ 0x7f4a_7c15) ^ Math.imul(low, 0xc2b2_ae3d));

export class Content {
  readonly #memories: readonly [Uint8Array, Uint8Array];
  readonly #views: readonly [DataView, DataView];
  /** Words as they were before each change, in order; undefined when nothing is to be put back. */
  #changes: Uint32Array | undefined;
  #used = 0;
  #low = 0;
  #high = 0;
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.#memories = [new Uint8Array(bytes), new Uint8Array(bytes)];
    this.#views = [new DataView(this.#memories[0].buffer), new DataView(this.#memories[1].buffer)];
  }

  read(memory: 0 | 1, address: number, bytes: number): Uint8Array {
    return this.#memories[memory].slice(address, address + bytes);
  }

  word(memory: 0 | 1, address: number): bigint {
    return this.#views[memory].getBigUint64(address, true);
  }

  write(memory: 0 | 1, address: number, data: Uint8Array): void {
    if (this.#changes === undefined) {
      this.#memories[memory].set(data, address);
      return;
    }
    const first = address - (address % wordBytes);
    const end = Math.ceil((address + data.length) / wordBytes) * wordBytes;
    const before = this.#memories[memory].slice(first, end);
    this.#memories[memory].set(data, address);
    const old = new DataView(before.buffer);
    const view = this.#views[memory];
    for (let at = first; at < end; at += wordBytes) {
      const low = old.getUint32(at - first, true);
      const high = old.getUint32(at - first + 4, true);
      const newLow = view.getUint32(at, true);
      const newHigh = view.getUint32(at + 4, true);
      if (low === newLow && high === newHigh) continue;
      const place = 2 * at + memory;
      this.#keepWord(place, low, high);
      this.#low = (this.#low ^ lowOf(place, low, high) ^ lowOf(place, newLow, newHigh)) >>> 0;
      this.#high = (this.#high ^ highOf(place, low, high) ^ highOf(place, newLow, newHigh)) >>> 0;
    }
  }

  #keepWord(place: number, low: number, high: number): void {
    let changes = this.#changes!;
    if (this.#used + keptOfWord > changes.length) {
      this.#changes = new Uint32Array(2 * changes.length);
      this.#changes.set(changes);
      changes = this.#changes;
    }
    changes[this.#used] = place;
    changes[this.#used + 1] = low;
    changes[this.#used + 2] = high;
    this.#used += keptOfWord;
  }

  /** Keeps what there is now. */
  keep(): void {
    this.#changes = new Uint32Array(keptOfWord << 12);
    this.#used = 0;
    [this.#low, this.#high] = [0, 0];
  }

  /** Brings back what was kept. */
  restore(): void {
    this.back({ changes: 0, fingerprint: { low: 0, high: 0 } });
  }

  /** By which what there is now can be brought back, as long as nothing before it was. */
  mark(): ContentMark {
    return { changes: this.#used, fingerprint: this.fingerprint };
  }

  back({ changes, fingerprint }: ContentMark): void {
    const all = this.#changes!;
    for (let at = this.#used - keptOfWord; at >= changes; at -= keptOfWord) {
      const place = all[at]!;
      const view = this.#views[(place & 1) as 0 | 1];
      const address = (place - (place & 1)) / 2;
      view.setUint32(address, all[at + 1]!, true);
      view.setUint32(address + 4, all[at + 2]!, true);
    }
    this.#used = changes;
    [this.#low, this.#high] = [fingerprint.low, fingerprint.high];
  }

  /** Of what differs from what was kept. */
  get fingerprint(): Fingerprint {
    return { low: this.#low, high: this.#high };
  }
}
