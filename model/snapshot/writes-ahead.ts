import { Signal } from './signal.ts';
import { WriteMemory } from './write-memory.ts';

/** A write that was answered, and is in memory until it is done. */
export interface WriteAhead {
  readonly offset: number;
  readonly data: Uint8Array;
}

interface Entry extends WriteAhead {
  readonly data: Buffer;
  readonly order: number;
  /** Why it could not be done when it was tried last. */
  failure: unknown;
  /** `waiting`: for its round; `working`: in a round; `failed`: it could not be done, and nobody tries it now. */
  state: 'waiting' | 'working' | 'failed';
}

/** What does writes that were answered. */
export interface Doer {
  /** Lets a write in, as the gate does, or says that it must wait. */
  tryEnter(): boolean;
  enter(): Promise<void>;
  leave(): void;
  /** Resolves when writes that come at the same time have come. */
  gather(): Promise<void>;
  /** Nothing need be done before the block is written. */
  isSettled(block: number): boolean;
  /** Does what must be done before blocks, in ascending order, are written, as far as that can be done for all at once. */
  prepare(blocks: readonly number[]): Promise<void>;
  /** Does one of them, inside the gate, doing first what is yet to be done. @throws whatever keeps it from being done */
  write(write: WriteAhead): Promise<void>;
}

/** Blocks that are prepared in a round, and writes that are done in it, at most. */
const mostBlocks = 128;
const mostWrites = 512;
/** Rounds under way at once: while the copies of one are made durable, those of the next are read and written, and entries of the former. */
const mostRounds = 4;

/** Puts what was written of a range over what was read of it. */
const overlay = (writes: readonly WriteAhead[], offset: number, into: Uint8Array): void => {
  for (const { offset: at, data } of writes) {
    const begin = Math.max(at, offset);
    const end = Math.min(at + data.length, offset + into.length);
    into.set(data.subarray(begin - at, end - at), begin - offset);
  }
};

/**
 * Writes that were answered before they are done, since what must be done before them takes a flush or two. All that came while others were worked on are
 * done together, a round after the other, and what must be done before them in several rounds at once. Reads see them; a flush ends when they are done, and
 * fails as long as one cannot be done, which stays here and is tried again.
 */
export class WritesAhead {
  readonly #doer: Doer;
  readonly #most: number;
  readonly #blockSize: number;
  /** Blocks of a round. */
  readonly #together: number;
  readonly #all = new Set<Entry>();
  readonly #byBlock = new Map<number, Set<Entry>>();
  #waiting: Entry[] = [];
  #bytes = 0;
  #orders = 0;
  #rounds = 0;
  #gathering = false;
  /** Writes that wait for room, and the turn of the last of them. */
  #forRoom = 0;
  #room: Promise<unknown> = Promise.resolve();
  /** When all rounds that were begun are done. */
  #done: Promise<void> = Promise.resolve();
  /** Blocks that a round prepares. */
  readonly #preparing = new Set<number>();
  /** One of them was tried. */
  readonly #tried = new Signal();
  readonly #memory = new WriteMemory();

  /** @param most bytes of data that may be answered and not done, and bytes of the blocks that they change */
  constructor(doer: Doer, most: number, blockSize: number) {
    this.#doer = doer;
    this.#most = most;
    this.#blockSize = blockSize;
    this.#together = Math.max(1, Math.min(mostBlocks, Math.floor(most / blockSize / mostRounds)));
  }

  /** Takes a write to be done later, keeping a copy of its data: false where there is no room, or others wait for it. */
  take(offset: number, data: Uint8Array): boolean {
    return this.#replace(offset, data) || (this.#forRoom === 0 && this.#put(offset, data));
  }

  /**
   * As `take`, waiting for room as long as some are being done: those that wait get it in the order in which they came, before others.
   * @param may whether the write may still be done later
   */
  takeWhenRoom(offset: number, data: Uint8Array, may: () => boolean): Promise<boolean> {
    this.#forRoom += 1;
    const taken = this.#room.then(async () => {
      let done = false;
      while (!done && may() && this.#isWorking && this.#couldFit(offset, data.length)) {
        done = this.#put(offset, data);
        if (!done) await this.#tried.wait();
      }
      this.#forRoom -= 1;
      return done;
    });
    this.#room = taken;
    return taken;
  }

  /** Writes of a range that are not done, in the order in which they were answered. */
  of(offset: number, length: number): readonly WriteAhead[] {
    return this.#entriesOf(offset, length);
  }

  /** Has a read of the source end with what is ahead of it now. */
  over(reading: Promise<void>, offset: number, into: Uint8Array): Promise<void> {
    const ahead = this.#entriesOf(offset, into.length);
    if (ahead.length === 0) return reading;
    return this.#memory.whileRead(async () => {
      await reading;
      overlay(ahead, offset, into);
    });
  }

  /** Waits until some writes are done. @throws what keeps one from being done */
  async done(writes: readonly WriteAhead[]): Promise<void> {
    for (const write of writes as readonly Entry[]) {
      while (this.#all.has(write) && write.state !== 'failed') await this.#tried.wait();
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
      if (entry.state !== 'failed') continue;
      entry.state = 'waiting';
      void this.#doer.enter().then(() => this.#begin(entry));
    }
  }

  #put(offset: number, data: Uint8Array): boolean {
    const blocks = [...this.#blocksOf(offset, data.length)];
    const added = blocks.reduce((count, block) => count + (this.#byBlock.has(block) ? 0 : 1), 0);
    if (this.#bytes + data.length > this.#most || (this.#byBlock.size + added) * this.#blockSize > this.#most)
      return false;
    if (!this.#doer.tryEnter()) return false;
    this.#orders += 1;
    const entry: Entry = {
      offset,
      data: this.#memory.keep(data),
      order: this.#orders,
      failure: null,
      state: 'waiting',
    };
    this.#all.add(entry);
    this.#bytes += data.length;
    for (const block of blocks) {
      const there = this.#byBlock.get(block);
      if (there === undefined) this.#byBlock.set(block, new Set([entry]));
      else there.add(entry);
    }
    this.#begin(entry);
    return true;
  }

  get #isWorking(): boolean {
    return this.#rounds > 0 || this.#gathering;
  }

  #couldFit(offset: number, length: number): boolean {
    const blocks = Math.ceil((offset + length) / this.#blockSize) - Math.floor(offset / this.#blockSize);
    return Math.max(length, blocks * this.#blockSize) <= this.#most;
  }

  /** Where the newest write of just this range is not being done yet, its data become these. */
  #replace(offset: number, data: Uint8Array): boolean {
    const newest = this.#entriesOf(offset, data.length).at(-1);
    if (newest?.state !== 'waiting' || newest.offset !== offset || newest.data.length !== data.length) return false;
    newest.data.set(data);
    return true;
  }

  #entriesOf(offset: number, length: number): Entry[] {
    if (this.#all.size === 0) return [];
    const found = new Set<Entry>();
    for (const block of this.#blocksOf(offset, length))
      for (const entry of this.#byBlock.get(block) ?? [])
        if (entry.offset < offset + length && offset < entry.offset + entry.data.length) found.add(entry);
    return [...found].sort((one, other) => one.order - other.order);
  }

  #begin(entry: Entry): void {
    this.#waiting.push(entry);
    this.#beginRounds();
  }

  /** Beside others, a round is begun only when there is enough for one. */
  #beginRounds(): void {
    if (this.#gathering) return;
    while (this.#rounds > 0 && this.#rounds < mostRounds && this.#waiting.length >= this.#together) this.#beginRound();
    if (this.#rounds > 0 || this.#waiting.length === 0) return;
    this.#gathering = true;
    void this.#doer.gather().then(() => {
      this.#gathering = false;
      this.#beginRound();
      this.#beginRounds();
    });
  }

  #beginRound(): void {
    const blocks = new Set<number>();
    let count = 0;
    for (; count < Math.min(this.#waiting.length, mostWrites) && blocks.size < this.#together; count += 1) {
      const { offset, data } = this.#waiting[count]!;
      for (const block of this.#blocksOf(offset, data.length))
        if (!this.#preparing.has(block) && !this.#doer.isSettled(block)) blocks.add(block);
    }
    // In the order in which they were answered, also those that are tried again.
    const round = this.#waiting.splice(0, count).sort((one, other) => one.order - other.order);
    for (const entry of round) entry.state = 'working';
    this.#rounds += 1;
    const prepared = this.#prepare(blocks);
    const former = this.#done;
    this.#done = (async () => {
      await prepared;
      await former;
      await this.#writeAll(round);
      this.#rounds -= 1;
      this.#beginRounds();
    })();
  }

  async #prepare(blocks: ReadonlySet<number>): Promise<void> {
    for (const block of blocks) this.#preparing.add(block);
    try {
      await this.#doer.prepare([...blocks].sort((one, other) => one - other));
    } catch {
      // Each tells by itself.
    }
    for (const block of blocks) this.#preparing.delete(block);
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
      const [older] = this.#entriesOf(entry.offset, entry.data.length);
      if (older !== undefined && older !== entry) throw older.failure;
      await this.#doer.write(entry);
      this.#all.delete(entry);
      this.#bytes -= entry.data.length;
      for (const block of this.#blocksOf(entry.offset, entry.data.length)) {
        const there = this.#byBlock.get(block);
        there?.delete(entry);
        if (there?.size === 0) this.#byBlock.delete(block);
      }
      this.#memory.letGo(entry.data);
    } catch (error) {
      entry.failure = error;
      entry.state = 'failed';
    }
    this.#doer.leave();
    this.#tried.give();
  }

  *#blocksOf(offset: number, length: number): Generator<number> {
    const end = Math.ceil((offset + length) / this.#blockSize);
    for (let block = Math.floor(offset / this.#blockSize); block < end; block += 1) yield block;
  }
}
