/** An access of software, cut into bursts that a processor offers. Source: `docs/systems/platform.md`, "What is outside". */
import { responses } from '../../../rtl/platform/interface.ts';
import { BusError } from './errors.ts';
import type { Context } from './interface.ts';

const mostBeats = 256;
const pageBytes = 4096;

export interface Access {
  readonly write: boolean;
  readonly address: number;
  readonly bytes: number;
  /** Of a write. */
  readonly data: Uint8Array | undefined;
  readonly context: Context;
}

/** A burst on the bus, of whole beats but for the strobes of its ends, or one narrow beat. */
export interface Burst {
  readonly transfer: Transfer;
  readonly address: number;
  readonly len: number;
  readonly size: number;
  /** The next beat, in the transfer's data and on the bus. */
  beat: number;
}

export class Transfer {
  readonly access: Access;
  /** What is read. */
  readonly result: Uint8Array;
  readonly #beatBytes: number;
  readonly #resolve: (data: Uint8Array) => void;
  readonly #reject: (error: Error) => void;
  #open = 0;
  #worst = 0;

  constructor(access: Access, beatBytes: number, resolve: (data: Uint8Array) => void, reject: (error: Error) => void) {
    this.access = access;
    this.#beatBytes = beatBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    this.result = new Uint8Array(access.write ? 0 : access.bytes);
  }

  bursts(): Burst[] {
    const { address, bytes } = this.access;
    const width = this.#beatBytes;
    const narrow = bytes <= width && Number.isInteger(Math.log2(bytes)) && address % bytes === 0;
    if (narrow) {
      this.#open = 1;
      return [{ transfer: this, address, len: 0, size: Math.log2(bytes), beat: 0 }];
    }
    const bursts: Burst[] = [];
    const end = address + bytes;
    for (let at = address - (address % width); at < end; ) {
      const page = at - (at % pageBytes) + pageBytes;
      const until = Math.min(end, page, at + mostBeats * width);
      const beats = Math.ceil((until - at) / width);
      bursts.push({ transfer: this, address: at, len: beats - 1, size: Math.log2(width), beat: 0 });
      at += beats * width;
    }
    this.#open = bursts.length;
    return bursts;
  }

  /** Takes a beat that was read, from the words of the bus. */
  take(burst: Burst, source: Uint32Array, from: number): void {
    const { address, bytes } = this.access;
    const width = this.#beatBytes;
    const at = burst.address + burst.beat * 2 ** burst.size;
    const lane = at - (at % width);
    const first = Math.max(at, address);
    const last = Math.min(at + 2 ** burst.size, address + bytes);
    for (let place = first; place < last; place += 1) {
      const byte = place - lane;
      this.result[place - address] = source[from + (byte >>> 2)]! >>> (8 * (byte & 3));
    }
    burst.beat += 1;
  }

  /** Puts the next beat to be written on the bus, and gives its strobes. */
  put(burst: Burst, target: Uint32Array, to: number): number {
    const { address, bytes, data } = this.access;
    const width = this.#beatBytes;
    const at = burst.address + burst.beat * 2 ** burst.size;
    const lane = at - (at % width);
    for (let word = 0; word < width / 4; word += 1) target[to + word] = 0;
    let strobes = 0;
    const last = Math.min(at + 2 ** burst.size, address + bytes);
    for (let place = Math.max(at, address); place < last; place += 1) {
      const byte = place - lane;
      strobes |= 1 << byte;
      target[to + (byte >>> 2)]! |= data![place - address]! << (8 * (byte & 3));
    }
    burst.beat += 1;
    return strobes;
  }

  /** A burst has been answered. Says whether it was the last of the transfer. */
  answered(response: number): boolean {
    this.#worst = Math.max(this.#worst, response === responses.exclusive_okay ? 0 : response);
    this.#open -= 1;
    return this.#open === 0;
  }

  worsen(response: number): void {
    this.#worst = Math.max(this.#worst, response === responses.exclusive_okay ? 0 : response);
  }

  /** Tells software. */
  tell(processor: number, cycle: number): void {
    if (this.#worst === responses.okay) {
      this.#resolve(this.result);
      return;
    }
    const { write, address, bytes, context } = this.access;
    const response = this.#worst === responses.decode_error ? 'DECERR' : 'SLVERR';
    this.#reject(new BusError({ write, address, bytes, response, processor, domain: context.domain, cycle }));
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}
