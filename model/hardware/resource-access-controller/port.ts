/** One manager port. Source: `docs/systems/resource-access-controller.md`, "Responses", "Faults" and "An isolated port". */
import { faultCauses, responses } from '../../../rtl/resource-access-controller/interface.ts';
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import { Owed } from './owed.ts';
import { lowest, type Slots } from './slots.ts';

/** One direction of a port: its request register, the responses that come back, and what is owed. */
export class PortSide {
  readonly slots: Slots;
  readonly request: OutputRegister;
  readonly beat: HeldBeat;
  readonly owed: Owed;
  /** Of this cycle's candidate: its slot or -1, the cause for which it is wrong or 0, and whether it asks for the processor's register. */
  slot = -1;
  cause = 0;
  good = false;
  /** The payload has changed while valid waited, or valid was withdrawn. */
  changed = false;
  readonly #responseWord: number;
  /** -1 where responses have no last. */
  readonly #lastWord: number;
  #stalled = false;
  readonly #before: Uint32Array;

  constructor(slots: Slots, request: OutputRegister, beat: HeldBeat, write: boolean) {
    this.slots = slots;
    this.request = request;
    this.beat = beat;
    this.owed = new Owed(slots.count);
    const { words } = beat.place;
    this.#responseWord = write ? 1 : words - 2;
    this.#lastWord = write ? -1 : words - 1;
    this.#before = new Uint32Array(words);
  }

  reset(): void {
    this.request.reset();
    this.beat.reset();
    this.owed.clear();
    this.#stalled = false;
  }

  get id(): number {
    return this.beat.word(0);
  }

  get response(): number {
    return this.beat.word(this.#responseWord);
  }

  get last(): boolean {
    return this.#lastWord < 0 || this.beat.word(this.#lastWord) !== 0;
  }

  /** The candidate of this cycle, and what stood on the channel in the cycle before. */
  look(inputs: Uint32Array, isolated: boolean): void {
    const { beat } = this;
    beat.look(inputs);
    this.slot = -1;
    this.cause = 0;
    this.good = false;
    const { at, words, valid } = beat.place;
    this.changed = false;
    if (this.#stalled) {
      let same = inputs[valid] !== 0;
      for (let word = 0; word < words; word += 1) if (inputs[at + word] !== this.#before[word]) same = false;
      this.changed = !same && !isolated;
    }
    this.#stalled = !isolated && beat.full !== 0 && inputs[valid] !== 0;
    if (this.#stalled) for (let word = 0; word < words; word += 1) this.#before[word] = inputs[at + word]!;
  }

  /** Matches the candidate of a port that is not isolated; `ready` are the slots that the device can answer. */
  match(ready: number): void {
    const { slots, id } = this;
    for (let rest = ready; rest !== 0; rest &= rest - 1) {
      const slot = lowest(rest);
      if (slots.id[slot] === id) this.slot = slot;
    }
    this.cause = this.#wrong(ready);
    this.good = this.cause === 0;
  }

  #wrong(ready: number): number {
    const { slots, slot } = this;
    if (slot < 0) return ready === 0 ? faultCauses.unexpected : faultCauses.unknown_identifier;
    if (this.#lastWord >= 0) {
      const more = slots.beats[slot] !== 0;
      if (this.last && more) return faultCauses.early_last;
      if (!this.last && !more) return faultCauses.missing_last;
    }
    const unasked = this.response === responses.exclusive_okay && ((slots.lock >>> slot) & 1) === 0;
    return unasked ? faultCauses.exclusive : 0;
  }

  /** The edge of the candidate of a port that is not isolated; `taken` tells whether the processor's register is loaded with it. */
  settle(taken: boolean): void {
    if (this.good && !taken) this.beat.keep();
    else this.beat.empty();
  }

  /** The edge of the candidate in the first cycle of an isolation: it waits until what is owed is taken down. */
  takeDown(index: number): void {
    const { slots } = this;
    this.owed.takeDown(slots, slots.ofPort[index]! & ~slots.local);
    if (this.beat.has) this.beat.keep();
  }

  /** Whether the candidate of an isolated port was owed; `whole` are the slots of which the device has the data. */
  pays(inputs: Uint32Array, whole: number): boolean {
    return this.owed.pay(this.id, whole & ~this.request.pending(inputs), this.last);
  }

  clear(): void {
    this.request.empty();
    this.beat.empty();
    this.owed.clear();
  }
}

/** Phases of the reset handshake. */
const phases = { idle: 0, requesting: 1, releasing: 2 } as const;

export class DevicePort {
  readonly read: PortSide;
  readonly write: PortSide;
  readonly data: OutputRegister;
  suspect = 0;
  /** Whether there is a suspect: the port has had a request. */
  suspected = false;
  spoiled = false;
  filling = false;
  fillingLeft = 0;
  fillingSlot = 0;
  phase: number = phases.idle;
  /** Where the record of outputs has the last of the data, and the length of the read request. */
  readonly #lastAt: number;
  readonly #lengthAt: number;

  constructor(read: PortSide, write: PortSide, data: OutputRegister, lengthAt: number) {
    this.read = read;
    this.write = write;
    this.data = data;
    this.#lastAt = data.place.at + data.place.words - 1;
    this.#lengthAt = lengthAt;
  }

  reset(): void {
    this.read.reset();
    this.write.reset();
    this.data.reset();
    this.suspect = 0;
    this.suspected = false;
    this.spoiled = false;
    this.filling = false;
    this.fillingLeft = 0;
    this.fillingSlot = 0;
    this.phase = phases.idle;
  }

  /** The slot of which the W handshake of the last beat is in this cycle, as a mask of slots. */
  delivers(inputs: Uint32Array): number {
    const { data } = this;
    return data.taken(inputs) && data.image[this.#lastAt] !== 0 ? 1 << data.slot : 0;
  }

  /** Nothing is outstanding at this port, which is isolated and has taken down what is owed. */
  get drained(): boolean {
    const { read, write } = this;
    return (
      (read.owed.beats | read.owed.present | write.owed.present) === 0 &&
      (write.request.full | read.request.full | this.data.full | read.beat.full | write.beat.full) === 0 &&
      !this.filling &&
      !this.spoiled &&
      this.phase === phases.idle
    );
  }

  /** The edge of the candidates in the first cycle of an isolation, before that of the registers; `index` is the port's number. */
  takeDown(index: number): void {
    this.read.takeDown(index);
    this.write.takeDown(index);
  }

  /** The edge of the candidates of an isolated port in the cycles after the first. */
  swallow(inputs: Uint32Array): void {
    const { read, write } = this;
    if (this.phase !== phases.releasing) {
      const asked = read.owed.beats !== 0 || read.request.taken(inputs);
      if (read.beat.has) {
        if (asked && read.pays(inputs, -1)) read.owed.beats -= 1;
        else this.spoiled = true;
      }
      const whole = write.owed.whole | this.delivers(inputs);
      if (write.beat.has && !write.pays(inputs, whole)) this.spoiled = true;
    }
    read.beat.empty();
    write.beat.empty();
  }

  /** The edge of its registers, but for what they are loaded with from the processor's side. */
  edge(inputs: Uint32Array): void {
    const { read, write, data } = this;
    const fills = this.filling && data.free(inputs);
    write.owed.whole |= this.delivers(inputs);
    if (read.request.taken(inputs)) {
      read.owed.beats += data.image[this.#lengthAt]! + 1;
      read.request.empty();
    }
    if (write.request.taken(inputs)) write.request.empty();
    if (data.taken(inputs)) data.empty();
    if (fills) this.#fill();
  }

  /** The W register is loaded with a beat that writes nothing. */
  #fill(): void {
    const { image, place } = this.data;
    image.fill(0, place.at, this.#lastAt);
    image[this.#lastAt] = Number(this.fillingLeft === 0);
    this.data.slot = this.fillingSlot;
    this.data.fill();
    if (this.fillingLeft === 0) this.filling = false;
    this.fillingLeft = (this.fillingLeft - 1) & 0xff;
  }

  /** The edge of the reset handshake; the last of the port's edge, since the clearing wins. */
  shake(asked: boolean, withdrawn: boolean, acknowledge: boolean): void {
    if (this.phase === phases.idle) {
      // What is acknowledged already is no answer to this request.
      if (asked && !acknowledge) this.phase = phases.requesting;
    } else if (this.phase === phases.releasing) {
      if (!acknowledge) this.phase = phases.idle;
    } else if (acknowledge) {
      this.read.clear();
      this.write.clear();
      this.data.empty();
      this.filling = false;
      this.spoiled = false;
      this.phase = phases.releasing;
    } else if (withdrawn) {
      this.phase = phases.idle;
    }
  }

  get requesting(): boolean {
    return this.phase === phases.requesting;
  }
}
