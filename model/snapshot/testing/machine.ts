import { type Storage, StorageError } from '../storage.ts';

/** Draws whole numbers below a bound, from a seed. */
export type Draw = (bound: number) => number;

/** A small generator (mulberry32): the same numbers from the same seed. */
export const drawFrom = (seed: number): Draw => {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
};

interface Unflushed {
  readonly offset: number;
  readonly data: Uint8Array;
  ended: boolean;
}

/**
 * Storages whose operations end in any order, and a power supply that fails at a chosen write. What was not flushed by then is there or not, in pieces, in any order.
 */
export class Machine {
  readonly draw: Draw;
  readonly #cutAt: number;
  readonly #pending: (() => void)[] = [];
  #turning = false;
  /** Writes begun so far. */
  writes = 0;
  #cut: () => void = () => undefined;
  /** Resolves when the power fails. */
  readonly powerCut = new Promise<void>((resolve) => {
    this.#cut = resolve;
  });
  isCut = false;

  /** @param cutAt the number of the write during which the power fails, from 1 on; Infinity for never */
  constructor(seed: number, cutAt = Number.POSITIVE_INFINITY) {
    this.draw = drawFrom(seed);
    this.#cutAt = cutAt;
  }

  countWrite(): void {
    this.writes += 1;
    if (this.writes !== this.#cutAt) return;
    this.isCut = true;
    this.#cut();
  }

  /** Resolves after a while, in any order with others; never when the power has failed. */
  while(): Promise<void> {
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      if (!this.#turning) this.#turn();
    });
  }

  #turn(): void {
    this.#turning = true;
    setImmediate(() => {
      if (this.isCut) return;
      // Those that end together are seen in one go, as when a device reports several.
      for (let ends = 1 + this.draw(2); ends > 0 && this.#pending.length > 0; ends -= 1)
        this.#pending.splice(this.draw(this.#pending.length), 1)[0]?.();
      if (this.#pending.length > 0) this.#turn();
      else this.#turning = false;
    });
  }
}

export class SimulatedStorage implements Storage {
  readonly #machine: Machine;
  readonly size: number;
  /** Set to have copies go through in pieces. */
  piece?: number;
  /** What a reader sees. */
  readonly seen: Uint8Array;
  readonly #durable: Uint8Array;
  #unflushed: Unflushed[] = [];
  /** Set to have operations fail. */
  failing: { readonly kind: 'full' | 'failed'; readonly on: readonly ('read' | 'write' | 'flush')[] } | null = null;
  reads = 0;
  flushes = 0;

  constructor(machine: Machine, content: Uint8Array) {
    this.#machine = machine;
    this.size = content.length;
    this.seen = content.slice();
    this.#durable = content.slice();
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.reads += 1;
    const half = this.#machine.draw(into.length + 1);
    await this.#machine.while();
    into.set(this.seen.subarray(offset + half, offset + into.length), half);
    await this.#machine.while();
    into.set(this.seen.subarray(offset, offset + half));
    this.#fail('read');
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    if (offset + data.length > this.size) throw new Error(`a write to ${offset + data.length} of ${this.size} bytes`);
    const write = { offset, data: data.slice(), ended: false };
    this.#unflushed.push(write);
    this.#machine.countWrite();
    const half = this.#machine.draw(data.length + 1);
    await this.#machine.while();
    this.seen.set(write.data.subarray(half), offset + half);
    await this.#machine.while();
    try {
      this.#fail('write');
    } catch (error) {
      // A write that fails may yet have been done, wholly or in part.
      this.#unflushed = this.#unflushed.filter((other) => other !== write);
      this.#durable.set(this.seen.subarray(offset, offset + data.length), offset);
      throw error;
    }
    this.seen.set(write.data, offset);
    write.ended = true;
    // Of two that overlapped in time, the content of the one that ended last is there, and is what a flush makes durable.
    this.#unflushed = [...this.#unflushed.filter((other) => other !== write), write];
  }

  async flush(): Promise<void> {
    this.flushes += 1;
    const covered = this.#unflushed.filter(({ ended }) => ended);
    await this.#machine.while();
    this.#fail('flush');
    const done = new Set(covered);
    for (const write of this.#unflushed) if (done.has(write)) this.#durable.set(write.data, write.offset);
    this.#unflushed = this.#unflushed.filter((write) => !done.has(write));
  }

  /** What is there when the power comes back. */
  afterPowerCut(draw: Draw): Uint8Array {
    const content = this.#durable.slice();
    const writes = [...this.#unflushed];
    while (writes.length > 0) {
      const { offset, data } = writes.splice(draw(writes.length), 1)[0]!;
      const whole = draw(4);
      if (whole === 0) continue;
      if (whole === 1) content.set(data, offset);
      // Any mixture of old and new pieces.
      else
        for (let at = 0; at < data.length; ) {
          const length = 1 + draw(64);
          if (draw(2) === 0) content.set(data.subarray(at, at + length), offset + at);
          at += length;
        }
    }
    return content;
  }

  #fail(operation: 'read' | 'write' | 'flush'): void {
    if (this.failing?.on.includes(operation) === true)
      throw new StorageError(this.failing.kind, `a ${operation} failed`);
  }
}
