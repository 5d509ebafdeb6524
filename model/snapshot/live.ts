import { HeldError } from './copier.ts';
import { Gate } from './gate.ts';
import type { Parts } from './parts.ts';
import type { Restoring, WhenLost } from './restoring.ts';
import { allOrFirstFailure } from './settled.ts';
import { endsOrAborts, Signal } from './signal.ts';
import { StorageError } from './storage.ts';
import { WriteOrder } from './write-order.ts';
import { type WriteAhead, WritesAhead } from './writes-ahead.ts';

/** Most bytes that one request has copied at a time. */
export const bytesTogether = 8 * 2 ** 20;
const mostBlocks = 1024;
/** Most bytes of zeros that are written in one; as many as a client may write in one. */
const bytesInside = 32 * 2 ** 20;

/** A range that is to change. */
interface Change {
  readonly offset: number;
  readonly length: number;
  readonly run: () => Promise<void>;
  /** What is there now is needed by snapshots alone, where a whole block changes. */
  readonly overwrites: boolean;
  /** Aborted when nobody waits for the end of it any more. */
  readonly client?: AbortSignal | undefined;
}

/** The volume itself, read and written: every write first secures what snapshots show of its blocks. */
export class Live {
  readonly gate = new Gate();
  restoring: Restoring | null = null;
  /** Writes that wait for room in the store. */
  held = 0;
  readonly #parts: Parts;
  readonly #tryAgain = new Signal();
  readonly #order = new WriteOrder();
  #closing = false;
  readonly #ahead: WritesAhead;
  readonly #answersAhead: boolean;
  /** Who wants no write to be under way; until they have it so, none is answered ahead. */
  #stilling = 0;

  /** @param ahead most bytes of writes that are answered before they are done */
  constructor(parts: Parts, ahead: number) {
    this.#parts = parts;
    const { gate } = this;
    const doer = {
      tryEnter: () => gate.tryEnter() === null,
      enter: () => gate.enter(),
      leave: () => gate.leave(),
      gather: () => parts.gather(),
      isSettled: (block: number) => this.#isSettled(block),
      prepare: (blocks: readonly number[]) => this.#prepare(blocks),
      write: ({ offset, data }: WriteAhead) =>
        this.#changeInside({
          offset,
          length: data.length,
          run: () => parts.source.write(offset, data),
          overwrites: true,
        }),
    };
    this.#ahead = new WritesAhead(doer, ahead, parts.layout.blockSize);
    this.#answersAhead = ahead > 0;
  }

  /** @throws SourceError, StorageError */
  read(offset: number, into: Uint8Array): Promise<void> {
    // What is ahead now, not when the source was read: it may be done by then, and its memory be another write's.
    const reading = this.restoring === null ? this.#parts.source.read(offset, into) : this.restoring.read(offset, into);
    return this.#ahead.over(reading, offset, into);
  }

  /**
   * Answered when it is done, or when it is in memory where that is to be written first.
   * @param client aborted when nobody waits for the answer any more: then it waits for no store either. @throws SourceError; StorageError when snapshots
   * can neither be kept nor broken, or the client is gone
   */
  write(offset: number, data: Uint8Array, client?: AbortSignal): Promise<void> {
    const { length } = data;
    const run = (): Promise<void> => this.#parts.source.write(offset, data);
    const change = { offset, length, run, overwrites: true, client };
    if (!this.#mayAnswerAhead || this.#isReady(offset, length) || this.#order.overlaps(offset, length))
      return this.#change(change);
    return this.#ahead.take(offset, data) ? Promise.resolve() : this.#writeLater(change, data);
  }

  /** Waits for room among the writes that are not done, in line with those that it overlaps. */
  #writeLater(change: Change, data: Uint8Array): Promise<void> {
    const { offset, length, client } = change;
    const may = (): boolean => client?.aborted !== true && this.#mayAnswerAhead && !this.#isReady(offset, length);
    return this.#order.inTurn(offset, length, async () => {
      if (!(await this.#ahead.takeWhenRoom(offset, data, may))) await this.#changeInTurn(change);
    });
  }

  /**
   * Makes a range zeros, a long one in pieces: who waits for writes to end waits for a piece.
   * @param mayDiscard whether its room may be given up. @throws as for `write`
   */
  async zero(offset: number, length: number, mayDiscard: boolean, client?: AbortSignal): Promise<void> {
    const { source } = this.#parts;
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const begin = at;
      // Pieces begin where blocks do.
      at = Math.min(end, (Math.floor(begin / bytesInside) + 1) * bytesInside);
      const bytes = at - begin;
      const run = (): Promise<void> => source.zero(begin, bytes, mayDiscard);
      await this.#change({ offset: begin, length: bytes, run, overwrites: true, client });
    }
  }

  /** What was written before is durable afterwards. @throws SourceError; StorageError, also of a write that was answered before it was done */
  async flush(): Promise<void> {
    await this.#ahead.allDone();
    await this.#parts.source.flush();
  }

  /** Lets held writes, and those that could not be done, try again. */
  tryAgain(): void {
    this.#tryAgain.give();
    this.#ahead.tryAgain();
  }

  /** Ends held writes with an error, and waits for the others. */
  async close(): Promise<void> {
    this.#closing = true;
    this.tryAgain();
    await this.whileStill(async () => undefined);
  }

  /** Runs something when no write is under way. One such run waits for another. @param closed is called when new writes begin to wait */
  async whileStill<Result>(run: () => Promise<Result>, closed?: () => void): Promise<Result> {
    this.#stilling += 1;
    try {
      // What can be waited for while writes go on is.
      await this.#ahead.allDone().catch(() => undefined);
      return await this.gate.whileClosed(run, closed);
    } finally {
      this.#stilling -= 1;
    }
  }

  /** A write to the block was answered that is not done yet. */
  isAhead(block: number): boolean {
    const { blockSize } = this.#parts.layout;
    return this.#ahead.of(block * blockSize, blockSize).length > 0;
  }

  /** Called when no write is under way. @throws what keeps a write from being done that was answered */
  requireAllDone(): void {
    this.#ahead.requireNone();
  }

  /**
   * Does what must be done before a block is written. The caller is inside the gate.
   * @param lost what becomes of it where it is to be restored first, and its content is lost
   * @returns false where it is, and is to be overwritten. @throws as for `write`, HeldError
   */
  settle(block: number, lost: WhenLost): Promise<boolean> {
    return this.#parts.locks.hold(block, async () => {
      if ((await this.restoring?.settle(block, lost)) === false) return false;
      await this.#parts.copier.secure(block, lost === 'is overwritten');
      return true;
    });
  }

  /** Does what must be done before a range changes, and then changes it, behind all that came before. @throws as for `write`, and what that throws */
  change(offset: number, length: number, run: () => Promise<void>): Promise<void> {
    return this.#change({ offset, length, run, overwrites: false });
  }

  async #change(change: Change): Promise<void> {
    const { offset, length, run } = change;
    const { gate } = this;
    const isReady = this.#isReady(offset, length) && !this.#order.overlaps(offset, length);
    if (!isReady || this.#parts.keeper.uncertain || gate.tryEnter() !== null)
      return this.#order.inTurn(offset, length, () => this.#changeInTurn(change));
    try {
      await run();
    } finally {
      gate.leave();
    }
  }

  async #changeInTurn(change: Change): Promise<void> {
    const { client } = change;
    const before = this.#ahead.of(change.offset, change.length);
    if (before.length > 0) await this.#ahead.done(before);
    for (;;) {
      if (client?.aborted === true)
        throw new StorageError('full', 'the client of this write is gone, which waited for room in the store');
      await this.gate.enter();
      const again = this.#tryAgain.wait();
      try {
        await this.#changeInside(change);
        return;
      } catch (error) {
        if (!(error instanceof HeldError)) throw error;
      } finally {
        this.gate.leave();
      }
      if (this.#closing) throw new StorageError('full', 'the volume is closed while this write waits for room');
      this.held += 1;
      await endsOrAborts(again, client);
      this.held -= 1;
    }
  }

  async #changeInside(change: Change): Promise<void> {
    if (this.#parts.keeper.uncertain) await this.#settleKeeper();
    const { restoring } = this;
    const settling = this.#settleAll(change);
    const lost = settling === null ? [] : await settling;
    if (restoring === null || lost.length === 0) return change.run();
    await this.#parts.locks.holdAll(lost, async () => {
      await change.run();
      // Until it is noted, and so after a power cut, it is an error to read.
      await this.#parts.source.flush();
      await allOrFirstFailure(lost.map((block) => restoring.note(block)));
    });
  }

  /** What the superblock says is to be known before anything is written. @throws StorageError; HeldError where a live snapshot is to hold writes */
  async #settleKeeper(): Promise<void> {
    const { keeper, snapshots } = this.#parts;
    try {
      await keeper.settle();
    } catch (error) {
      if (snapshots.mayAllBreak || !(error instanceof StorageError)) throw error;
      throw new HeldError(error.message, { cause: error });
    }
  }

  /** Secures what can be secured at once; what is left is so by each write. */
  async #prepare(blocks: readonly number[]): Promise<void> {
    const { keeper, locks, copier } = this.#parts;
    if (this.restoring !== null || keeper.uncertain) return;
    const due = blocks.filter((block) => !this.#isSettled(block));
    if (due.length > 0) await locks.holdAll(due, () => copier.secureTogether(due));
  }

  /** Writes may be answered before they are done: a snapshot that they cannot be made safe for is broken, and they need not wait. */
  get #mayAnswerAhead(): boolean {
    return (
      this.#answersAhead &&
      this.#stilling === 0 &&
      !this.#closing &&
      this.restoring === null &&
      !this.#parts.keeper.uncertain &&
      this.#parts.snapshots.mayAllBreak
    );
  }

  /** A write may go to the range at once. */
  #isReady(offset: number, length: number): boolean {
    const { blockSize } = this.#parts.layout;
    const end = Math.ceil((offset + length) / blockSize);
    for (let block = Math.floor(offset / blockSize); block < end; block += 1) if (!this.#isSettled(block)) return false;
    return this.#ahead.of(offset, length).length === 0;
  }

  /** Null when nothing is to be done, as for most writes; else the blocks that were to be restored first, are lost, and are overwritten. */
  #settleAll(change: Change): Promise<readonly number[]> | null {
    const { blockSize } = this.#parts.layout;
    const end = Math.ceil((change.offset + change.length) / blockSize);
    for (let block = Math.floor(change.offset / blockSize); block < end; block += 1)
      if (!this.#isSettled(block)) return this.#settleFrom(block, end, change);
    return null;
  }

  /** In groups: the copies of a long range are not all in memory at once. */
  async #settleFrom(first: number, end: number, change: Change): Promise<readonly number[]> {
    const most = Math.max(1, Math.min(mostBlocks, Math.floor(bytesTogether / this.#parts.layout.blockSize)));
    const lost: number[] = [];
    const settle = async (block: number): Promise<void> => {
      if (!(await this.settle(block, this.#overwrites(change, block) ? 'is overwritten' : 'is an error')))
        lost.push(block);
    };
    for (let block = first; block < end; ) {
      const settling: Promise<void>[] = [];
      for (; block < end && settling.length < most; block += 1)
        if (!this.#isSettled(block)) settling.push(settle(block));
      await allOrFirstFailure(settling);
    }
    return lost.sort((one, other) => one - other);
  }

  #overwrites({ offset, length, overwrites }: Change, block: number): boolean {
    const { blockSize } = this.#parts.layout;
    const begin = block * blockSize;
    return overwrites && offset <= begin && begin + this.#parts.source.lengthOf(block) <= offset + length;
  }

  #isSettled(block: number): boolean {
    if (this.restoring !== null && !this.restoring.isSettled(block)) return false;
    return this.#parts.snapshots.newestLive?.map.isChanged(block) ?? true;
  }
}
