/** The addresses of bursts, and how they are cut. Source: `docs/systems/memory-path.md`, "Reads"; Arm IHI 0022, A3.4.1. */
import { blockBytes, lineBytes } from '../../../rtl/memory-path/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';

export const burstTypes = { fixed: 0, increment: 1, wrap: 2 } as const;

/** What a request asks for; `address` is that of memory. */
export interface Request {
  id: number;
  form: number;
  address: number;
  length: number;
  size: number;
  burst: number;
  /** The words of lock, cache, prot, qos and region, as they came. */
  readonly rest: Uint32Array;
}

export const newRequest = (): Request => ({
  id: 0,
  form: 0,
  address: 0,
  length: 0,
  size: 0,
  burst: 0,
  rest: new Uint32Array(5),
});

/** Reads a request from a channel's candidate, whose address has `addressWords` words and the form above `addressWidth` bits. */
export const readRequest = (
  request: Request,
  beat: HeldBeat,
  addressWords: number,
  addressWidth: number,
  user: number | undefined,
): void => {
  const whole = beat.word(1) + (addressWords > 1 ? beat.word(2) * 2 ** 32 : 0);
  const limit = 2 ** addressWidth;
  request.id = beat.word(0);
  request.address = whole % limit;
  request.form = user ?? Math.floor(whole / limit);
  request.length = beat.word(1 + addressWords);
  request.size = beat.word(2 + addressWords);
  request.burst = beat.word(3 + addressWords);
  for (let index = 0; index < 5; index += 1) request.rest[index] = beat.word(4 + addressWords + index);
};

export const lineOf = (address: number): number => Math.floor(address / lineBytes);
/** A block's index in its line. */
export const blockInLine = (address: number): number => Math.floor(address / blockBytes) % (lineBytes / blockBytes);

/** A walk over the addresses of a burst's beats. */
export class Walk {
  address = 0;
  /** Beats to come, the one at `address` among them. */
  left = 0;
  size = 0;
  burst = 0;
  #low = 0;
  #high = 0;

  begin(request: Request): void {
    this.address = request.address;
    this.left = request.length + 1;
    this.size = request.size;
    this.burst = request.burst;
    const container = 2 ** request.size * (request.length + 1);
    this.#low = request.address - (request.address % container);
    this.#high = this.#low + container;
  }

  /** The address of the beat that follows one at this address. */
  after(address: number): number {
    if (this.burst === burstTypes.fixed) return address;
    const bytes = 2 ** this.size;
    const next = address - (address % bytes) + bytes;
    return this.burst === burstTypes.wrap && next === this.#high ? this.#low : next;
  }

  /** Whether the beat at the address and the one after it belong to one piece. */
  continues(address: number): boolean {
    const next = this.after(address);
    return next > address && lineOf(next) === lineOf(address);
  }

  /** Beats of the next piece, and the address of its last. */
  piece(): { readonly beats: number; readonly last: number } {
    let beats = 1;
    let last = this.address;
    while (beats < this.left && this.continues(last)) {
      last = this.after(last);
      beats += 1;
    }
    return { beats, last };
  }

  /** Goes on by so many beats, the last of them at this address. */
  pass(beats: number, last: number): void {
    this.left -= beats;
    this.address = this.after(last);
  }
}
