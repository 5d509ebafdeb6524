/** Requests to read, and how they are launched. Source: `docs/systems/memory-path.md`, "Reads". */
import { lineBytes } from '../../../rtl/memory-path/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';
import { blockInLine, newRequest, readRequest } from './bursts.ts';
import { Cutter } from './cutter.ts';
import { blockAddress, type Geometry } from './geometry.ts';
import type { Decoded, Keys } from './keys.ts';
import { type ClearedRegister, nextAfter } from './output.ts';
import type { Scanner } from './scanner.ts';
import { purposes, type ReadSlot, type ReadSlots, refused } from './slots.ts';
import type { MergeRead } from './writes.ts';

const sources = { candidate: 0, cutter: 1, merge: 2, scanner: 3 } as const;
/** What the scanner asks with: lock, cache, prot, qos, region. */
const scannerRest = Uint32Array.of(0, 3, 0, 0, 0);
const incrementing = 1;

export class Reads {
  readonly cutter = new Cutter();
  readonly #candidate: HeldBeat;
  readonly #user: () => number | undefined;
  readonly #register: ClearedRegister;
  readonly #slots: ReadSlots;
  readonly #keys: Keys;
  readonly #scanner: Scanner;
  readonly #geometry: Geometry;
  readonly #request = newRequest();
  #decoded: Decoded | undefined;
  #launchLast = 0;
  /** Decisions of this cycle. */
  #winner = -1;
  #loads = false;

  constructor(
    candidate: HeldBeat,
    user: () => number | undefined,
    register: ClearedRegister,
    slots: ReadSlots,
    keys: Keys,
    scanner: Scanner,
    geometry: Geometry,
  ) {
    this.#candidate = candidate;
    this.#user = user;
    this.#register = register;
    this.#slots = slots;
    this.#keys = keys;
    this.#scanner = scanner;
    this.#geometry = geometry;
  }

  reset(): void {
    this.cutter.reset();
    this.#launchLast = 0;
  }

  /** Whether the merge read that asked is launched in this cycle. */
  get mergeWins(): boolean {
    return this.#winner === sources.merge;
  }

  /** @param writing the key slot of the current write, if it is encrypted */
  decide(inputs: Uint32Array, mergeAsks: boolean, writing: number | undefined): void {
    const { cutter } = this;
    const free = this.#register.free(inputs);
    this.#look();
    const decoded = this.#decoded;
    const waits = decoded?.committed && decoded.key !== writing;
    const kind = waits ? undefined : decoded?.class;
    const apart = !cutter.active || cutter.id !== this.#request.id;
    const offers = [
      apart && (kind === refused || (kind === 0 && free)),
      cutter.active && free,
      mergeAsks && free,
      this.#scanner.asks && free,
    ];
    this.#winner = this.#slots.free ? nextAfter(this.#launchLast, offers) : -1;
    const cutterFree = !cutter.active || (this.#winner === sources.cutter && cutter.last);
    this.#loads = kind !== undefined && kind > 0 && cutterFree;
  }

  #look(): void {
    this.#decoded = undefined;
    if (!this.#candidate.has) return;
    const { processorAddressWords, addressWidth } = this.#geometry;
    readRequest(this.#request, this.#candidate, processorAddressWords, addressWidth, this.#user());
    this.#decoded = this.#keys.decode(this.#request.form);
  }

  /** The edge. Returns whether the candidate moved, and whether it was refused. */
  edge(inputs: Uint32Array, merge: MergeRead | undefined): { readonly moved: boolean; readonly refused: boolean } {
    this.#register.settle(inputs);
    if (this.#winner >= 0) this.#launchLast = this.#winner;
    const wins = this.#winner === sources.candidate;
    const isRefused = wins && this.#decoded!.class === refused;
    if (wins) this.#enter(isRefused);
    else if (this.#winner === sources.cutter) this.#cut();
    else if (this.#winner === sources.merge) this.#merge(merge!);
    else if (this.#winner === sources.scanner) this.#scan();
    if (this.#loads) this.cutter.load(this.#request, this.#decoded!.class, this.#decoded!.key);
    return { moved: wins || this.#loads, refused: isRefused };
  }

  #enter(isRefused: boolean): void {
    const { id, address, length, size, burst, rest } = this.#request;
    if (isRefused) {
      this.#slots.use({ class: refused, id, left: length });
      return;
    }
    this.#slots.use({ class: 0, id, expected: 1 });
    this.#ask(id, address, length, size, burst, rest, rest[0]!);
  }

  /** A burst of whole blocks of one line. */
  #askBlocks(id: number, address: number, beats: number, rest: Uint32Array): void {
    this.#ask(id, blockAddress(address), beats - 1, this.#geometry.wholeBeat, incrementing, rest, 0);
  }

  #cut(): void {
    const { cutter } = this;
    const { walk } = cutter;
    const { beats, last } = walk.piece();
    this.#askBlocks(
      cutter.id,
      walk.address,
      this.#piece(walk.address, last, cutter.channel, cutter.key, {
        id: cutter.id,
        size: walk.size,
        offset: walk.address % lineBytes,
        left: beats - 1,
        final: cutter.last,
        poisoned: cutter.poisoned,
      }),
      cutter.rest,
    );
    cutter.launched();
  }

  #merge({ first, last, channel, key, piece, rest }: MergeRead): void {
    const id = this.#geometry.own;
    this.#askBlocks(id, first, this.#piece(first, last, channel, key, { id, purpose: purposes.merge, piece }), rest);
  }

  #scan(): void {
    const id = this.#geometry.own + 1;
    const { next: first, class: channel, key } = this.#scanner;
    const last = first + lineBytes - 1;
    this.#askBlocks(id, first, this.#piece(first, last, channel, key, { id, purpose: purposes.scan }), scannerRest);
    this.#scanner.launched();
  }

  /** Uses a slot for the blocks from one address to another; returns their memory beats. */
  #piece(first: number, last: number, channel: number, key: number, values: Partial<ReadSlot>): number {
    const expected = this.#geometry.beatsOf(first, last);
    this.#slots.use({
      class: channel,
      key,
      expected,
      unit: this.#geometry.unitOf(first),
      block: this.#geometry.blockInUnit(first),
      blocks: blockInLine(last) - blockInLine(first) + 1,
      ...values,
    });
    return expected;
  }

  #ask(
    id: number,
    address: number,
    length: number,
    size: number,
    burst: number,
    rest: Uint32Array,
    lock: number,
  ): void {
    writeRequest(this.#register, this.#geometry, id, address, length, size, burst, rest, lock);
  }
}

/** Loads an address channel's register. */
export const writeRequest = (
  register: ClearedRegister,
  geometry: Geometry,
  id: number,
  address: number,
  length: number,
  size: number,
  burst: number,
  rest: Uint32Array,
  lock: number,
): void => {
  const { image } = register;
  let at = register.place.at;
  image[at++] = id;
  image[at++] = address % 2 ** 32;
  if (geometry.addressWords > 1) image[at++] = Math.floor(address / 2 ** 32);
  image[at++] = length;
  image[at++] = size;
  image[at++] = burst;
  image[at++] = lock;
  for (let index = 1; index < 5; index += 1) image[at++] = rest[index]!;
  register.fill();
};
