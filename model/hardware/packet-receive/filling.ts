/** Frames into the packet buffers, and records behind them. Source: `docs/systems/receive-engine.md`, "Filling". */
import {
  beatBytes,
  dataBeats,
  type PacketReceiveParameters,
  slotBeats,
} from '../../../rtl/packet-receive/interface.ts';
import { Buffer } from '../primitives/buffer.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import { Beat, ChainRecord, Job } from './jobs.ts';
import type { Registers } from './registers.ts';

export class Filling {
  readonly jobs = new Buffer<Job>(4, () => new Job());
  /** The two halves of the packet memory, beat by beat. */
  readonly memory: Uint32Array;
  readonly full = [false, false];
  readonly words: number;
  readonly #beats: Buffer<Beat>;
  readonly #records = new Buffer<ChainRecord>(2, () => new ChainRecord());
  readonly #registers: Registers;
  readonly #halfBeats: number;
  readonly #most: number;
  readonly #bytes: number;
  readonly #clients: number;
  readonly #at;
  #fill = 0;
  #inside = false;
  #stored = 0;
  #length = 0;
  #open = false;
  #count = 0;

  constructor(parameters: PacketReceiveParameters, layout: PortLayout, registers: Registers) {
    this.#registers = registers;
    this.words = parameters.dataWidth / 32;
    this.#halfBeats = slotBeats(parameters);
    this.#most = dataBeats(parameters);
    this.#bytes = beatBytes(parameters);
    this.#clients = parameters.clients;
    this.memory = new Uint32Array(2 * this.#halfBeats * this.words);
    this.#beats = new Buffer<Beat>(2, () => new Beat(this.words));
    const input = (name: string): number => wordOf(layout.inputs, name);
    const output = (name: string): number => wordOf(layout.outputs, name);
    this.#at = {
      data: input('s_axis_tdata'),
      keep: input('s_axis_tkeep'),
      last: input('s_axis_tlast'),
      dest: input('s_axis_tdest'),
      user: input('s_axis_tuser'),
      valid: input('s_axis_tvalid'),
      ready: output('s_axis_tready'),
      record: input('s_axis_chain_tdata'),
      recordValid: input('s_axis_chain_tvalid'),
      recordReady: output('s_axis_chain_tready'),
    };
  }

  reset(): void {
    this.jobs.reset();
    this.#beats.reset();
    this.#records.reset();
    this.full.fill(false);
    this.#fill = 0;
    this.#inside = false;
    this.#stored = 0;
    this.#length = 0;
    this.#open = false;
    this.#count = 0;
  }

  /** Nothing waits to be taken, nor to be written. */
  get idle(): boolean {
    return !this.#beats.valid && !this.#records.valid && !this.jobs.valid && !this.full.includes(true);
  }

  show(outputs: Uint32Array): void {
    outputs[this.#at.ready] = Number(this.#beats.ready);
    outputs[this.#at.recordReady] = Number(this.#records.ready);
  }

  /** The cycle, all but the edges of the buffers. The writer has not yet freed a buffer in it. */
  step(inputs: Uint32Array): void {
    const ended = this.#takeBeat();
    if (!ended) this.#takeRecord();
    this.#accept(inputs);
  }

  edge(): void {
    this.jobs.edge();
    this.#beats.edge();
    this.#records.edge();
  }

  /** @returns whether a frame's last beat was taken */
  #takeBeat(): boolean {
    if (!this.#beats.valid || this.full[this.#fill]) return false;
    const { front } = this.#beats;
    const first = !this.#inside;
    const starts = first && front.chainStart !== 0;
    if (starts && this.#open) return false;
    const last = front.last !== 0;
    if (last && !this.jobs.ready) return false;
    const beat = this.#beats.pop();
    const truncated = this.#stored === this.#most;
    if (!truncated) {
      this.memory.set(beat.data, (this.#fill * this.#halfBeats + this.#stored) * this.words);
      this.#stored += 1;
    }
    const bytes = last ? beat.bytes : this.#bytes;
    this.#length = (this.#length + bytes) & 0xffff;
    this.#inside = !last;
    if (starts) {
      this.#open = true;
      this.#count = 0;
    }
    if (!last) return false;
    this.#count = (this.#count + 1) & 0xffff;
    this.#push(beat, truncated);
    return true;
  }

  #push(beat: Beat, truncated: boolean): void {
    const job = this.jobs.push();
    job.chain = false;
    job.mask = beat.mask;
    job.buffer = this.#fill;
    job.client = beat.client;
    job.hash = beat.hash;
    job.hashType = beat.hashType;
    job.chainNumber = beat.chainNumber;
    job.chainStart = beat.chainStart;
    job.length = this.#length;
    job.stored = this.#stored;
    job.truncated = truncated;
    job.lastBytes = truncated ? this.#bytes : beat.bytes;
    if (truncated) this.#registers.countUp('truncated');
    this.full[this.#fill] = true;
    this.#fill = 1 - this.#fill;
    this.#stored = 0;
    this.#length = 0;
  }

  #takeRecord(): void {
    if (!this.#records.valid) return;
    const { packets, mask } = this.#records.front;
    if (mask === 0) {
      this.#records.pop();
      return;
    }
    if (!this.#wasOpen || this.#wasInside || this.#count !== packets || !this.jobs.ready) return;
    this.#records.pop();
    const job = this.jobs.push();
    job.chain = true;
    job.mask = mask;
    this.#open = false;
  }

  #wasOpen = false;
  #wasInside = false;

  /** What the state was at the start of the cycle. */
  look(): void {
    this.#wasOpen = this.#open;
    this.#wasInside = this.#inside;
  }

  #accept(inputs: Uint32Array): void {
    const at = this.#at;
    if (this.#beats.ready && inputs[at.valid] !== 0) {
      const beat = this.#beats.push();
      for (let word = 0; word < this.words; word += 1) beat.data[word] = inputs[at.data + word]!;
      beat.last = inputs[at.last]!;
      beat.client = inputs[at.dest]!;
      beat.hash = inputs[at.user]!;
      const upper = inputs[at.user + 1]!;
      beat.chainNumber = upper & 0xffff;
      beat.hashType = (upper >>> 16) & 7;
      beat.chainStart = (upper >>> 19) & 1;
      beat.mask = this.#maskOf(upper, inputs[at.user + 2] ?? 0);
      beat.bytes = this.#keptBytes(inputs);
    }
    if (this.#records.ready && inputs[at.recordValid] !== 0) {
      const record = this.#records.push();
      record.packets = inputs[at.record + 2]! & 0xffff;
      record.mask = (inputs[at.record + 3]! >>> 16) & (2 ** this.#clients - 1);
    }
  }

  /** The delivery mask begins at bit 52 of `tuser`. */
  #maskOf(upper: number, top: number): number {
    return ((upper >>> 20) | (top << 12)) & (2 ** this.#clients - 1);
  }

  #keptBytes(inputs: Uint32Array): number {
    let bytes = 0;
    while (bytes < this.#bytes && ((inputs[this.#at.keep + (bytes >>> 5)]! >>> (bytes & 31)) & 1) !== 0) bytes += 1;
    return bytes;
  }
}
