/** Below this, new memory costs no more than looking for some. */
const least = 2 ** 15;
/** Most bytes that are kept for later. */
const mostSpare = 2 ** 25;

/** Memory that is used again: giving large pieces to the process and clearing them up costs as much as what is done with them. */
export class SpareBuffers {
  /** By length, a power of two. */
  readonly #spare = new Map<number, Buffer[]>();
  #bytes = 0;

  /** So many bytes, with any content. */
  take(length: number): Buffer {
    if (length < least) return Buffer.allocUnsafe(length);
    const whole = 2 ** Math.ceil(Math.log2(length));
    const spare = this.#spare.get(whole)?.pop();
    if (spare === undefined) return Buffer.allocUnsafeSlow(whole).subarray(0, length);
    this.#bytes -= whole;
    return spare.subarray(0, length);
  }

  /** Gives back what was taken, which nobody looks at any more. */
  give(taken: Buffer): void {
    const whole = taken.buffer.byteLength;
    if (taken.length < least || this.#bytes + whole > mostSpare) return;
    const spare = this.#spare.get(whole);
    const buffer = Buffer.from(taken.buffer, 0, whole);
    if (spare === undefined) this.#spare.set(whole, [buffer]);
    else spare.push(buffer);
    this.#bytes += whole;
  }
}
