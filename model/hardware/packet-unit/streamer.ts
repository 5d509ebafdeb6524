/** The streamer: sends frames on with their tags, and counts them. Source: `docs/systems/packet-unit.md`, "Streamer" and "Counters". */
import { frameLengthWidth, type PacketUnitParameters } from '../../../rtl/packet-unit/interface.ts';
import type { Buffer } from '../primitives/buffer.ts';
import type { Queue } from '../primitives/queue.ts';
import { type Beat, bytesOf, copyBeat, type OutputBeat, type Tag } from './entries.ts';
import { place, type Registers } from './registers.ts';

const lengthMask = 2 ** frameLengthWidth - 1;

/** `m_axis_tuser`: hash, chain number, hash type, chain start, then the mask from bit 52 on. */
const writeUser = (tag: Tag, user: Uint32Array): void => {
  user[0] = tag.hash;
  user[1] = tag.number | (tag.hashType << 16) | (tag.start << 19) | (tag.mask << 20);
  if (user.length > 2) user[2] = tag.mask >>> 12;
};

export class Streamer {
  readonly #registers: Registers;
  readonly #clients: number;
  #length = 0;
  /** A frame that left in the cycle before, to be counted in this one. */
  readonly #counted = { present: false, wanted: 0, mask: 0, start: 0, bytes: 0 };

  constructor({ clients }: PacketUnitParameters, registers: Registers) {
    this.#clients = clients;
    this.#registers = registers;
  }

  reset(): void {
    this.#length = 0;
    this.#counted.present = false;
  }

  /** A frame is yet to be counted. */
  get counts(): boolean {
    return this.#counted.present;
  }

  step(frames: Queue<Beat>, tags: Buffer<Tag>, output: Buffer<OutputBeat>): void {
    this.#count();
    if (!frames.valid || !tags.valid) return;
    const tag = tags.front;
    if (tag.mask !== 0 && !output.ready) return;
    const beat = frames.pop();
    if (tag.mask !== 0) {
      const sent = output.push();
      copyBeat(beat, sent);
      sent.destination = tag.client;
      writeUser(tag, sent.user);
    }
    this.#length = (this.#length + bytesOf(beat)) & lengthMask;
    if (beat.last === 0) return;
    tags.pop();
    const counted = this.#counted;
    counted.present = true;
    counted.wanted = tag.wanted;
    counted.mask = tag.mask;
    counted.start = tag.start;
    counted.bytes = this.#length;
    this.#length = 0;
  }

  #count(): void {
    const counted = this.#counted;
    if (!counted.present) return;
    counted.present = false;
    const { words } = this.#registers;
    for (let client = 0; client < this.#clients; client += 1) {
      const bit = 1 << client;
      if (counted.mask & bit) {
        words[place.client_packets + client]! += 1;
        words[place.client_chains + client]! += counted.start;
        this.#registers.addWide(place.client_bytes + 2 * client, counted.bytes);
      } else if (counted.wanted & bit) {
        words[place.client_drops + client]! += 1;
      }
    }
  }
}
