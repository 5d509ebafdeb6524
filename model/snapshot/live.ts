import { HeldError } from './copier.ts';
import { Gate } from './gate.ts';
import type { Parts } from './parts.ts';
import type { Restoring } from './restoring.ts';
import { allOrFirstFailure } from './settled.ts';
import { Signal } from './signal.ts';
import { StorageError } from './storage.ts';

/** Most bytes that one request has copied at a time. */
export const bytesTogether = 8 * 2 ** 20;
const mostBlocks = 1024;

/** The volume itself, read and written: every write first secures what snapshots show of its blocks. */
export class Live {
  readonly gate = new Gate();
  restoring: Restoring | null = null;
  /** Writes that wait for room in the store. */
  held = 0;
  readonly #parts: Parts;
  readonly #tryAgain = new Signal();
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws SourceError, StorageError */
  read(offset: number, into: Uint8Array): Promise<void> {
    return this.restoring === null ? this.#parts.source.read(offset, into) : this.restoring.read(offset, into);
  }

  /** @throws SourceError; StorageError when snapshots can neither be kept nor broken */
  write(offset: number, data: Uint8Array): Promise<void> {
    return this.change(offset, data.length, () => this.#parts.source.write(offset, data));
  }

  /** Makes a range zeros. @param mayDiscard whether its room may be given up. @throws as for `write` */
  zero(offset: number, length: number, mayDiscard: boolean): Promise<void> {
    return this.change(offset, length, () => this.#parts.source.zero(offset, length, mayDiscard));
  }

  /** What was written before is durable afterwards. @throws SourceError */
  flush(): Promise<void> {
    return this.#parts.source.flush();
  }

  /** Lets held writes try again. */
  tryAgain(): void {
    this.#tryAgain.give();
  }

  /** Ends held writes with an error, and waits for the others. */
  async close(): Promise<void> {
    this.#closing = true;
    this.tryAgain();
    await this.gate.whileClosed(async () => undefined);
  }

  /** Does what must be done before a block is written. The caller is inside the gate. @throws as for `write`, HeldError */
  settle(block: number): Promise<void> {
    return this.#parts.locks.hold(block, async () => {
      await this.restoring?.settle(block);
      await this.#parts.copier.secure(block);
    });
  }

  /** Does what must be done before a range changes, and then changes it. @throws as for `write`, and what that throws */
  async change(offset: number, length: number, run: () => Promise<void>): Promise<void> {
    for (;;) {
      await this.gate.enter();
      const { gate } = this;
      const again = this.#tryAgain.wait();
      try {
        if (this.#parts.keeper.uncertain) await this.#parts.keeper.settle();
        const settling = this.#settleAll(offset, length);
        if (settling !== null) await settling;
        await run();
        return;
      } catch (error) {
        if (!(error instanceof HeldError)) throw error;
      } finally {
        gate.leave();
      }
      if (this.#closing) throw new StorageError('full', 'the volume is closed while this write waits for room');
      this.held += 1;
      await again;
      this.held -= 1;
    }
  }

  /** Null when nothing is to be done, as for most writes. */
  #settleAll(offset: number, length: number): Promise<void> | null {
    const { blockSize } = this.#parts.layout;
    const end = Math.ceil((offset + length) / blockSize);
    for (let block = Math.floor(offset / blockSize); block < end; block += 1)
      if (!this.#isSettled(block)) return this.#settleFrom(block, end);
    return null;
  }

  /** In groups: the copies of a long range are not all in memory at once. */
  async #settleFrom(first: number, end: number): Promise<void> {
    const most = Math.max(1, Math.min(mostBlocks, Math.floor(bytesTogether / this.#parts.layout.blockSize)));
    for (let block = first; block < end; ) {
      const settling: Promise<void>[] = [];
      for (; block < end && settling.length < most; block += 1)
        if (!this.#isSettled(block)) settling.push(this.settle(block));
      await allOrFirstFailure(settling);
    }
  }

  #isSettled(block: number): boolean {
    if (this.restoring !== null && !this.restoring.isSettled(block)) return false;
    return this.#parts.snapshots.newestLive?.map.isChanged(block) ?? true;
  }
}
