/** Responses to writes. Source: `docs/systems/memory-path.md`, "Writes". */
import type { HeldBeat } from '../primitives/channels.ts';
import { type ClearedRegister, nextAfter } from './output.ts';
import { pieceStates, type WriteBurst, type WritePiece } from './pieces.ts';
import type { Sealing } from './sealing.ts';
import type { Writes } from './writes.ts';

const sources = { plain: 0, local: 1 } as const;

export class Answers {
  readonly #candidate: HeldBeat;
  readonly #register: ClearedRegister;
  readonly #writes: Writes;
  readonly #sealing: Sealing;
  readonly #ownIdentifier: number;
  #last: number = sources.local;
  /** Decisions of this cycle. */
  #moves = false;
  #piece: WritePiece | undefined;
  #plain: WriteBurst | undefined;
  #local: WriteBurst | undefined;
  #source = -1;

  constructor(candidate: HeldBeat, register: ClearedRegister, writes: Writes, sealing: Sealing, ownIdentifier: number) {
    this.#candidate = candidate;
    this.#register = register;
    this.#writes = writes;
    this.#sealing = sealing;
    this.#ownIdentifier = ownIdentifier;
  }

  reset(): void {
    this.#last = sources.local;
  }

  decide(inputs: Uint32Array): void {
    const { bursts } = this.#writes;
    this.#look();
    this.#local = bursts.oldest(
      (burst) =>
        burst.valid &&
        burst.class !== 0 &&
        burst.closed &&
        burst.pieces === 0 &&
        bursts.oldest((other) => other.valid && other.id === burst.id) === burst,
    );
    const offers = [this.#plain !== undefined, this.#local !== undefined];
    this.#source = this.#register.free(inputs) ? nextAfter(this.#last, offers) : -1;
    if (this.#source === sources.plain) this.#moves = true;
  }

  #look(): void {
    const { bursts, pieces } = this.#writes;
    this.#moves = false;
    this.#piece = undefined;
    this.#plain = undefined;
    if (!this.#candidate.has) return;
    const id = this.#candidate.word(0);
    if (id >= this.#ownIdentifier) {
      const piece = pieces.items[id - this.#ownIdentifier];
      if (piece?.valid && piece.state === pieceStates.launched) this.#piece = piece;
      this.#moves = true;
      return;
    }
    this.#plain = bursts.oldest((burst) => burst.valid && burst.class === 0 && burst.id === id);
    this.#moves = this.#plain === undefined;
  }

  edge(inputs: Uint32Array): void {
    this.#register.settle(inputs);
    if (this.#piece !== undefined) this.#sealing.answer(this.#piece, this.#candidate.word(1));
    if (this.#source >= 0) {
      this.#last = this.#source;
      const plain = this.#source === sources.plain;
      const burst = (plain ? this.#plain : this.#local)!;
      burst.valid = false;
      const { image, place } = this.#register;
      image[place.at] = burst.id;
      image[place.at + 1] = plain ? this.#candidate.word(1) : burst.response;
      this.#register.fill();
    }
    if (!this.#candidate.has) return;
    if (this.#moves) this.#candidate.empty();
    else this.#candidate.keep();
  }
}
