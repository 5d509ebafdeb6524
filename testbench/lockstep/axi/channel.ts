/** One AXI channel driven from records of words: the rules of Arm IHI 0022 and IHI 0051 on valid and ready are kept here. */
import type { PortLayout, PortSlot } from '../../../rtl/hdl/port-layout.ts';
import { inputSlot, outputSlot } from '../ports.ts';
import type { RunLengths } from './run-lengths.ts';

export interface ChannelPorts {
  readonly valid: string;
  readonly ready: string;
  /** Ports that belong to a transfer, in the order in which a payload holds their words. */
  readonly payload: readonly string[];
}

/** Words that a payload of these ports takes. */
export const payloadWords = (slots: readonly PortSlot[]): number => slots.reduce((sum, slot) => sum + slot.words, 0);

/** A mask of the bits that exist in each word of a slot. */
const lastWordMask = (width: number): number => (width % 32 === 0 ? 0xffff_ffff : 2 ** (width % 32) - 1);

/** Offers transfers on a channel into the block: valid and payload stay until the block is ready. */
export class ChannelSource {
  readonly slots: readonly PortSlot[];
  readonly words: number;
  /** Transfers that the block has taken. */
  accepted = 0;
  private readonly valid: number;
  private readonly ready: number;
  private offered = false;
  private noise = 0x2545_f491;

  constructor(layout: PortLayout, ports: ChannelPorts) {
    this.slots = ports.payload.map((name) => inputSlot(layout, name));
    this.words = payloadWords(this.slots);
    this.valid = inputSlot(layout, ports.valid).word;
    this.ready = outputSlot(layout, ports.ready).word;
  }

  get busy(): boolean {
    return this.offered;
  }

  /**
   * Sets the channel's inputs for the next cycle.
   * @param next gives the payload to offer, or null for none in this cycle; asked only when nothing is on offer.
   */
  drive(inputs: Uint32Array, outputs: Uint32Array, next: () => Uint32Array | null): void {
    if (this.offered && outputs[this.ready] !== 0) {
      this.accepted += 1;
      this.offered = false;
    }
    if (this.offered) return;
    const payload = next();
    if (payload === null) {
      inputs[this.valid] = 0;
      this.scramble(inputs);
      return;
    }
    let from = 0;
    for (const slot of this.slots) {
      for (let word = 0; word < slot.words; word += 1) inputs[slot.word + word] = payload[from + word] ?? 0;
      from += slot.words;
    }
    inputs[this.valid] = 1;
    this.offered = true;
  }

  /** Withdraws what is on offer: only reset may do so. */
  reset(inputs: Uint32Array): void {
    this.offered = false;
    inputs[this.valid] = 0;
    this.scramble(inputs);
  }

  /** A payload without valid means nothing, so it is noise: hardware that looks at it all the same is found out. */
  private scramble(inputs: Uint32Array): void {
    for (const slot of this.slots) {
      for (let word = 0; word < slot.words; word += 1) {
        this.noise ^= this.noise << 13;
        this.noise ^= this.noise >>> 17;
        this.noise ^= this.noise << 5;
        const last = word === slot.words - 1;
        inputs[slot.word + word] = last ? (this.noise & lastWordMask(slot.width)) >>> 0 : this.noise;
      }
    }
  }
}

/** Takes transfers from a channel out of the block, ready as a pattern says. */
export class ChannelSink {
  readonly slots: readonly PortSlot[];
  taken = 0;
  private readonly valid: number;
  private readonly ready: number;

  constructor(layout: PortLayout, ports: ChannelPorts) {
    this.slots = ports.payload.map((name) => outputSlot(layout, name));
    this.valid = outputSlot(layout, ports.valid).word;
    this.ready = inputSlot(layout, ports.ready).word;
  }

  /** Sets ready for the next cycle. Returns whether a transfer happened in the cycle before; its payload is in `outputs`. */
  drive(inputs: Uint32Array, outputs: Uint32Array, pattern: RunLengths): boolean {
    const transfer = inputs[this.ready] !== 0 && outputs[this.valid] !== 0;
    if (transfer) this.taken += 1;
    inputs[this.ready] = pattern.next() ? 1 : 0;
    return transfer;
  }

  reset(inputs: Uint32Array): void {
    inputs[this.ready] = 0;
  }
}
