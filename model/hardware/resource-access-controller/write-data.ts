/** Beats of write data. Source: `docs/systems/resource-access-controller.md`, "Write data". */
import type { HeldBeat } from '../primitives/channels.ts';
import type { DevicePort } from './port.ts';
import type { Requests } from './requests.ts';
import type { Slots } from './slots.ts';

export class WriteData {
  readonly beat: HeldBeat;
  /** The write whose beats come now. */
  active = false;
  slot = 0;
  left = 0;
  readonly #slots: Slots;
  readonly #ports: readonly DevicePort[];
  readonly #lastWord: number;
  #moves = false;
  #writeSlot = -1;
  #route = -1;

  constructor(beat: HeldBeat, slots: Slots, ports: readonly DevicePort[]) {
    this.beat = beat;
    this.#slots = slots;
    this.#ports = ports;
    this.#lastWord = beat.place.words - 1;
  }

  reset(): void {
    this.beat.reset();
    this.active = false;
    this.slot = 0;
    this.left = 0;
  }

  /** Decides whether the candidate moves, and where; the requests have been decided. */
  decide(inputs: Uint32Array, requests: Requests, isolated: number): void {
    this.beat.look(inputs);
    this.#moves = false;
    this.#writeSlot = -1;
    if (this.active) {
      this.#writeSlot = this.slot;
      const port = this.#slots.port[this.slot]!;
      const local = ((this.#slots.local >>> this.slot) & 1) !== 0 || ((isolated >>> port) & 1) !== 0;
      this.#route = local ? -1 : port;
    } else if (requests.slot >= 0) {
      this.#writeSlot = requests.slot;
      this.#route = requests.route;
    }
    if (!this.beat.has || this.#writeSlot < 0) return;
    this.#moves = this.#route < 0 || this.#ports[this.#route]!.data.free(inputs);
  }

  /** The port that a beat is loaded to in this cycle, or -1. */
  get loads(): number {
    return this.#moves ? this.#route : -1;
  }

  /** The edge, after that of the requests. */
  edge(requests: Requests): void {
    if (requests.slot >= 0) {
      this.active = true;
      this.slot = requests.slot;
      this.left = requests.length;
    }
    const { beat } = this;
    if (!this.#moves) {
      if (beat.has) beat.keep();
      return;
    }
    if (this.#route >= 0) {
      const { data } = this.#ports[this.#route]!;
      data.load(beat.source, beat.from);
      data.slot = this.#writeSlot;
    }
    this.left = (this.left - 1) & 0xff;
    if (beat.word(this.#lastWord) !== 0) {
      this.#slots.received |= 1 << this.#writeSlot;
      this.active = false;
    }
    beat.empty();
  }
}
