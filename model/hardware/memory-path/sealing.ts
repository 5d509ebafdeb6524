/** How write pieces become sealed, and go to memory. Source: `docs/systems/memory-path.md`, "Writes". */
import {
  aesLatency,
  blockBytes,
  channels,
  lineBytes,
  type MemoryPathParameters,
  memoryIdWidth,
  princeLatency,
} from '../../../rtl/memory-path/interface.ts';
import { burstTypes } from './bursts.ts';
import type { MergeTarget } from './deliveries.ts';
import { Engines } from './engine.ts';
import { type Geometry, writeBytes } from './geometry.ts';
import type { Keys } from './keys.ts';
import type { ClearedRegister } from './output.ts';
import { pieceStates, type WritePiece } from './pieces.ts';
import { writeRequest } from './reads.ts';
import { tweakStates } from './slots.ts';
import type { MergeRead, Writes } from './writes.ts';

const poisonedResponse = 2;
const went = { plain: 0, piece: 1 } as const;

export class Sealing implements MergeTarget {
  readonly #writes: Writes;
  readonly #address: ClearedRegister;
  readonly #data: ClearedRegister;
  readonly #keys: Keys;
  readonly #geometry: Geometry;
  readonly #engines: Engines;
  readonly #ownIdentifier: number;
  readonly #princeLatency: number;
  /** Indices of the next piece to look at for merging, to encrypt, and to launch. */
  #mergeNext = 0;
  #encryptNext = 0;
  #writeNext = 0;
  #wentLast: number = went.piece;
  /** The piece that owns the W side, and its next beat. */
  #owner: WritePiece | undefined;
  #beat = 0;
  /** Decisions of this cycle. */
  #fills = false;
  merge: MergeRead | undefined;
  #takes = false;
  #sends = false;
  #drops = false;
  #goes = false;

  constructor(
    writes: Writes,
    address: ClearedRegister,
    data: ClearedRegister,
    keys: Keys,
    geometry: Geometry,
    parameters: MemoryPathParameters,
  ) {
    this.#writes = writes;
    this.#address = address;
    this.#data = data;
    this.#keys = keys;
    this.#geometry = geometry;
    this.#engines = new Engines(parameters.unrolled);
    this.#ownIdentifier = 2 ** (memoryIdWidth(parameters) - 1);
    this.#princeLatency = princeLatency(parameters);
  }

  reset(): void {
    this.#engines.reset();
    this.#mergeNext = 0;
    this.#encryptNext = 0;
    this.#writeNext = 0;
    this.#wentLast = went.piece;
    this.#owner = undefined;
    this.#beat = 0;
  }

  #at(index: number): WritePiece {
    return this.#writes.pieces.items[index]!;
  }

  #after(index: number): number {
    return this.#writes.pieces.after(index);
  }

  #beats(piece: WritePiece): number {
    return (piece.last - piece.first + 1) * this.#geometry.beatsPerBlock;
  }

  decide(inputs: Uint32Array, now: number): void {
    this.#decideMerge();
    const piece = this.#at(this.#encryptNext);
    const known = piece.tweakState === tweakStates.asked && piece.tweakFrom <= now;
    this.#takes = piece.valid && piece.state === pieceStates.filled && known && this.#engines.takes(piece.channel, now);
    this.#decideLaunch(inputs, now);
  }

  #decideMerge(): void {
    const piece = this.#at(this.#mergeNext);
    this.#fills = false;
    this.merge = undefined;
    if (!piece.valid || piece.state !== pieceStates.collected) return;
    const { pieces } = this.#writes;
    // The oldest is this one, or one that must be answered first.
    if (pieces.oldest((other) => other === piece || (other.valid && other.meets(piece))) !== piece) return;
    if (!piece.partial) {
      this.#fills = true;
      return;
    }
    const { address: first, channel, key } = piece;
    const last = piece.line * lineBytes + piece.last * blockBytes;
    this.merge = { first, last, channel, key, piece: this.#mergeNext, rest: piece.burst.rest };
  }

  #decideLaunch(inputs: Uint32Array, now: number): void {
    const piece = this.#at(this.#writeNext);
    const owner = this.#owner;
    this.#sends = owner !== undefined && this.#data.free(inputs);
    const lastSent = this.#sends && this.#beat === this.#beats(owner!) - 1;
    const sideFree = !this.#writes.plainOwns && (owner === undefined || lastSent);
    const plainCould = this.#writes.look(inputs, sideFree);
    const sealed = piece.valid && piece.state === pieceStates.taken && now >= piece.sealedFrom;
    this.#drops = sealed && (piece.burst.poisoned || piece.failed !== 0);
    const could = sealed && !this.#drops && this.#address.free(inputs) && sideFree;
    this.#goes = could && !(plainCould && this.#wentLast === went.piece);
    this.#writes.decide(inputs, this.#goes, owner !== undefined);
    if (this.#goes) this.#wentLast = went.piece;
    else if (plainCould) this.#wentLast = went.plain;
  }

  /** The edge. Returns whether a block was taken for encryption. Before the requests and data of the processor move. */
  edge(inputs: Uint32Array, now: number, mergeWins: boolean): boolean {
    this.#address.settle(inputs);
    this.#data.settle(inputs);
    if (this.#sends) this.#send(this.#owner!);
    const next = this.#at(this.#writeNext);
    if (this.#drops) this.answer(next, next.burst.poisoned ? poisonedResponse : next.failed);
    if (this.#goes) this.#launch(next);
    if (this.#drops || this.#goes) this.#writeNext = this.#after(this.#writeNext);
    if (this.#takes) this.#encrypt(this.#at(this.#encryptNext), now);
    if (this.#fills || mergeWins) {
      this.#at(this.#mergeNext).state = this.#fills ? pieceStates.filled : pieceStates.merging;
      this.#mergeNext = this.#after(this.#mergeNext);
    }
    this.#engines.edge(now);
    return this.#takes;
  }

  merged(index: number, block: number, data: Uint8Array, response: number, last: boolean): void {
    const piece = this.#at(index);
    piece.old.set(data, block * blockBytes);
    piece.failed = Math.max(piece.failed, response);
    if (last) piece.state = pieceStates.filled;
  }

  /** A piece is answered at this edge. */
  answer(piece: WritePiece, response: number): void {
    piece.valid = false;
    piece.burst.pieces -= 1;
    piece.burst.response = Math.max(piece.burst.response, response);
  }

  #encrypt(piece: WritePiece, now: number): void {
    const block = piece.next;
    const plain = piece.plain(block);
    piece.sealed.set(this.#keys.cipher(piece.key).encrypt(plain, piece.tweak, piece.base + block), block * blockBytes);
    this.#engines.take(piece.channel);
    piece.next += 1;
    if (block < piece.last) return;
    piece.state = pieceStates.taken;
    piece.sealedFrom = now + (piece.channel === channels.prince ? this.#princeLatency : aesLatency) + 1;
    this.#encryptNext = this.#after(this.#encryptNext);
  }

  #launch(piece: WritePiece): void {
    piece.state = pieceStates.launched;
    const id = this.#ownIdentifier + this.#writeNext;
    const { wholeBeat } = this.#geometry;
    const { rest } = piece.burst;
    const length = this.#beats(piece) - 1;
    writeRequest(this.#address, this.#geometry, id, piece.address, length, wholeBeat, burstTypes.increment, rest, 0);
    this.#owner = piece;
    this.#beat = 0;
  }

  /** Loads the owner's next beat. */
  #send(piece: WritePiece): void {
    const { image, place } = this.#data;
    const { beatBytes, beatWords, beatsPerBlock } = this.#geometry;
    const block = piece.first + Math.floor(this.#beat / beatsPerBlock);
    const at = piece.first * blockBytes + this.#beat * beatBytes;
    const blank = piece.blank(block);
    if (blank) image.fill(0, place.at, place.at + beatWords);
    else writeBytes(image, place.at, piece.sealed.subarray(at, at + beatBytes));
    image[place.at + beatWords] = blank ? 0 : 2 ** beatBytes - 1;
    const last = this.#beat === this.#beats(piece) - 1;
    image[place.at + beatWords + 1] = Number(last);
    this.#data.fill();
    this.#beat += 1;
    if (last) this.#owner = undefined;
  }
}
