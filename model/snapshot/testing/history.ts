/** What a byte may be after a power cut: the acknowledged and flushed value, or one written since. */
interface Written {
  readonly value: number;
  readonly begun: number;
  ended: number;
}

/** Remembers the writes to a volume, and judges what a power cut left of them. */
export class History {
  readonly #bytes: Written[][];
  #time = 0;

  constructor(initial: Uint8Array) {
    this.#bytes = Array.from(initial, (value) => [{ value, begun: 0, ended: 0 }]);
  }

  get now(): number {
    this.#time += 1;
    return this.#time;
  }

  /** Notes a write that begins; call what it returns when it was acknowledged. */
  begin(offset: number, data: Uint8Array): () => void {
    const begun = this.now;
    const all = Array.from(data, (value, index) => {
      const written: Written = { value, begun, ended: Number.POSITIVE_INFINITY };
      this.#bytes[offset + index]!.push(written);
      return written;
    });
    return () => {
      const { now } = this;
      for (const written of all) written.ended = now;
    };
  }

  /** Notes that a flush which began at a time has ended. */
  flushed(begun: number): void {
    for (const [index, writes] of this.#bytes.entries()) {
      const covered = writes.filter(({ ended }) => ended < begun);
      const latest = Math.max(...covered.map((written) => written.begun));
      // What was acknowledged before a covered write began can never be seen again.
      this.#bytes[index] = writes.filter(({ ended }) => ended >= latest);
    }
  }

  /** Notes that something which began at a time and ended now was durable by itself. */
  settledBy(begun: number): void {
    for (const [index, writes] of this.#bytes.entries())
      this.#bytes[index] = writes.filter(({ ended }) => ended >= begun);
  }

  /** The first byte that is none of what it may be, in words; null when all are right. */
  findLoss(content: Uint8Array): string | null {
    for (const [index, writes] of this.#bytes.entries()) {
      if (writes.some(({ value }) => value === content[index])) continue;
      return `byte ${index} is ${content[index]}, which may be ${writes.map(({ value }) => value).join(' or ')}`;
    }
    return null;
  }
}
