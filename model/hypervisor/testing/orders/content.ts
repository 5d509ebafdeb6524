/** Content of both memories, which can be put back as it was, and its fingerprint. */
import { type Fingerprint, ofWord } from './fingerprint.ts';

const wordBytes = 8;
const partBytes = 512;

export class Content {
  readonly #memories: readonly [Uint8Array, Uint8Array];
  readonly #views: readonly [DataView, DataView];
  #kept: readonly [Uint8Array, Uint8Array] | undefined;
  /** Parts that were written since. */
  readonly #written = new Set<number>();
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
    const first = address - (address % wordBytes);
    const end = address + data.length;
    if (this.#kept === undefined) this.#memories[memory].set(data, address);
    else {
      for (let part = first - (first % partBytes); part < end; part += partBytes) this.#written.add(part);
      for (let at = first; at < end; at += wordBytes) this.#toggle(memory, at);
      this.#memories[memory].set(data, address);
      for (let at = first; at < end; at += wordBytes) this.#toggle(memory, at);
    }
  }

  #toggle(memory: 0 | 1, at: number): void {
    const view = this.#views[memory];
    const word = ofWord(2 * at + memory, view.getUint32(at, true), view.getUint32(at + 4, true));
    const { low, high } = this.#fingerprint;
    this.#fingerprint = { low: low ^ word.low, high: high ^ word.high };
  }

  /** Keeps what there is now. */
  keep(): void {
    this.#kept = [this.#memories[0].slice(), this.#memories[1].slice()];
  }

  /** Brings back what was kept. */
  restore(): void {
    for (const part of this.#written)
      for (const memory of [0, 1] as const)
        this.#memories[memory].set(this.#kept![memory].subarray(part, part + partBytes), part);
    this.#written.clear();
    this.#fingerprint = { low: 0, high: 0 };
  }

  /** Of what differs from what was kept. */
  get fingerprint(): Fingerprint {
    return this.#fingerprint;
  }
}
