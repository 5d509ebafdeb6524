/** Channels of AXI and the registers that hold their payloads: output registers and held beats of the block specifications. */
import { type PortLayout, wordOf } from './ports.ts';

/** Where a channel lies in the records: payload from `at` on, `words` of it, then valid. */
export interface ChannelPlace {
  readonly at: number;
  readonly words: number;
  readonly valid: number;
  /** In the record of the other direction. */
  readonly ready: number;
}

/** The place of a channel whose first payload signal is `first`; `from` is the side that holds its valid. */
export const placeChannel = (
  layout: PortLayout,
  from: 'inputs' | 'outputs',
  channel: string,
  first: string,
): ChannelPlace => {
  const at = wordOf(layout[from], `${channel}${first}`);
  const valid = wordOf(layout[from], `${channel}valid`);
  const ready = wordOf(layout[from === 'inputs' ? 'outputs' : 'inputs'], `${channel}ready`);
  return { at, words: valid - at, valid, ready };
};

/** An output register of a channel: its payload and valid lie in the record of outputs. */
export class OutputRegister {
  full = 0;
  /** The slot that it remembers. */
  slot = 0;
  readonly image: Uint32Array;
  readonly place: ChannelPlace;

  constructor(image: Uint32Array, place: ChannelPlace) {
    this.image = image;
    this.place = place;
  }

  reset(): void {
    this.full = 0;
    this.slot = 0;
  }

  /** Its handshake is in this cycle. */
  taken(inputs: Uint32Array): boolean {
    return this.full !== 0 && inputs[this.place.ready] !== 0;
  }

  free(inputs: Uint32Array): boolean {
    return this.full === 0 || inputs[this.place.ready] !== 0;
  }

  /** The device has not taken what is of this slot; as a mask of slots. */
  pending(inputs: Uint32Array): number {
    return this.full !== 0 && inputs[this.place.ready] === 0 ? 1 << this.slot : 0;
  }

  load(source: Uint32Array, from: number): void {
    const { at, words } = this.place;
    for (let word = 0; word < words; word += 1) this.image[at + word] = source[from + word]!;
    this.fill();
  }

  /** Marks it as full, its payload having been written. */
  fill(): void {
    this.full = 1;
    this.image[this.place.valid] = 1;
  }

  empty(): void {
    this.full = 0;
    this.image[this.place.valid] = 0;
  }
}

/** A beat held where it came in, and the candidate: it, or what comes in this cycle. */
export class HeldBeat {
  full = 0;
  readonly held: Uint32Array;
  readonly place: ChannelPlace;
  readonly image: Uint32Array;
  /** The candidate of this cycle: whether there is one, and where it lies. */
  has = false;
  source: Uint32Array;
  from = 0;

  constructor(image: Uint32Array, place: ChannelPlace) {
    this.place = place;
    this.image = image;
    this.held = new Uint32Array(place.words);
    this.source = this.held;
  }

  reset(): void {
    this.full = 0;
    this.held.fill(0);
    this.has = false;
    this.image[this.place.ready] = 1;
  }

  look(inputs: Uint32Array): void {
    if (this.full !== 0) {
      this.has = true;
      this.source = this.held;
      this.from = 0;
    } else {
      this.has = inputs[this.place.valid] !== 0;
      this.source = inputs;
      this.from = this.place.at;
    }
  }

  word(index: number): number {
    return this.source[this.from + index]!;
  }

  /** The edge at which the candidate stays or comes to be held. */
  keep(): void {
    if (this.full !== 0) return;
    const { words } = this.place;
    for (let word = 0; word < words; word += 1) this.held[word] = this.source[this.from + word]!;
    this.full = 1;
    this.image[this.place.ready] = 0;
  }

  /** The edge at which the candidate, if held, leaves. */
  empty(): void {
    if (this.full === 0) return;
    this.full = 0;
    this.image[this.place.ready] = 1;
  }
}
