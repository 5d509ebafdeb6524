/** Requests to write and their data. Source: `docs/systems/memory-path.md`, "Writes". */
import { lineBytes, type MemoryPathParameters } from '../../../rtl/memory-path/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';
import { blockInLine, burstTypes, lineOf, newRequest, readRequest, Walk } from './bursts.ts';
import { bytesOf, type Geometry } from './geometry.ts';
import type { Decoded, Keys } from './keys.ts';
import type { ClearedRegister } from './output.ts';
import { newBurst, pieceStates, Ring, type WriteBurst, WritePiece } from './pieces.ts';
import { writeRequest } from './reads.ts';
import { refused } from './slots.ts';

/** A read that a write of a part of a block needs. */
export interface MergeRead {
  /** Addresses in its first and last block. */
  readonly first: number;
  readonly last: number;
  readonly channel: number;
  readonly key: number;
  /** Index of the piece. */
  readonly piece: number;
  readonly rest: Uint32Array;
}

/** Plain, refused, or encrypted by any channel. */
const sort = (kind: number): number => Math.sign(kind);

export class Writes {
  readonly bursts: Ring<WriteBurst>;
  readonly pieces: Ring<WritePiece>;
  readonly #request: HeldBeat;
  readonly #beat: HeldBeat;
  readonly #user: () => number | undefined;
  readonly #address: ClearedRegister;
  readonly #data: ClearedRegister;
  readonly #keys: Keys;
  readonly #geometry: Geometry;
  readonly #asked = newRequest();
  readonly #walk = new Walk();
  /** The current write, if active; and the piece that it goes on with, if any. */
  #current: WriteBurst | undefined;
  #piece: WritePiece | undefined;
  /** A plain write owns the W side. */
  plainOwns = false;
  /** Decisions of this cycle. */
  #decoded: Decoded | undefined;
  #could = false;
  enters = false;
  #moves = false;

  constructor(
    request: HeldBeat,
    user: () => number | undefined,
    beat: HeldBeat,
    address: ClearedRegister,
    data: ClearedRegister,
    keys: Keys,
    geometry: Geometry,
    { writes }: MemoryPathParameters,
  ) {
    this.#request = request;
    this.#user = user;
    this.#beat = beat;
    this.#address = address;
    this.#data = data;
    this.#keys = keys;
    this.#geometry = geometry;
    this.bursts = new Ring(writes, newBurst);
    this.pieces = new Ring(writes, () => new WritePiece());
  }

  reset(): void {
    for (const burst of this.bursts.items) Object.assign(burst, newBurst());
    for (const piece of this.pieces.items) piece.valid = false;
    this.bursts.tail = 0;
    this.pieces.tail = 0;
    this.#current = undefined;
    this.#piece = undefined;
    this.plainOwns = false;
  }

  /** Whether any burst or piece is in flight. */
  get busy(): boolean {
    return this.bursts.items.some(({ valid }) => valid) || this.pieces.items.some(({ valid }) => valid);
  }

  /** The key slot of the current write, if it is encrypted. */
  get currentKey(): number | undefined {
    const burst = this.#current;
    return burst !== undefined && burst.class > 0 ? burst.key : undefined;
  }

  uses(key: number): boolean {
    if (this.currentKey === key) return true;
    return this.pieces.items.some((piece) => piece.valid && piece.key === key);
  }

  /** Whether a plain candidate could enter, if no piece went first. Needs the state of the W side. */
  look(inputs: Uint32Array, sideFree: boolean): boolean {
    this.#decoded = undefined;
    this.#could = false;
    if (!this.#request.has) return false;
    const { processorAddressWords, addressWidth } = this.#geometry;
    readRequest(this.#asked, this.#request, processorAddressWords, addressWidth, this.#user());
    const decoded = this.#keys.decode(this.#asked.form);
    this.#decoded = decoded;
    const { id } = this.#asked;
    this.#could =
      !decoded.committed &&
      this.#current === undefined &&
      !this.bursts.next.valid &&
      !this.bursts.items.some((burst) => burst.valid && burst.id === id && sort(burst.class) !== sort(decoded.class)) &&
      (decoded.class !== 0 || (this.#address.free(inputs) && sideFree));
    return this.#could && decoded.class === 0;
  }

  /**
   * @param pieceGoes whether a piece is launched in this cycle
   * @param pieceOwns whether one owns the W side
   */
  decide(inputs: Uint32Array, pieceGoes: boolean, pieceOwns: boolean): void {
    const entering = this.#decoded;
    this.enters = this.#could && !(entering!.class === 0 && pieceGoes);
    const kind = this.#current !== undefined ? this.#current.class : this.enters ? entering!.class : undefined;
    this.#moves = false;
    if (!this.#beat.has || kind === undefined) return;
    if (kind === refused) this.#moves = true;
    else if (kind === 0) this.#moves = this.#data.free(inputs) && !pieceOwns;
    else this.#moves = this.#piece !== undefined || !this.pieces.next.valid;
  }

  /** Whether a request is refused at this edge. */
  get refuses(): boolean {
    return this.enters && this.#decoded!.class === refused;
  }

  edge(): void {
    if (this.enters) this.#enter(this.#decoded!);
    if (this.#request.has) {
      if (this.enters) this.#request.empty();
      else this.#request.keep();
    }
    if (this.#moves) this.#move(this.#current!);
    if (this.#beat.has) {
      if (this.#moves) this.#beat.empty();
      else this.#beat.keep();
    }
  }

  #enter(decoded: Decoded): void {
    const { id, address, length, size, burst: type, rest } = this.#asked;
    const burst = this.bursts.next;
    this.bursts.advance();
    Object.assign(burst, { valid: true, class: decoded.class, id, key: decoded.key, pieces: 0, closed: false });
    burst.poisoned = false;
    burst.response = decoded.class === refused ? 3 : 0;
    burst.rest.set(rest);
    this.#current = burst;
    this.#piece = undefined;
    this.#walk.begin(this.#asked);
    if (decoded.class !== 0) return;
    writeRequest(this.#address, this.#geometry, id, address, length, size, type, rest, rest[0]!);
    this.plainOwns = true;
  }

  #move(burst: WriteBurst): void {
    const walk = this.#walk;
    if (burst.class === 0) this.#data.load(this.#beat.source, this.#beat.from);
    else if (burst.class > 0) this.#collect(burst);
    const last = walk.left === 1;
    walk.pass(1, walk.address);
    if (!last) return;
    burst.closed = true;
    this.#current = undefined;
    if (burst.class === 0) this.plainOwns = false;
  }

  #collect(burst: WriteBurst): void {
    const walk = this.#walk;
    const { address } = walk;
    const block = blockInLine(address);
    const piece = this.#piece ?? this.#begin(burst, address, block);
    const { beatBytes, beatWords } = this.#geometry;
    const place = (address % lineBytes) - (address % beatBytes);
    const data = bytesOf(this.#beat.source, this.#beat.from, beatWords);
    const strobes = this.#beat.word(beatWords);
    for (let index = 0; index < beatBytes; index += 1) {
      if (((strobes >>> index) & 1) === 0) continue;
      piece.strobes[place + index] = 1;
      piece.data[place + index] = data[index]!;
    }
    piece.last = block;
    const ends = walk.left === 1 || walk.burst === burstTypes.fixed || !walk.continues(address);
    if (ends) piece.state = pieceStates.collected;
    this.#piece = ends ? undefined : piece;
  }

  #begin(burst: WriteBurst, address: number, block: number): WritePiece {
    const piece = this.pieces.next;
    this.pieces.advance();
    piece.valid = true;
    piece.state = pieceStates.collecting;
    piece.burst = burst;
    piece.line = lineOf(address);
    piece.first = block;
    piece.next = block;
    piece.channel = burst.class;
    piece.key = burst.key;
    piece.unit = this.#geometry.unitOf(address);
    piece.base = this.#geometry.blockInUnit(piece.line * lineBytes);
    piece.tweakState = 0;
    piece.failed = 0;
    piece.strobes.fill(0);
    burst.pieces += 1;
    return piece;
  }

  poison(): void {
    for (const burst of this.bursts.items) if (burst.valid && burst.class > 0) burst.poisoned = true;
  }
}
