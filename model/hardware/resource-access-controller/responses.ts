/** The processor's R or B register and its sources. Source: `docs/systems/resource-access-controller.md`, "Responses". */
import { fakedWidth, responses } from '../../../rtl/resource-access-controller/interface.ts';
import type { OutputRegister } from '../primitives/channels.ts';
import { Faker, fakedWord } from './faker.ts';
import type { DevicePort, PortSide } from './port.ts';
import type { Registers } from './registers.ts';
import { firstFrom, type Slots } from './slots.ts';

export class Responses {
  readonly register: OutputRegister;
  /** Of this cycle: whether the register is free, and the source that is taken, or -1; the last is the faker. */
  free = false;
  source = -1;
  slot = -1;
  /** The slot completes with this beat. */
  completes = false;
  /** The beat carries what is faked. */
  masked = false;
  /** The resource of an error, or -1. */
  errorOf = -1;
  readonly #faker: Faker;
  readonly #slots: Slots;
  readonly #sides: readonly PortSide[];
  readonly #registers: Registers;
  readonly #write: boolean;
  readonly #dataWords: number;
  #counts = -1;
  /** The source that the register was loaded from last. */
  #last = 0;

  constructor(
    register: OutputRegister,
    slots: Slots,
    ports: readonly DevicePort[],
    registers: Registers,
    write: boolean,
  ) {
    this.register = register;
    this.#slots = slots;
    this.#sides = ports.map((port) => (write ? port.write : port.read));
    this.#registers = registers;
    this.#write = write;
    this.#faker = new Faker(slots, write);
    this.#dataWords = write ? 0 : register.place.words - 3;
  }

  reset(): void {
    this.register.reset();
    this.#faker.reset();
    this.#last = 0;
    this.source = -1;
    this.#counts = -1;
  }

  /** Chooses the source that the register is loaded from; the candidates of the ports have been matched. */
  choose(inputs: Uint32Array, isolated: number, faulted: number): void {
    const ports = this.#sides.length;
    this.free = this.register.free(inputs);
    this.source = -1;
    this.slot = -1;
    this.errorOf = -1;
    this.masked = false;
    this.completes = false;
    if (!this.free) return;
    const faked = this.#faker.offer(isolated);
    let ready = faked >= 0 ? 1 << ports : 0;
    for (let port = 0; port < ports; port += 1) if (this.#sides[port]!.good) ready |= 1 << port;
    if (ready === 0) return;
    this.source = firstFrom(ready, this.#last + 1);
    this.slot = this.source === ports ? faked : this.#sides[this.source]!.slot;
    this.completes = this.#write || this.#slots.beats[this.slot] === 0;
    if (this.source === ports) this.masked = true;
    else this.#judge(this.#sides[this.source]!.response, faulted);
  }

  /** Whether a port's beat is masked, and whether it is an error. */
  #judge(response: number, faulted: number): void {
    const resource = this.#slots.resource[this.slot]!;
    const isFaulted = ((faulted >>> resource) & 1) !== 0;
    const bad = response >= responses.subordinate_error;
    if (bad && !isFaulted) this.errorOf = resource;
    this.masked = isFaulted || (bad && this.#brink(resource));
  }

  /** One more error would reach the resource's limit. */
  #brink(resource: number): boolean {
    const { words, place } = this.#registers;
    const limit = words[place.error_limit + resource]!;
    return limit !== 0 && words[place.errors + resource]! + 1 >= limit;
  }

  /** The edge. Returns the slot that completes, or -1. */
  edge(inputs: Uint32Array): number {
    this.#countFaked();
    const { source, slot, register } = this;
    if (source < 0) {
      if (register.taken(inputs)) register.empty();
      return -1;
    }
    const slots = this.#slots;
    this.#load(slot);
    if (source === this.#sides.length) {
      this.#faker.take(slot, this.completes);
    } else if (!this.#write) {
      this.#sides[source]!.owed.beats -= 1;
    }
    this.#last = source;
    if (!this.completes) {
      slots.beats[slot]! -= 1;
      return -1;
    }
    if (this.masked && ((slots.refused >>> slot) & 1) === 0) this.#counts = slots.resource[slot]!;
    return slot;
  }

  /** What was faked counts in the cycle after. */
  #countFaked(): void {
    if (this.#counts < 0) return;
    const { words, place } = this.#registers;
    const at = place.faked + this.#counts;
    words[at] = (words[at]! + 1) & (2 ** fakedWidth - 1);
    this.#counts = -1;
  }

  #load(slot: number): void {
    const slots = this.#slots;
    const { image, place } = this.register;
    const response = place.at + 1 + this.#dataWords;
    image[place.at] = slots.id[slot]!;
    if (this.masked) {
      if (!this.#write) image.fill(fakedWord(slots, slot, this.#registers), place.at + 1, response);
      image[response] = slots.code[slot]!;
    } else {
      const { source, from } = this.#sides[this.source]!.beat;
      for (let word = 1; word <= this.#dataWords + 1; word += 1) image[place.at + word] = source[from + word]!;
    }
    if (!this.#write) image[response + 1] = Number(this.completes);
    this.register.fill();
  }
}
