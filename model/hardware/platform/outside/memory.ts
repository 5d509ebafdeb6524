/** A memory outside the machine. Source: `docs/systems/platform.md`, "What is outside" and "Faults". */
import { responses } from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import { type ManagerPlaces, managerPlaces, nextAddress } from './axi-places.ts';
import type { Bytes } from './bytes.ts';

/** Requests of each direction that wait. */
const queueLength = 16;
/** What is lost together: bytes. */
const lineBytes = 64;

interface Request {
  readonly id: number;
  readonly len: number;
  readonly size: number;
  readonly burst: number;
  address: number;
  left: number;
  /** The worst response so far. */
  response: number;
  /** From which cycle on its next beat, or its answer, may be offered. */
  due: number;
}

export type MemoryHealth = 'good' | 'hangs' | 'errs';

export class Memory {
  readonly content: Bytes;
  health: MemoryHealth = 'good';
  readonly #at: ManagerPlaces;
  readonly #latency: number;
  readonly #words: number;
  readonly #reads: Request[] = [];
  /** Those whose data are coming. */
  readonly #writes: Request[] = [];
  /** Those that are to be answered. */
  readonly #answers: Request[] = [];
  /** The beat on offer. */
  #beatOffered = false;
  readonly #beat: Uint32Array;
  #inReset = false;
  /** Numbers of lines that cannot be read. */
  readonly #lostLines = new Set<number>();

  constructor(
    layout: PortLayout,
    prefix: string,
    shape: { readonly dataWidth: number; readonly latency: number; readonly content: Bytes },
  ) {
    this.#at = managerPlaces(layout, prefix);
    this.#latency = shape.latency;
    this.#words = shape.dataWidth / 32;
    this.#beat = new Uint32Array(this.#words);
    this.content = shape.content;
  }

  /** Whether its reset is acknowledged. */
  get acknowledges(): boolean {
    return this.#inReset && this.health === 'good';
  }

  /** Whether nothing happens here until something is asked. */
  get idle(): boolean {
    return this.#reads.length === 0 && this.#writes.length === 0 && this.#answers.length === 0;
  }

  /** One that gives nothing any more gives no errors either, until another stands there. */
  lose(how: 'hangs' | 'errs'): void {
    if (this.health !== 'hangs') this.health = how;
    this.content.clear();
    if (how === 'hangs') this.#forget();
  }

  /** A line can no longer be read. */
  loseLine(address: number): void {
    this.#lostLines.add(Math.floor(address / lineBytes));
  }

  replace(): void {
    this.health = 'good';
    this.#lostLines.clear();
    this.content.clear();
    this.#forget();
  }

  #forget(): void {
    this.#reads.length = 0;
    this.#writes.length = 0;
    this.#answers.length = 0;
    this.#beatOffered = false;
  }

  /** Sets the machine's inputs of the cycle. */
  drive(inputs: Uint32Array, cycle: number): void {
    const at = this.#at.in;
    const works = this.health !== 'hangs' && !this.#inReset;
    inputs[at.awready] = Number(works && this.#writes.length + this.#answers.length < queueLength);
    inputs[at.arready] = Number(works && this.#reads.length < queueLength);
    inputs[at.wready] = Number(works && this.#writes.length > 0);
    const answer = this.#answers[0];
    const answered = works && answer !== undefined && answer.due <= cycle;
    inputs[at.bvalid] = Number(answered);
    if (answered) {
      inputs[at.bid] = answer.id;
      inputs[at.bresp] = answer.response;
    }
    const read = this.#reads[0];
    const given = works && read !== undefined && read.due <= cycle;
    inputs[at.rvalid] = Number(given);
    if (!given) return;
    if (!this.#beatOffered) this.#look(read);
    inputs[at.rid] = read.id;
    inputs.set(this.#beat, at.rdata);
    inputs[at.rresp] = read.response;
    inputs[at.rlast] = Number(read.left === 0);
  }

  /** The beat that is offered from this cycle on. */
  #look(read: Request): void {
    this.#beatOffered = true;
    const lost = this.#lostLines.has(Math.floor(read.address / lineBytes));
    read.response = lost ? responses.subordinate_error : this.#respond(read.address);
    if (read.response === responses.okay) this.content.readBeat(read.address, this.#beat);
    else this.#beat.fill(0);
  }

  #respond(address: number): number {
    if (this.health === 'errs') return responses.subordinate_error;
    return address < this.content.bytes ? responses.okay : responses.decode_error;
  }

  /** Sees the machine's outputs of the cycle, and changes at its edge. */
  observe(inputs: Uint32Array, outputs: Uint32Array, resetRequested: boolean, cycle: number): void {
    if (resetRequested || this.#inReset) {
      this.#forget();
      this.#inReset = resetRequested;
      return;
    }
    if (this.health === 'hangs') return;
    const { in: into, out } = this.#at;
    if (inputs[into.bvalid] !== 0 && outputs[out.bready] !== 0) this.#answers.shift();
    if (inputs[into.rvalid] !== 0 && outputs[out.rready] !== 0) this.#given(cycle);
    if (inputs[into.wready] !== 0 && outputs[out.wvalid] !== 0) this.#take(outputs, cycle);
    if (inputs[into.arready] !== 0 && outputs[out.arvalid] !== 0)
      this.#reads.push(this.#request(outputs, 'ar', cycle + this.#latency));
    if (inputs[into.awready] !== 0 && outputs[out.awvalid] !== 0) this.#writes.push(this.#request(outputs, 'aw', 0));
  }

  #request(outputs: Uint32Array, channel: 'aw' | 'ar', due: number): Request {
    const { out } = this.#at;
    const len = outputs[out[`${channel}len`]]!;
    return {
      id: outputs[out[`${channel}id`]]!,
      len,
      size: outputs[out[`${channel}size`]]!,
      burst: outputs[out[`${channel}burst`]]!,
      address: outputs[out[`${channel}addr`]]!,
      left: len,
      response: responses.okay,
      due,
    };
  }

  #given(cycle: number): void {
    const read = this.#reads[0]!;
    this.#beatOffered = false;
    if (read.left === 0) this.#reads.shift();
    else {
      read.left -= 1;
      read.address = nextAddress(read.address, read.size, read.burst, read.len);
      read.due = cycle + 1;
    }
  }

  #take(outputs: Uint32Array, cycle: number): void {
    const { out } = this.#at;
    const write = this.#writes[0]!;
    const response = this.#respond(write.address);
    write.response = Math.max(write.response, response);
    if (response === responses.okay)
      this.content.writeBeat(write.address, outputs, out.wdata, this.#words, outputs[out.wstrb]!);
    write.address = nextAddress(write.address, write.size, write.burst, write.len);
    if (outputs[out.wlast] === 0) return;
    write.due = cycle + this.#latency;
    this.#writes.shift();
    this.#answers.push(write);
  }
}
