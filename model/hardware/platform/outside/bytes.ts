/** Content of a memory or disk: zeros but where something was written, so that it may be large. */
import type { Medium } from '../interface.ts';

const pageBytes = 4096;

export class Bytes implements Medium {
  readonly bytes: number;
  readonly #pages = new Map<number, Uint8Array>();
  /** Told of every change from outside the machine. */
  readonly #changed: ((address: number, data: Uint8Array) => void) | undefined;

  constructor(bytes: number, changed?: (address: number, data: Uint8Array) => void) {
    this.bytes = bytes;
    this.#changed = changed;
  }

  #check(address: number, bytes: number): void {
    if (
      Number.isInteger(address) &&
      address >= 0 &&
      Number.isInteger(bytes) &&
      bytes >= 0 &&
      address + bytes <= this.bytes
    )
      return;
    throw new RangeError(`${bytes} bytes at ${address} are not within the ${this.bytes} that there are`);
  }

  read(address: number, bytes: number): Uint8Array {
    this.#check(address, bytes);
    const result = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      const offset = (address + done) % pageBytes;
      const part = Math.min(bytes - done, pageBytes - offset);
      const page = this.#pages.get((address + done - offset) / pageBytes);
      if (page !== undefined) result.set(page.subarray(offset, offset + part), done);
      done += part;
    }
    return result;
  }

  write(address: number, data: Uint8Array): void {
    this.#check(address, data.length);
    this.#changed?.(address, data);
    this.put(address, data);
  }

  /** As `write`, by the machine itself. */
  put(address: number, data: Uint8Array): void {
    for (let done = 0; done < data.length; ) {
      const offset = (address + done) % pageBytes;
      const part = Math.min(data.length - done, pageBytes - offset);
      this.#page((address + done - offset) / pageBytes).set(data.subarray(done, done + part), offset);
      done += part;
    }
  }

  #page(number: number): Uint8Array {
    const page = this.#pages.get(number);
    if (page !== undefined) return page;
    const made = new Uint8Array(pageBytes);
    this.#pages.set(number, made);
    return made;
  }

  /** Reads the aligned beat that holds an address into words, least significant first. */
  readBeat(address: number, words: Uint32Array): void {
    const offset = address % pageBytes;
    const page = this.#pages.get((address - offset) / pageBytes);
    for (let word = 0; word < words.length; word += 1) {
      const at = (offset & ~(4 * words.length - 1)) + 4 * word;
      words[word] =
        page === undefined ? 0 : page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
    }
  }

  /** Writes the strobed bytes of the aligned beat that holds an address. */
  writeBeat(address: number, source: Uint32Array, from: number, words: number, strobes: number): void {
    if (strobes === 0) return;
    const offset = address % pageBytes;
    const page = this.#page((address - offset) / pageBytes);
    const start = offset & ~(4 * words - 1);
    for (let byte = 0; byte < 4 * words; byte += 1)
      if (((strobes >>> byte) & 1) !== 0) page[start + byte] = source[from + (byte >>> 2)]! >>> (8 * (byte & 3));
  }

  clear(): void {
    this.#pages.clear();
  }

  /** Takes over everything that another holds. */
  copyFrom(other: Bytes): void {
    this.clear();
    for (const [number, page] of other.#pages) this.#pages.set(number, page.slice());
  }
}
