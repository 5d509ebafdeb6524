/** Bytes as they come from a socket, taken in other lengths than they came in. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    if (this.#first > 64) {
      this.#chunks.splice(0, this.#first);
      this.#first = 0;
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next bytes, or null until there are as many. A view where they came in one piece. */
  take(count: number): Buffer | null {
    if (count > this.#length) return null;
    const head = this.#chunks[this.#first];
    if (count === 0 || head === undefined) return Buffer.alloc(0);
    this.#length -= count;
    if (head.length > count) {
      this.#chunks[this.#first] = head.subarray(count);
      return head.subarray(0, count);
    }
    if (head.length === count) {
      this.#drop();
      return head;
    }
    const bytes = Buffer.allocUnsafe(count);
    for (let done = 0; done < count; ) {
      const chunk = this.#chunks[this.#first]!;
      const part = Math.min(chunk.length, count - done);
      chunk.copy(bytes, done, 0, part);
      done += part;
      if (part === chunk.length) this.#drop();
      else this.#chunks[this.#first] = chunk.subarray(part);
    }
    return bytes;
  }

  #drop(): void {
    // Taken chunks are let go at once, their places now and then.
    this.#chunks[this.#first] = Buffer.alloc(0);
    this.#first += 1;
    if (this.#first !== this.#chunks.length) return;
    this.#chunks = [];
    this.#first = 0;
  }
}
