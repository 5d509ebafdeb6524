import { SpareBuffers } from './spare-buffers.ts';

/** Shorter data share a piece of memory. */
const slabSize = 2 ** 18;
const longestInSlab = 2 ** 14;

/** Where data of writes are that are done later. */
export class WriteMemory {
  readonly #spare = new SpareBuffers();
  #slab = Buffer.alloc(0);
  #readers = 0;

  /** A copy of data. */
  keep(data: Uint8Array): Buffer {
    let copy: Buffer;
    if (data.length > longestInSlab) copy = this.#spare.take(data.length);
    else {
      if (this.#slab.length < data.length) this.#slab = Buffer.allocUnsafeSlow(slabSize);
      copy = this.#slab.subarray(0, data.length);
      this.#slab = this.#slab.subarray(data.length);
    }
    copy.set(data);
    return copy;
  }

  /** Data that nobody looks at any more, but for readers under way. */
  letGo(copy: Buffer): void {
    if (copy.length > longestInSlab && this.#readers === 0) this.#spare.give(copy);
  }

  /** Runs something that looks at data which may be let go meanwhile. */
  async whileRead(run: () => Promise<void>): Promise<void> {
    this.#readers += 1;
    try {
      await run();
    } finally {
      this.#readers -= 1;
    }
  }
}
