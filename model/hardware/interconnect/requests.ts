/** Requests of one direction, of all managers to all subordinates. Source: `docs/systems/interconnect.md`, "Requests". */
import type { Region } from '../../../rtl/interconnect/interface.ts';
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import { firstFrom, type Slots } from './slots.ts';

export class Requests {
  readonly beats: readonly HeldBeat[];
  readonly #registers: readonly OutputRegister[];
  readonly #slots: readonly Slots[];
  readonly #regions: readonly Region[];
  readonly #idWidth: number;
  readonly #wide: boolean;
  /** Of each manager: its candidate's target. */
  readonly targets: Int32Array;
  /** Of each manager: the slot that its candidate enters in this cycle, or -1. */
  readonly slotOf: Int32Array;
  /** Of each subordinate: the manager whose request its register is loaded with in this cycle, or -1. */
  readonly #chosen: Int32Array;
  /** Of each subordinate: the manager that entered last. */
  readonly #last: Int32Array;

  constructor(
    beats: readonly HeldBeat[],
    registers: readonly OutputRegister[],
    slots: readonly Slots[],
    shape: { readonly regions: readonly Region[]; readonly idWidth: number; readonly addressWidth: number },
  ) {
    this.beats = beats;
    this.#registers = registers;
    this.#slots = slots;
    this.#regions = shape.regions;
    this.#idWidth = shape.idWidth;
    this.#wide = shape.addressWidth > 32;
    this.targets = new Int32Array(beats.length);
    this.slotOf = new Int32Array(beats.length);
    this.#chosen = new Int32Array(registers.length);
    this.#last = new Int32Array(registers.length);
  }

  reset(): void {
    for (const beat of this.beats) beat.reset();
    for (const register of this.#registers) register.reset();
    for (const slots of this.#slots) slots.reset();
    this.slotOf.fill(-1);
    this.#chosen.fill(-1);
    this.#last.fill(0);
  }

  /** The number that stands for the interconnect itself. */
  get local(): number {
    return this.#regions.length;
  }

  id(manager: number): number {
    return this.beats[manager]!.word(0);
  }

  len(manager: number): number {
    return this.beats[manager]!.word(this.#wide ? 3 : 2);
  }

  #target(beat: HeldBeat): number {
    const address = beat.word(1) + (this.#wide ? beat.word(2) * 2 ** 32 : 0);
    const found = this.#regions.findIndex(({ base, size }) => address >= base && address < base + size);
    return found < 0 ? this.local : found;
  }

  /**
   * Decides by the state at the start of the cycle who enters.
   * @param may whether nothing but slots keeps the manager's candidate from asking for the target
   * @param ready whether nothing but its register keeps the subordinate from taking
   */
  decide(
    inputs: Uint32Array,
    may: (manager: number, target: number) => boolean,
    ready: (subordinate: number) => boolean,
  ): void {
    const subordinates = this.#registers.length;
    const asking = new Uint8Array(subordinates);
    for (let manager = 0; manager < this.beats.length; manager += 1) {
      const beat = this.beats[manager]!;
      beat.look(inputs);
      this.slotOf[manager] = -1;
      if (!beat.has) continue;
      const target = this.#target(beat);
      this.targets[manager] = target;
      const slots = this.#slots[manager]!;
      const free = slots.free;
      if (free < 0 || !slots.agrees(beat.word(0), target) || !may(manager, target)) continue;
      if (target === this.local) this.slotOf[manager] = free;
      else asking[target]! |= 1 << manager;
    }
    for (let subordinate = 0; subordinate < subordinates; subordinate += 1) {
      this.#chosen[subordinate] = -1;
      const mask = asking[subordinate]!;
      if (mask === 0 || !this.#registers[subordinate]!.free(inputs) || !ready(subordinate)) continue;
      const manager = firstFrom(mask, this.#last[subordinate]! + 1, this.beats.length);
      this.#chosen[subordinate] = manager;
      this.slotOf[manager] = this.#slots[manager]!.free;
    }
  }

  /** The edge. What entered is in `slotOf` and `targets` still. */
  edge(inputs: Uint32Array): void {
    for (let subordinate = 0; subordinate < this.#registers.length; subordinate += 1) {
      const register = this.#registers[subordinate]!;
      const manager = this.#chosen[subordinate]!;
      if (manager < 0) {
        if (register.taken(inputs)) register.empty();
        continue;
      }
      const beat = this.beats[manager]!;
      register.load(beat.source, beat.from);
      register.image[register.place.at] = (manager << this.#idWidth) | beat.word(0);
      this.#last[subordinate] = manager;
    }
    for (let manager = 0; manager < this.beats.length; manager += 1) {
      const slot = this.slotOf[manager]!;
      if (slot >= 0) this.#slots[manager]!.enter(slot, this.id(manager), this.targets[manager]!);
    }
  }

  /** The end of the edge: whether the held registers hold the candidates. */
  settle(): void {
    for (let manager = 0; manager < this.beats.length; manager += 1) {
      const beat = this.beats[manager]!;
      if (this.slotOf[manager]! >= 0) beat.empty();
      else if (beat.has) beat.keep();
    }
  }
}
