/** Blocks on their way through the decryption engines, and their queues. Source: `docs/systems/memory-path.md`, "Reads". */
import type { ReadSlot } from './slots.ts';

export interface Block {
  readonly slot: ReadSlot;
  readonly data: Uint8Array;
  readonly response: number;
  /** Index in the line. */
  readonly index: number;
  /** The cycle from which it is in the queue. */
  readonly from: number;
}

export class DecryptionQueue {
  readonly #depth: number;
  #blocks: Block[] = [];

  /** @param depth blocks in the engine and the queue */
  constructor(depth: number) {
    this.#depth = depth;
  }

  reset(): void {
    this.#blocks = [];
  }

  get room(): boolean {
    return this.#blocks.length < this.#depth;
  }

  head(now: number): Block | undefined {
    const head = this.#blocks[0];
    return head !== undefined && head.from <= now ? head : undefined;
  }

  push(block: Block): void {
    this.#blocks.push(block);
  }

  pop(): void {
    this.#blocks.shift();
  }
}
