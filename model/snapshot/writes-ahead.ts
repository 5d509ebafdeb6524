import { Signal } from './signal.ts';

/** A write that was answered, and is in memory until it is done. */
export interface WriteAhead {
  readonly offset: number;
  readonly data: Uint8Array;
}

interface Entry extends WriteAhead {
  readonly order: number;
  /** Why it could not be done when it was tried last. */
  failure: unknown;
  /** It is to be tried, or being tried. */
  underWay: boolean;
}

/** What does writes that were answered. */
export interface Doer {
  /** Lets a write in, as the gate does, or says that it must wait. */
  tryEnter(): boolean;
  enter(): Promise<void>;
  leave(): void;
  /** Does what must be done before blocks are written, as far as that can be done for all at once. */
  prepare(blocks: readonly number[]): Promise<void>;
  /** Does one of them, inside the gate, doing first what is yet to be done. @throws whatever keeps it from being done */
  write(write: WriteAhead): Promise<void>;
}

/** Blocks that are prepared at once. */
const mostBlocks = 128;

/**
 * Writes that were answered before they are done, since what must be done before them takes a flush or two. All that came while others were worked on are
 * done together. Reads see them; a flush ends when they are done, and fails as long as one cannot be done, which stays here and is tried again.
 */
export class WritesAhead {
  readonly #doer: Doer;
  readonly #most: number;
  readonly #blockSize: number;
  readonly #all = new Set<Entry>();
  readonly #byBlock = new Map<number, Set<Entry>>();
  #waiting: Entry[] = [];
  #bytes = 0;
  #orders = 0;
  #working = false;
  /** One of them was tried. */
  readonly #tried = new Signal();

  /** @param most bytes of data that may be answered and not done */
  constructor(doer: Doer, most: number, blockSize: number) {
    this.#doer = doer;
    this.#most = most;
    this.#blockSize = blockSize;
  }

  /** Takes a write to be done later, keeping a copy of its data: false where it must be waited for instead. */
  take(offset: number, data: Uint8Array): boolean {
    if (this.#bytes + data.length > this.#most || !this.#doer.tryEnter()) return false;
    this.#orders += 1;
    const entry = { offset, data: new Uint8Array(data), order: this.#orders, failure: null, underWay: true };
    this.#all.add(entry);
    this.#bytes += data.length;
    for (const block of this.#blocksOf(offset, data.length)) {
      const there = this.#byBlock.get(block);
      if (there === undefined) this.#byBlock.set(block, new Set([entry]));
      else there.add(entry);
    }
    this.#begin(entry);
    return true;
  }

  /** Writes of a range that are not done, in the order in which they were answered. */
  of(offset: number, length: number): readonly WriteAhead[] {
    if (this.#all.size === 0) return [];
    const found = new Set<Entry>();
    for (const block of this.#blocksOf(offset, length))
      for (const entry of this.#byBlock.get(block) ?? [])
        if (entry.offset < offset + length && offset < entry.offset + entry.data.length) found.add(entry);
    return [...found].sort((one, other) => one.order - other.order);
  }

  /** Waits until some writes are done. @throws what keeps one from being done */
  async done(writes: readonly WriteAhead[]): Promise<void> {
    for (const write of writes as readonly Entry[]) {
      while (this.#all.has(write) && write.underWay) await this.#tried.wait();
      if (this.#all.has(write)) throw write.failure;
    }
  }

  /** Waits until all that were answered by now are done, trying again those that could not be. @throws what keeps one from being done */
  allDone(): Promise<void> {
    this.tryAgain();
    return this.done([...this.#all]);
  }

  /** Called when no write is inside the gate. @throws what keeps a write from being done */
  requireNone(): void {
    for (const { failure } of this.#all) throw failure;
  }

  /** Tries those again that could not be done. */
  tryAgain(): void {
    for (const entry of this.#all) {
      if (entry.underWay) continue;
      entry.underWay = true;
      void this.#doer.enter().then(() => this.#begin(entry));
    }
  }

  #begin(entry: Entry): void {
    this.#waiting.push(entry);
    if (this.#working) return;
    this.#working = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const blocks = new Set<number>();
      let count = 0;
      for (; count < this.#waiting.length && blocks.size < mostBlocks; count += 1) {
        const { offset, data } = this.#waiting[count]!;
        for (const block of this.#blocksOf(offset, data.length)) blocks.add(block);
      }
      // In the order in which they were answered, also those that are tried again.
      const round = this.#waiting.splice(0, count).sort((one, other) => one.order - other.order);
      try {
        await this.#doer.prepare([...blocks].sort((one, other) => one - other));
      } catch {
        // Each tells by itself.
      }
      await this.#writeAll(round);
    }
    this.#working = false;
  }

  /** Writes of one block one after the other, the others beside them. */
  async #writeAll(round: readonly Entry[]): Promise<void> {
    const last = new Map<number, Promise<void>>();
    for (const entry of round) {
      const blocks = [...this.#blocksOf(entry.offset, entry.data.length)];
      const before = blocks.flatMap((block) => last.get(block) ?? []);
      const done = before.length === 0 ? this.#try(entry) : Promise.all(before).then(() => this.#try(entry));
      for (const block of blocks) last.set(block, done);
    }
    await Promise.all(last.values());
  }

  async #try(entry: Entry): Promise<void> {
    try {
      // One that could not be done must not be done over this one later.
      const [older] = this.of(entry.offset, entry.data.length) as readonly Entry[];
      if (older !== undefined && older !== entry) throw older.failure;
      await this.#doer.write(entry);
      this.#all.delete(entry);
      this.#bytes -= entry.data.length;
      for (const block of this.#blocksOf(entry.offset, entry.data.length)) {
        const there = this.#byBlock.get(block);
        there?.delete(entry);
        if (there?.size === 0) this.#byBlock.delete(block);
      }
    } catch (error) {
      entry.failure = error;
    }
    entry.underWay = false;
    this.#doer.leave();
    this.#tried.give();
  }

  *#blocksOf(offset: number, length: number): Generator<number> {
    const end = Math.ceil((offset + length) / this.#blockSize);
    for (let block = Math.floor(offset / this.#blockSize); block < end; block += 1) yield block;
  }
}
