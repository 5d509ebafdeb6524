/** Beats of write data, of all managers to all subordinates. Source: `docs/systems/interconnect.md`, "Write data". */
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import type { LocalWrite } from './local.ts';

export class WriteData {
  readonly #beats: readonly HeldBeat[];
  readonly #registers: readonly OutputRegister[];
  readonly #locals: readonly LocalWrite[];
  /** Of each manager: whether a write is current, and its target. */
  readonly #active: Uint8Array;
  readonly #target: Uint8Array;
  /** Of each manager: what its candidate does in this cycle. */
  readonly #moves: Uint8Array;
  readonly #ends: Uint8Array;

  constructor(beats: readonly HeldBeat[], registers: readonly OutputRegister[], locals: readonly LocalWrite[]) {
    this.#beats = beats;
    this.#registers = registers;
    this.#locals = locals;
    this.#active = new Uint8Array(beats.length);
    this.#target = new Uint8Array(beats.length);
    this.#moves = new Uint8Array(beats.length);
    this.#ends = new Uint8Array(beats.length);
  }

  reset(): void {
    for (const beat of this.#beats) beat.reset();
    for (const register of this.#registers) register.reset();
    this.#active.fill(0);
    this.#target.fill(0);
    this.#moves.fill(0);
    this.#ends.fill(0);
  }

  /** Which candidates move; to be decided before the requests are. */
  decide(inputs: Uint32Array): void {
    for (let manager = 0; manager < this.#beats.length; manager += 1) {
      const beat = this.#beats[manager]!;
      beat.look(inputs);
      const register = this.#registers[this.#target[manager]!];
      const moves = beat.has && this.#active[manager] !== 0 && (register === undefined || register.free(inputs));
      this.#moves[manager] = Number(moves);
      this.#ends[manager] = Number(moves && beat.word(beat.place.words - 1) !== 0);
    }
  }

  /** Whether the manager has no current write, or one that ends in this cycle. */
  freeOf(manager: number): boolean {
    return this.#active[manager] === 0 || this.#ends[manager] !== 0;
  }

  /** Whether no write is current with this target, other than one that ends in this cycle. */
  freeFor(target: number): boolean {
    for (let manager = 0; manager < this.#beats.length; manager += 1)
      if (this.#target[manager] === target && !this.freeOf(manager)) return false;
    return true;
  }

  /** The edge, but for the writes that enter. */
  edge(inputs: Uint32Array): void {
    for (const register of this.#registers) if (register.taken(inputs)) register.empty();
    for (let manager = 0; manager < this.#beats.length; manager += 1) {
      const beat = this.#beats[manager]!;
      if (this.#moves[manager] === 0) {
        if (beat.has) beat.keep();
        continue;
      }
      this.#registers[this.#target[manager]!]?.load(beat.source, beat.from);
      if (this.#ends[manager] !== 0) {
        this.#active[manager] = 0;
        if (this.#target[manager] === this.#registers.length) this.#locals[manager]!.done = true;
      }
      beat.empty();
    }
  }

  /** The edge of a write that enters, after the other. */
  begin(manager: number, target: number): void {
    this.#active[manager] = 1;
    this.#target[manager] = target;
  }
}
