/** Write bursts: how they are launched, and how their data go. Source: `docs/systems/memory-management-unit.md`, "Unit: writes". */
import { faultCauses, responses } from '../../../rtl/memory-management-unit/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';
import type { Check } from './check.ts';
import { both, type Geometry, memories, setOf } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import { loadRequest } from './requests.ts';
import { Stop } from './stop.ts';
import type { Wires } from './wires.ts';
import { isExclusive, type WriteSlot, type WriteSlots, writeStates } from './write-slots.ts';

export class Writes {
  readonly #slots: WriteSlots;
  readonly #data: HeldBeat;
  readonly #ports: readonly MemoryPort[];
  readonly #check: Check;
  readonly #geometry: Geometry;
  /** Number of the slot whose data comes next. */
  #dataNext = 0;
  #active = false;
  #beat = 0;
  #kept = 0;
  /** Decisions of this cycle; the ports that the beat goes to. */
  #to: readonly MemoryPort[] = [];
  #moves: 'none' | 'empty' | 'data' = 'none';
  #launched: WriteSlot | undefined;
  #route = 0;
  /** Current waits for the processor, and has for too long. */
  #waits = false;
  #stopped = false;
  /** The data of the next were given up, and have not come since. */
  #starved = false;
  readonly #stop: Stop;

  constructor(
    slots: WriteSlots,
    data: HeldBeat,
    ports: readonly MemoryPort[],
    check: Check,
    geometry: Geometry,
    timerWidth: number,
  ) {
    this.#stop = new Stop(timerWidth);
    this.#slots = slots;
    this.#data = data;
    this.#ports = ports;
    this.#check = check;
    this.#geometry = geometry;
  }

  reset(): void {
    this.#dataNext = 0;
    this.#active = false;
    this.#beat = 0;
    this.#kept = 0;
    this.#starved = false;
    this.#stop.reset();
  }

  /** Beats of the slot whose data comes next that went in an earlier burst. */
  get kept(): number {
    return this.#kept;
  }

  get #current(): WriteSlot {
    return this.#slots.slots[this.#dataNext]!;
  }

  #portsOf(route: number): MemoryPort[] {
    return memories.filter((memory) => (route & setOf(memory)) !== 0).map((memory) => this.#ports[memory]!);
  }

  /**
   * @param allowed whether something may begin on both memories in this cycle
   * @param timeout of the register
   */
  decide(inputs: Uint32Array, wires: Wires, allowed: boolean, timeout: number): void {
    this.#decideBeat(inputs, wires);
    this.#waits = this.#active && this.#isWaiting(this.#current);
    this.#stopped = this.#waits && this.#stop.isSpent(timeout);
    this.#decideLaunch(inputs, wires, allowed);
  }

  #decideBeat(inputs: Uint32Array, { failed, bump }: Wires): void {
    this.#moves = 'none';
    if (!this.#active) return;
    const slot = this.#current;
    this.#to = this.#portsOf(slot.route & ~failed);
    if (this.#to.some(({ w }) => !w.free(inputs))) return;
    if (slot.cut) this.#moves = 'empty';
    else if (!bump && this.#check.sure(slot)) {
      if (this.#beat < this.#kept) this.#moves = 'empty';
      else if (this.#data.has) this.#moves = 'data';
    }
  }

  #isWaiting({ cut, local }: WriteSlot): boolean {
    return !cut && !local && this.#beat >= this.#kept && !this.#data.has;
  }

  get #ends(): boolean {
    return this.#moves !== 'none' && this.#beat === this.#current.request.length;
  }

  #decideLaunch(inputs: Uint32Array, wires: Wires, allowed: boolean): void {
    this.#launched = undefined;
    if (wires.bump || this.#starved) return;
    if (this.#active && (!this.#ends || this.#current.cut)) return;
    const slot = this.#active ? this.#slots.slots[this.#slots.after(this.#dataNext)]! : this.#current;
    if (!slot.valid || slot.state !== writeStates.translated || this.#check.different?.slot === slot) return;
    this.#route = slot.local ? 0 : slot.enabled & ~wires.failed;
    if (this.#route === 0 ? this.#check.sure(slot) : this.#canLaunch(inputs, wires, slot, allowed)) {
      this.#launched = slot;
    }
  }

  #canLaunch(inputs: Uint32Array, wires: Wires, slot: WriteSlot, allowed: boolean): boolean {
    const { claim, claimMemory, claimFrame } = wires;
    if (claim && (slot.enabled & setOf(claimMemory)) !== 0 && slot.frames[claimMemory] === claimFrame) return false;
    if (this.#portsOf(this.#route).some(({ aw }) => !aw.free(inputs))) return false;
    return this.#route !== both || allowed;
  }

  /** What a bump, a comparison, or a processor that gives no data does to the writes; call it before anything else changes them. */
  revoke({ bump, bumpIndex, bumpFlush }: Wires): void {
    const different = this.#check.different?.slot;
    for (const slot of this.#slots.slots) {
      if (!slot.valid) continue;
      const bumped = bump && !slot.local && (bumpFlush || slot.index === bumpIndex);
      if (!bumped && slot !== different) continue;
      if (slot.state === writeStates.translated) slot.state = writeStates.again;
      else if (slot.state === writeStates.launched) {
        if (bumped && slot.pending === 0 && slot !== different) continue;
        if (bumped && slot.pending !== 0) slot.leaving = true;
        if (this.#active && slot === this.#current && !this.#goesOn(slot)) this.#cut(slot);
      }
    }
    if (!this.#stopped) return;
    this.#cut(this.#current);
    this.#starved = true;
  }

  /** What is left of an exclusive write could not be exclusive any more. */
  #goesOn(slot: WriteSlot): boolean {
    return isExclusive(slot) && this.#beat !== 0;
  }

  #cut(slot: WriteSlot): void {
    if (slot.cut) return;
    slot.cut = true;
    this.#kept = Math.max(this.#kept, this.#beat);
  }

  /** The edge, after `revoke`. */
  edge(): void {
    this.#stop.step(this.#waits);
    if (this.#data.has) this.#starved = false;
    if (this.#moves !== 'none') this.#move();
    else if (this.#data.has) this.#data.keep();
    if (this.#launched !== undefined) this.#launch(this.#launched);
  }

  #move(): void {
    const slot = this.#current;
    const ends = this.#ends;
    for (const { w } of this.#to) this.#load(w, ends, slot);
    if (this.#moves === 'data') this.#data.empty();
    else if (this.#data.has) this.#data.keep();
    this.#beat += 1;
    if (!ends) return;
    slot.sent = true;
    this.#active = false;
    if (slot.cut) return;
    this.#dataNext = this.#slots.after(this.#dataNext);
    this.#kept = 0;
  }

  #load(w: MemoryPort['w'], last: boolean, slot: WriteSlot): void {
    const { image, place } = w;
    const { dataWords } = this.#geometry;
    for (let word = 0; word <= dataWords; word += 1) {
      image[place.at + word] = this.#moves === 'data' ? this.#data.word(word) : 0;
    }
    image[place.at + dataWords + 1] = Number(last);
    w.fill();
    w.of = slot;
  }

  #launch(slot: WriteSlot): void {
    const route = this.#route;
    if (route === 0 && !slot.local) {
      slot.local = true;
      slot.response = responses.subordinate_error;
      slot.cause = faultCauses.lost;
    }
    Object.assign(slot, { state: writeStates.launched, route, pending: route, refused: 0, exclusive: false });
    for (const { aw, memory } of this.#portsOf(route)) {
      loadRequest(aw, this.#geometry, { ...slot.request, address: slot.addresses[memory] });
      aw.of = slot;
    }
    this.#active = true;
    this.#beat = 0;
  }
}
