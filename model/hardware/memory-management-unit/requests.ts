/** Requests as they come from the processor and go to memories. Source: Arm IHI 0022, A2.2 and A3.4. */
import type { HeldBeat, OutputRegister } from '../primitives/channels.ts';
import { type Geometry, pageBytes } from './geometry.ts';

export interface Burst {
  readonly id: number;
  readonly address: number;
  /** Beats less one. */
  readonly length: number;
  readonly size: number;
  readonly burst: number;
  readonly lock: number;
  /** Cache, prot, qos and region. */
  readonly rest: readonly number[];
}

/** What a processor asks: its address is virtual. */
export interface Request extends Burst {
  readonly domain: number;
}

export const burstTypes = { fixed: 0, increment: 1, wrap: 2 } as const;

export const pageOf = ({ address }: Burst): number => Math.floor(address / pageBytes);
export const privileged = ({ rest }: Burst): boolean => (rest[1]! & 1) !== 0;
export const fetches = ({ rest }: Burst): boolean => (rest[1]! & 4) !== 0;

/** What the walker and the keeper ask with: cache 3, the rest 0. */
export const ownRest: readonly number[] = [3, 0, 0, 0];

const addressAt = (word: (index: number) => number, words: number): number =>
  word(1) + (words > 1 ? word(2) * 2 ** 32 : 0);

/** A held request, which remembers its domain. */
export class HeldRequest {
  readonly beat: HeldBeat;
  readonly #words: number;
  readonly #user: number | undefined;
  #domain = 0;

  /**
   * @param words of the address
   * @param user the word of the user signal, where the domain comes in it
   */
  constructor(beat: HeldBeat, words: number, user: number | undefined) {
    this.beat = beat;
    this.#words = words;
    this.#user = user;
  }

  look(inputs: Uint32Array, domain: number): void {
    if (this.beat.full === 0) this.#domain = this.#user === undefined ? domain : inputs[this.#user]!;
    this.beat.look(inputs);
  }

  /** The candidate. */
  get request(): Request {
    const word = (index: number): number => this.beat.word(index);
    const after = 1 + this.#words;
    return {
      id: word(0),
      domain: this.#domain,
      address: addressAt(word, this.#words),
      length: word(after),
      size: word(after + 1),
      burst: word(after + 2),
      lock: word(after + 3),
      rest: [4, 5, 6, 7].map((index) => word(after + index)),
    };
  }
}

/** Loads an address channel's register. */
export const loadRequest = (register: OutputRegister, geometry: Geometry, request: Burst): void => {
  const { image } = register;
  const { id, address, length, size, burst, lock, rest } = request;
  let at = register.place.at;
  image[at++] = id;
  image[at++] = address % 2 ** 32;
  if (geometry.physicalWords > 1) image[at++] = Math.floor(address / 2 ** 32);
  for (const value of [length, size, burst, lock, ...rest]) image[at++] = value;
  register.fill();
};

/** The byte lanes that a beat uses, from the first to the last (A3.4.1, A3.4.3). */
export const lanesOf = (
  { address, length, size, burst }: Burst,
  beat: number,
  beatBytes: number,
): { readonly first: number; readonly last: number } => {
  const bytes = 2 ** size;
  const aligned = address - (address % bytes);
  let at = address;
  if (beat > 0 && burst !== burstTypes.fixed) {
    at = aligned + beat * bytes;
    const container = bytes * (length + 1);
    if (burst === burstTypes.wrap && at >= address - (address % container) + container) at -= container;
  }
  return { first: at % beatBytes, last: (at - (at % bytes) + bytes - 1) % beatBytes };
};
