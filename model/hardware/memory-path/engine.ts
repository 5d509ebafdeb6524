/** When the engines take blocks, and when these come out. Source: `docs/systems/memory-path.md`, "Ciphers". */
import { channels } from '../../../rtl/memory-path/interface.ts';

const rounds = 14;

/** One AES engine: blocks go round, and one that comes round again has the way. */
export class AesEngine {
  readonly #unrolled: number;
  readonly #passes: number;
  /** Whether a block was taken so many cycles ago, modulo the rounds. */
  readonly #taken = new Uint8Array(rounds);

  /** @param unrolled rounds in hardware */
  constructor(unrolled: number) {
    this.#unrolled = unrolled;
    this.#passes = rounds / unrolled;
  }

  reset(): void {
    this.#taken.fill(0);
  }

  takes(now: number): boolean {
    for (let pass = 1; pass < this.#passes; pass += 1) {
      if (this.#taken[(now + rounds - pass * this.#unrolled) % rounds] !== 0) return false;
    }
    return true;
  }

  /** The edge of a cycle, in which it took a block or not. */
  edge(now: number, took: boolean): void {
    this.#taken[now % rounds] = Number(took);
  }
}

/** The engines of one purpose: one for both channels of AES, and PRINCE's, which takes a block in every cycle. */
export class Engines {
  readonly #aes: AesEngine;
  #took = false;

  constructor(unrolled: number) {
    this.#aes = new AesEngine(unrolled);
  }

  reset(): void {
    this.#aes.reset();
    this.#took = false;
  }

  takes(channel: number, now: number): boolean {
    return channel === channels.prince || this.#aes.takes(now);
  }

  /** A block is taken in this cycle. */
  take(channel: number): void {
    if (channel !== channels.prince) this.#took = true;
  }

  edge(now: number): void {
    this.#aes.edge(now, this.#took);
    this.#took = false;
  }
}
