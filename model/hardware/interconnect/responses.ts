/** Responses of one direction, of all subordinates to all managers. Source: `docs/systems/interconnect.md`, "Responses". */
import { decodeError } from '../../../rtl/interconnect/interface.ts';
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import type { LocalRead, LocalWrite } from './local.ts';
import { firstFrom, type Slots } from './slots.ts';

export class Responses {
  readonly #beats: readonly HeldBeat[];
  readonly #registers: readonly OutputRegister[];
  readonly #locals: readonly (LocalRead | LocalWrite)[];
  readonly #slots: readonly Slots[];
  readonly #idWidth: number;
  /** Whether beats carry data and the mark of the last. */
  readonly #reads: boolean;
  /** Of each manager: the source that its register is loaded from in this cycle, or -1. */
  readonly #source: Int32Array;
  readonly #last: Int32Array;
  /** Of each subordinate: whether its candidate moves in this cycle. */
  readonly #moves: Uint8Array;

  constructor(
    beats: readonly HeldBeat[],
    registers: readonly OutputRegister[],
    locals: readonly (LocalRead | LocalWrite)[],
    slots: readonly Slots[],
    shape: { readonly idWidth: number; readonly reads: boolean },
  ) {
    this.#beats = beats;
    this.#registers = registers;
    this.#locals = locals;
    this.#slots = slots;
    this.#idWidth = shape.idWidth;
    this.#reads = shape.reads;
    this.#source = new Int32Array(registers.length);
    this.#last = new Int32Array(registers.length);
    this.#moves = new Uint8Array(beats.length);
  }

  reset(): void {
    for (const beat of this.#beats) beat.reset();
    for (const register of this.#registers) register.reset();
    for (const local of this.#locals) local.reset();
    this.#source.fill(-1);
    this.#last.fill(0);
    this.#moves.fill(0);
  }

  decide(inputs: Uint32Array): void {
    const local = this.#beats.length;
    const managers = this.#registers.length;
    for (let subordinate = 0; subordinate < local; subordinate += 1) {
      const beat = this.#beats[subordinate]!;
      beat.look(inputs);
      this.#moves[subordinate] = Number(beat.has && beat.word(0) >>> this.#idWidth >= managers);
    }
    for (let manager = 0; manager < managers; manager += 1) {
      this.#source[manager] = -1;
      if (!this.#registers[manager]!.free(inputs)) continue;
      let mask = this.#locals[manager]!.offers ? 1 << local : 0;
      for (let subordinate = 0; subordinate < local; subordinate += 1) {
        const beat = this.#beats[subordinate]!;
        if (beat.has && beat.word(0) >>> this.#idWidth === manager) mask |= 1 << subordinate;
      }
      if (mask === 0) continue;
      const source = firstFrom(mask, this.#last[manager]! + 1, local + 1);
      this.#source[manager] = source;
      if (source < local) this.#moves[source] = 1;
    }
  }

  /** The edge. The slots that become free do so after those that were free were looked for. */
  edge(inputs: Uint32Array): void {
    for (let manager = 0; manager < this.#registers.length; manager += 1) {
      const register = this.#registers[manager]!;
      const source = this.#source[manager]!;
      if (source < 0) {
        if (register.taken(inputs)) register.empty();
        continue;
      }
      this.#last[manager] = source;
      if (source === this.#beats.length) this.#loadLocal(register, this.#locals[manager]!);
      else this.#load(register, this.#beats[source]!);
      const { image, place } = register;
      if (this.#reads && image[place.at + place.words - 1] === 0) continue;
      const slots = this.#slots[manager]!;
      const slot = slots.find(image[place.at]!);
      if (slot >= 0) slots.leave(slot);
    }
    for (let subordinate = 0; subordinate < this.#beats.length; subordinate += 1) {
      const beat = this.#beats[subordinate]!;
      if (this.#moves[subordinate] !== 0) beat.empty();
      else if (beat.has) beat.keep();
    }
  }

  #load(register: OutputRegister, beat: HeldBeat): void {
    register.load(beat.source, beat.from);
    register.image[register.place.at]! &= 2 ** this.#idWidth - 1;
  }

  #loadLocal(register: OutputRegister, local: LocalRead | LocalWrite): void {
    const { image, place } = register;
    image.fill(0, place.at, place.at + place.words);
    image[place.at] = local.id;
    image[place.at + place.words - (this.#reads ? 2 : 1)] = decodeError;
    if (this.#reads) image[place.at + place.words - 1] = Number(local.last);
    local.take();
    register.fill();
  }
}
