/** Content of both memories, which can be put back as it was, and its fingerprint. */
import { type Fingerprint, ofWord } from './fingerprint.ts';

const wordBytes = 8;
/** Numbers that are kept of each word that was changed: where it is, and both halves of what it was. */
const keptOfWord = 3;

export interface ContentMark {
  readonly changes: number;
  readonly fingerprint: Fingerprint;
}

export class Content {
  readonly #memories: readonly [Uint8Array, Uint8Array];
  readonly #views: readonly [DataView, DataView];
  /** Words as they were before each change, in order; undefined when nothing is to be put back. */
  #changes: number[] | undefined;
  #fingerprint: Fingerprint = { low: 0, high: 0 };
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
      const [low, high] = [old.getUint32(at - first, true), old.getUint32(at - first + 4, true)];
      const [newLow, newHigh] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      if (low === newLow && high === newHigh) continue;
      const place = 2 * at + memory;
      this.#changes.push(place, low, high);
      const was = ofWord(place, low, high);
      const is = ofWord(place, newLow, newHigh);
      const sum = this.#fingerprint;
      this.#fingerprint = { low: (sum.low ^ was.low ^ is.low) >>> 0, high: (sum.high ^ was.high ^ is.high) >>> 0 };
    }
  }

  /** Keeps what there is now. */
  keep(): void {
    this.#changes = [];
    this.#fingerprint = { low: 0, high: 0 };
  }

  /** Brings back what was kept. */
  restore(): void {
    this.back({ changes: 0, fingerprint: { low: 0, high: 0 } });
  }

  /** By which what there is now can be brought back, as long as nothing before it was. */
  mark(): ContentMark {
    return { changes: this.#changes!.length, fingerprint: this.#fingerprint };
  }

  back({ changes, fingerprint }: ContentMark): void {
    const all = this.#changes!;
    for (let at = all.length - keptOfWord; at >= changes; at -= keptOfWord) {
      const place = all[at]!;
      const memory = (place & 1) as 0 | 1;
      const address = (place - memory) / 2;
      this.#views[memory].setUint32(address, all[at + 1]!, true);
      this.#views[memory].setUint32(address + 4, all[at + 2]!, true);
    }
    all.length = changes;
    this.#fingerprint = fingerprint;
  }

  /** Of what differs from what was kept. */
  get fingerprint(): Fingerprint {
    return this.#fingerprint;
  }
}
