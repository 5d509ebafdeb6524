/** What memory answers to reads, decrypted and delivered. Source: `docs/systems/memory-path.md`, "Reads". */
import {
  aesLatency,
  blockBytes,
  channels,
  type MemoryPathParameters,
  princeLatency,
  queueDepth,
  responses,
} from '../../../rtl/memory-path/interface.ts';
import type { HeldBeat } from '../primitives/channels.ts';
import { Engines } from './engine.ts';
import { bytesOf, type Geometry, writeBytes } from './geometry.ts';
import type { Keys } from './keys.ts';
import { type ClearedRegister, nextAfter } from './output.ts';
import { type Block, DecryptionQueue } from './queues.ts';
import type { Scanner } from './scanner.ts';
import { purposes, type ReadSlot, type ReadSlots, refused, tweakStates } from './slots.ts';

const sources = { plain: 0, aes: 1, prince: 2, refuser: 3 } as const;

/** Takes the blocks that a write of a part of them needs. */
export interface MergeTarget {
  merged(piece: number, index: number, data: Uint8Array, response: number, last: boolean): void;
}

export class Deliveries {
  readonly #candidate: HeldBeat;
  readonly #register: ClearedRegister;
  readonly #slots: ReadSlots;
  readonly #keys: Keys;
  readonly #scanner: Scanner;
  readonly #geometry: Geometry;
  readonly #engines: Engines;
  readonly #queues;
  readonly #princeLatency: number;
  #last = 0;
  /** Decisions of this cycle. */
  #slot: ReadSlot | undefined;
  #moves = false;
  #source = -1;
  #heads: readonly (Block | undefined)[] = [];
  #pops: readonly boolean[] = [];
  #refusing: ReadSlot | undefined;

  constructor(
    candidate: HeldBeat,
    register: ClearedRegister,
    slots: ReadSlots,
    keys: Keys,
    scanner: Scanner,
    geometry: Geometry,
    parameters: MemoryPathParameters,
  ) {
    this.#candidate = candidate;
    this.#register = register;
    this.#slots = slots;
    this.#keys = keys;
    this.#scanner = scanner;
    this.#geometry = geometry;
    this.#engines = new Engines(parameters.unrolled);
    this.#princeLatency = princeLatency(parameters);
    this.#queues = [new DecryptionQueue(queueDepth.aes), new DecryptionQueue(queueDepth.prince)] as const;
  }

  reset(): void {
    this.#engines.reset();
    for (const queue of this.#queues) queue.reset();
    this.#last = 0;
  }

  #queueOf(channel: number): DecryptionQueue {
    return this.#queues[channel === channels.prince ? 1 : 0];
  }

  decide(inputs: Uint32Array, now: number): void {
    this.#heads = this.#queues.map((queue) => queue.head(now));
    const merges = this.#heads.map((head) => head?.slot.purpose === purposes.merge);
    this.#pops = this.#heads.map(
      (head, index) =>
        head !== undefined && head.slot.purpose !== purposes.processor && !(index === 1 && merges[0] && merges[1]),
    );
    this.#refusing = this.#slots.oldest((slot) => slot.class === refused && this.#slots.olderAre(slot, () => false));
    const plainOffers = this.#look(now);
    const offers = [
      plainOffers,
      ...this.#heads.map((head) => head?.slot.purpose === purposes.processor),
      this.#refusing !== undefined,
    ];
    this.#source = this.#register.free(inputs) ? nextAfter(this.#last, offers) : -1;
    if (this.#source === sources.plain) this.#moves = true;
  }

  /** Finds the candidate's slot, and whether it moves without the processor's register; returns whether it asks for that. */
  #look(now: number): boolean {
    const candidate = this.#candidate;
    this.#moves = false;
    this.#slot = undefined;
    if (!candidate.has) return false;
    const id = candidate.word(0);
    const slot = this.#slots.oldest((each) => each.class !== refused && each.id === id && each.expected > 0);
    this.#slot = slot;
    if (slot === undefined) {
      this.#moves = true;
      return false;
    }
    if (!this.#slots.olderAre(slot, (older) => older.class === slot.class)) return false;
    if (slot.class === 0) {
      this.#moves = slot.purpose === purposes.scan;
      return !this.#moves;
    }
    this.#moves = !this.#completes(slot) || this.#canTake(slot, now);
    return false;
  }

  #completes(slot: ReadSlot): boolean {
    return this.#geometry.beatsPerBlock === 1 || slot.half !== undefined;
  }

  #canTake(slot: ReadSlot, now: number): boolean {
    const known = slot.tweakState === tweakStates.asked && slot.tweakFrom <= now;
    return known && this.#engines.takes(slot.class, now) && this.#queueOf(slot.class).room;
  }

  /** The edge. Returns whether a block was taken for decryption. */
  edge(inputs: Uint32Array, now: number, merges: MergeTarget): boolean {
    this.#register.settle(inputs);
    if (this.#source >= 0) this.#last = this.#source;
    if (this.#source === sources.refuser) this.#refuse(this.#refusing!);
    this.#heads.forEach((head, index) => {
      if (head === undefined) return;
      if (this.#source === sources.aes + index) this.#deliver(head);
      else if (this.#pops[index]) this.#pop(head, merges);
    });
    const taken = this.#moves && this.#slot !== undefined ? this.#receive(this.#slot, now) : false;
    if (this.#candidate.has) {
      if (this.#moves) this.#candidate.empty();
      else this.#candidate.keep();
    }
    this.#engines.edge(now);
    return taken;
  }

  #load(id: number, data: Uint8Array | undefined, response: number, last: boolean): void {
    const { image, place } = this.#register;
    const words = this.#geometry.beatWords;
    image[place.at] = id;
    if (data === undefined) image.fill(0, place.at + 1, place.at + 1 + words);
    else writeBytes(image, place.at + 1, data);
    image[place.at + 1 + words] = response;
    image[place.at + 2 + words] = Number(last);
    this.#register.fill();
  }

  #refuse(slot: ReadSlot): void {
    this.#load(slot.id, undefined, responses.decode_error, slot.left === 0);
    if (slot.left === 0) slot.valid = false;
    else slot.left -= 1;
  }

  /** Delivers the next beat of a block to the processor. */
  #deliver(head: Block): void {
    const { slot } = head;
    const { beatBytes } = this.#geometry;
    const response = slot.poisoned ? responses.subordinate_error : head.response;
    const at = (slot.offset % blockBytes) - (slot.offset % beatBytes);
    const data = response === responses.okay ? head.data.slice(at, at + beatBytes) : undefined;
    this.#load(slot.id, data, response, slot.final && slot.left === 0);
    const bytes = 2 ** slot.size;
    const next = slot.offset - (slot.offset % bytes) + bytes;
    const leaves = Math.floor(next / blockBytes) !== Math.floor(slot.offset / blockBytes);
    if (slot.left === 0 || leaves) this.#queueOf(slot.class).pop();
    if (slot.left === 0) slot.valid = false;
    slot.left -= 1;
    slot.offset = next;
  }

  /** Takes a block that is not for the processor off its queue. */
  #pop(head: Block, merges: MergeTarget): void {
    const { slot } = head;
    slot.blocks -= 1;
    const last = slot.blocks === 0;
    if (last) slot.valid = false;
    if (slot.purpose === purposes.merge) merges.merged(slot.piece, head.index, head.data, head.response, last);
    else this.#scanner.see(head.data, head.response, slot.poisoned);
    this.#queueOf(slot.class).pop();
  }

  /** Takes the candidate for its slot. Returns whether it completes a block for decryption. */
  #receive(slot: ReadSlot, now: number): boolean {
    const candidate = this.#candidate;
    const words = this.#geometry.beatWords;
    const response = candidate.word(1 + words);
    const last = candidate.word(2 + words) !== 0;
    const data = bytesOf(candidate.source, candidate.from + 1, words);
    if (slot.class > 0) return this.#collect(slot, data, response, now);
    if (slot.purpose === purposes.scan) {
      this.#scanner.see(data, response, false);
      slot.expected -= 1;
      slot.valid = slot.expected > 0;
    } else {
      this.#load(slot.id, data, response, last);
      if (last) {
        slot.expected = 0;
        slot.valid = false;
      }
    }
    return false;
  }

  #collect(slot: ReadSlot, data: Uint8Array, response: number, now: number): boolean {
    slot.expected -= 1;
    if (!this.#completes(slot)) {
      slot.half = data;
      slot.halfResponse = response;
      return false;
    }
    const block = slot.half === undefined ? data : Uint8Array.of(...slot.half, ...data);
    const worse = slot.half === undefined ? response : Math.max(response, slot.halfResponse);
    slot.half = undefined;
    this.#engines.take(slot.class);
    this.#queueOf(slot.class).push({
      slot,
      data: this.#keys.cipher(slot.key).decrypt(block, slot.tweak, slot.block),
      response: worse,
      index: slot.block % 4,
      from: now + (slot.class === channels.prince ? this.#princeLatency : aesLatency),
    });
    slot.block += 1;
    return true;
  }
}
