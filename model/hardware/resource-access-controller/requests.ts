/** Requests of one direction: held, decoded, entering. Source: `docs/systems/resource-access-controller.md`, "Requests". */
import { fakePolicies, responses } from '../../../rtl/resource-access-controller/interface.ts';
import type { ChannelPlace } from '../primitives/channels.ts';
import { HeldBeat } from '../primitives/channels.ts';
import type { Registers } from './registers.ts';
import type { Decoded, Slots } from './slots.ts';

export const verdicts = { refuse: 0, fake: 1, forward: 2 } as const;

const pageMask = 0xffff_f000;

interface Decode extends Decoded {
  verdict: number;
  deviceLow: number;
  deviceHigh: number;
}

/** What the entries are to the decoding. */
export interface EntryShape {
  readonly entries: number;
  readonly ports: number;
  readonly resources: number;
  readonly addressWidth: number;
  readonly resourceMask: number;
  readonly portMask: number;
}

export class Requests {
  readonly beat: HeldBeat;
  readonly slots: Slots;
  readonly decoded: Decode = { verdict: 0, code: 0, policy: 0, resource: 0, port: 0, deviceLow: 0, deviceHigh: 0 };
  /** Of this cycle: the slot that is taken, -1 when none enters, and its route, -1 for local. */
  slot = -1;
  route = -1;
  readonly #registers: Registers;
  readonly #shape: EntryShape;
  readonly #permission: number;
  readonly #wide: boolean;

  constructor(
    image: Uint32Array,
    place: ChannelPlace,
    slots: Slots,
    registers: Registers,
    shape: EntryShape,
    write: boolean,
  ) {
    this.beat = new HeldBeat(image, place);
    this.slots = slots;
    this.#registers = registers;
    this.#shape = shape;
    this.#permission = write ? 4 : 2;
    this.#wide = shape.addressWidth > 32;
  }

  get id(): number {
    return this.beat.word(0);
  }

  get length(): number {
    return this.beat.word(this.#wide ? 3 : 2);
  }

  get lock(): number {
    return this.beat.word(this.#wide ? 6 : 5);
  }

  reset(): void {
    this.beat.reset();
    this.slot = -1;
  }

  /** The resources of a held request to be forwarded, by its verdict, and of what is at devices; a mask. */
  get busy(): number {
    const { verdict, resource } = this.decoded;
    const held = this.beat.full !== 0 && verdict === verdicts.forward ? 1 << resource : 0;
    return held | this.slots.resourcesAtDevices;
  }

  /** The candidate, decoded in the cycle of its handshake. */
  look(inputs: Uint32Array): void {
    const fresh = this.beat.full === 0;
    this.beat.look(inputs);
    this.slot = -1;
    if (fresh && this.beat.has) this.#decode(this.beat.word(1), this.#wide ? this.beat.word(2) : 0);
  }

  #decode(low: number, high: number): void {
    const { words, place } = this.#registers;
    const { entries, ports, resources, portMask, resourceMask } = this.#shape;
    const to = this.decoded;
    for (let entry = 0; entry < entries; entry += 1) {
      const control = words[place.entry_control + entry]!;
      if ((control & 1) === 0) continue;
      const size = words[place.entry_size_low + entry]!;
      if (((low ^ words[place.entry_base_low + entry]!) & ~size & pageMask) !== 0) continue;
      const sizeHigh = this.#wide ? words[place.entry_size_high + entry]! : 0;
      if (this.#wide && ((high ^ words[place.entry_base_high + entry]!) & ~sizeHigh) !== 0) continue;
      const port = (control >>> 16) & portMask;
      const resource = (control >>> 8) & resourceMask;
      if (port >= ports || resource >= resources) continue;
      to.port = port;
      to.resource = resource;
      to.deviceLow = ((low & (size | ~pageMask)) | (words[place.entry_device_low + entry]! & ~size & pageMask)) >>> 0;
      to.deviceHigh = this.#wide
        ? ((high & sizeHigh) | (words[place.entry_device_high + entry]! & ~sizeHigh)) >>> 0
        : 0;
      if ((control & this.#permission) === 0) {
        this.#refuse(responses.subordinate_error);
        return;
      }
      const code = (control >>> 6) & 3;
      to.code = code === responses.exclusive_okay ? responses.okay : code;
      to.policy = (control >>> 4) & 3;
      to.verdict = (control & 8) !== 0 ? verdicts.fake : verdicts.forward;
      return;
    }
    to.port = 0;
    to.resource = 0;
    this.#refuse(responses.decode_error);
  }

  #refuse(code: number): void {
    this.decoded.verdict = verdicts.refuse;
    this.decoded.code = code;
    this.decoded.policy = fakePolicies.zeros;
  }

  /** Decides by the state at the start of the cycle whether the candidate enters; `free` tells for each port whether its register is. */
  decide(isolated: number, faulted: number, free: number): void {
    if (!this.beat.has) return;
    const { verdict, resource, port } = this.decoded;
    const faked = ((faulted >>> resource) & 1) !== 0 || ((isolated >>> port) & 1) !== 0;
    const route = verdict === verdicts.forward && !faked ? port : -1;
    const slot = this.slots.free;
    if (slot < 0 || !this.slots.agrees(this.id, route, isolated)) return;
    if (route >= 0 && ((free >>> route) & 1) === 0) return;
    this.slot = slot;
    this.route = route;
  }

  /** The edge, but for what the port does with it. */
  edge(write: boolean): void {
    if (this.slot >= 0) {
      const { decoded } = this;
      const refused = decoded.verdict === verdicts.refuse;
      this.slots.enter(this.slot, this.id, decoded, this.route < 0, refused, this.lock, write ? 0 : this.length);
      if (this.route >= 0) {
        this.slots.addressLow[this.slot] = decoded.deviceLow;
        this.slots.addressHigh[this.slot] = decoded.deviceHigh;
      }
    }
  }

  /** The last of the edge: whether the register holds the request. */
  settle(): void {
    if (this.slot >= 0) this.beat.empty();
    else if (this.beat.has) this.beat.keep();
  }
}
