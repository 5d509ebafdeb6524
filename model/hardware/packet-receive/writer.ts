/** Entries into memory. Source: `docs/systems/receive-engine.md`, "Writer". */
import {
  beatBytes,
  burstBeats,
  dataBeats,
  headerBeats,
  type PacketReceiveParameters,
  slotBeats,
} from '../../../rtl/packet-receive/interface.ts';
import { Buffer } from '../primitives/buffer.ts';
import type { OutputRegister } from '../primitives/channels.ts';
import type { Filling } from './filling.ts';
import { type Job, Passing } from './jobs.ts';
import type { Registers } from './registers.ts';
import type { Rings } from './rings.ts';

export class Writer {
  readonly done: Buffer<Passing>;
  readonly #filling: Filling;
  readonly #rings: Rings;
  readonly #registers: Registers;
  readonly #requests: OutputRegister;
  readonly #data: OutputRegister;
  readonly #p: PacketReceiveParameters;
  readonly #header = new Uint32Array(16);
  readonly #wide: boolean;
  #phase = 0;
  #begun = false;
  #left = 0;
  #client = 0;
  #at = 0;
  #beat = 0;

  constructor(
    parameters: PacketReceiveParameters,
    filling: Filling,
    rings: Rings,
    registers: Registers,
    outputs: { readonly requests: OutputRegister; readonly data: OutputRegister },
  ) {
    this.#p = parameters;
    this.#filling = filling;
    this.#rings = rings;
    this.#registers = registers;
    this.#requests = outputs.requests;
    this.#data = outputs.data;
    this.#wide = parameters.addressWidth > 32;
    this.done = new Buffer<Passing>(parameters.outstanding, () => new Passing());
  }

  reset(): void {
    this.done.reset();
    this.#requests.reset();
    this.#data.reset();
    // What is the same in all requests: size, burst, cache.
    const { image, place } = this.#requests;
    const size = place.at + (this.#wide ? 4 : 3);
    image[size] = Math.log2(beatBytes(this.#p));
    image[size + 1] = 1;
    image[size + 3] = 3;
    this.#phase = 0;
    this.#begun = false;
    this.#left = 0;
    this.#client = 0;
    this.#at = 0;
    this.#beat = 0;
  }

  step(inputs: Uint32Array): void {
    const [requestFree, dataFree] = [this.#requests.free(inputs), this.#data.free(inputs)];
    if (this.#requests.taken(inputs)) this.#requests.empty();
    if (this.#data.taken(inputs)) this.#data.empty();
    const phase = this.#phase;
    if (phase === 0) this.#choose();
    else if (phase === 1 && requestFree && this.done.ready) this.#ask();
    else if (phase === 2 && dataFree) this.#send();
  }

  #choose(): void {
    const { jobs } = this.#filling;
    if (!jobs.valid) return;
    const job = jobs.front;
    if (job.chain) {
      if (!this.done.ready) return;
      jobs.pop();
      this.#pass(true, false, job.mask);
      return;
    }
    const todo = this.#begun ? this.#left : job.mask;
    if (todo === 0) {
      jobs.pop();
      this.#filling.full[job.buffer] = false;
      this.#begun = false;
      return;
    }
    const client = 31 - Math.clz32(todo & -todo);
    this.#begun = true;
    this.#left = todo & (todo - 1);
    if (!this.#rings.hasRoom(client)) {
      this.#registers.countUp('overflow', client);
      return;
    }
    this.#phase = 1;
    this.#client = client;
    const registers = this.#registers;
    const base =
      registers.of('ring_base_low', client) + (this.#wide ? registers.of('ring_base_high', client) * 2 ** 32 : 0);
    const index = this.#rings.head[client]! & (registers.entries(client) - 1);
    this.#at = (base + index * this.#p.slotBytes) % 2 ** this.#p.addressWidth;
    this.#beat = 0;
    this.#rings.head[client]! += 1;
  }

  #pass(chain: boolean, end: boolean, mask: number): void {
    const passing = this.done.push();
    passing.chain = chain;
    passing.end = end;
    passing.mask = mask;
  }

  get #beats(): number {
    return headerBeats(this.#p) + this.#filling.jobs.front.stored;
  }

  #ask(): void {
    const { image, place } = this.#requests;
    const left = this.#beats - this.#beat;
    const bytes = beatBytes(this.#p);
    const address = (this.#at + this.#beat * bytes) % 2 ** this.#p.addressWidth;
    image[place.at + 1] = address % 2 ** 32;
    if (this.#wide) image[place.at + 2] = Math.floor(address / 2 ** 32);
    image[place.at + (this.#wide ? 3 : 2)] = Math.min(burstBeats, left) - 1;
    this.#requests.fill();
    this.#pass(false, left <= burstBeats, 1 << this.#client);
    this.#phase = 2;
  }

  #send(): void {
    const { image, place } = this.#data;
    const job = this.#filling.jobs.front;
    const { words } = this.#filling;
    const bytes = beatBytes(this.#p);
    const header = headerBeats(this.#p);
    const final = this.#beat === this.#beats - 1;
    if (this.#beat < header) {
      this.#writeHeader(job);
      for (let word = 0; word < words; word += 1) image[place.at + word] = this.#header[this.#beat * words + word]!;
    } else {
      const from = (job.buffer * slotBeats(this.#p) + this.#beat - header) * words;
      for (let word = 0; word < words; word += 1) image[place.at + word] = this.#filling.memory[from + word]!;
    }
    const strobed = final ? job.lastBytes : bytes;
    const strobeWords = Math.ceil(bytes / 32);
    for (let word = 0; word < strobeWords; word += 1) {
      const ones = Math.min(32, Math.max(0, strobed - 32 * word));
      image[place.at + words + word] = ones === 32 ? 0xffff_ffff : 2 ** ones - 1;
    }
    const last = final || this.#beat % burstBeats === burstBeats - 1;
    image[place.at + words + strobeWords] = Number(last);
    this.#data.fill();
    this.#beat += 1;
    if (last) this.#phase = final ? 0 : 1;
  }

  #writeHeader(job: Job): void {
    const header = this.#header;
    header.fill(0);
    header[0] =
      (job.length |
        (Number(job.truncated) << 16) |
        (job.chainStart << 17) |
        (job.hashType << 20) |
        (job.client << 24)) >>>
      0;
    header[1] = job.hash;
    const stored = job.truncated ? dataBeats(this.#p) * beatBytes(this.#p) : job.length;
    header[2] = (job.chainNumber | (stored << 16)) >>> 0;
  }

  /** It writes nothing, and no answer is owed. */
  get atRest(): boolean {
    return this.#phase === 0 && this.idle;
  }

  /** Nothing is in JOBS or DONE, by the state at the start of the cycle. */
  get idle(): boolean {
    return !this.#filling.jobs.valid && !this.done.valid;
  }
}
