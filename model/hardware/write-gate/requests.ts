/** The request at the gate, and what is under way behind it. Source: `docs/systems/write-gate.md`, "Requests". */
import { offsetWidth, type WriteGateParameters } from '../../../rtl/write-gate/interface.ts';
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import type { PortLayout } from '../primitives/ports.ts';

/** What software asks of the gate in a cycle. */
export interface Settings {
  enable: boolean;
  stop: boolean;
  /** A mark changes: that of this page becomes this. */
  changes: boolean;
  page: number;
  marked: boolean;
}

/** The word of the address in the payload of a request: behind the identifier. */
const addressWord = 1;

export class Requests {
  /** Writes that have passed and whose last data have not gone on. */
  due = 0;
  /** Writes that have passed and are not answered. */
  unanswered = 0;
  /** In this cycle, once `decide` was called: a request is held; it is held for the first time; one passes. */
  held = false;
  begins = false;
  passes = false;
  readonly #p: WriteGateParameters;
  readonly #request: HeldBeat;
  readonly #out: OutputRegister;
  /** The marks, a byte for each page: they outlast a reset. */
  readonly #marks: Uint8Array;
  #looked = false;
  #found = false;
  #told = false;

  constructor(p: WriteGateParameters, layout: PortLayout, image: Uint32Array) {
    this.#p = p;
    this.#request = new HeldBeat(image, placeChannel(layout, 'inputs', 's_axi_aw', 'id'));
    this.#out = new OutputRegister(image, placeChannel(layout, 'outputs', 'm_axi_aw', 'id'));
    this.#marks = new Uint8Array(2 ** p.pageWidth);
  }

  reset(): void {
    this.#request.reset();
    this.#out.reset();
    this.due = 0;
    this.unanswered = 0;
    this.held = false;
    this.begins = false;
    this.passes = false;
    this.#looked = false;
    this.#found = false;
    this.#told = false;
  }

  /** The page of the held request; 0 if there is none. */
  get page(): number {
    return this.#request.full === 0 ? 0 : this.#pageOf(this.#request.held, 0);
  }

  /** A mark changes: also at the edge of a reset. */
  mark({ changes, page, marked }: Readonly<Settings>): void {
    if (changes) this.#marks[page] = Number(marked);
  }

  /** What this cycle's values decide, before anything changes. */
  decide(inputs: Uint32Array, settings: Readonly<Settings>): void {
    this.#request.look(inputs);
    this.held = this.#request.full !== 0 && this.#looked && settings.enable && this.#found && this.#watched;
    this.begins = this.held && !this.#told;
    this.passes =
      this.#request.full !== 0 &&
      this.#looked &&
      !this.held &&
      !settings.stop &&
      this.unanswered < this.#p.outstanding &&
      this.#out.free(inputs);
  }

  /**
   * The edge.
   *
   * @param ended the last data of a write go on in this cycle
   * @param answered an answer comes in this cycle
   */
  edge(inputs: Uint32Array, settings: Readonly<Settings>, ended: boolean, answered: boolean): void {
    const request = this.#request;
    const { has } = request;
    const { passes } = this;
    this.#looked = has && !settings.changes && !passes;
    if (has) this.#found = this.#marks[this.#pageOf(request.source, request.from)] !== 0;
    this.#told = (this.held || this.#told) && !passes;
    if (this.#out.taken(inputs)) this.#out.empty();
    if (passes) {
      this.#out.load(request.held, 0);
      request.empty();
    } else if (has) request.keep();
    this.due += Number(passes) - Number(ended);
    this.unanswered += Number(passes) - Number(answered && this.unanswered > 0);
    this.mark(settings);
  }

  /** Whether nothing changes in it for as long as its inputs stay and software asks for nothing. */
  stays(stop: boolean): boolean {
    if (this.#out.full !== 0) return false;
    if (this.#request.full === 0) return true;
    return this.#looked && (this.held || stop || this.unanswered === this.#p.outstanding);
  }

  get #watched(): boolean {
    return this.#pageNumber(this.#request.held, 0) < 2 ** this.#p.pageWidth;
  }

  /** The page of an address, whether or not it can be marked. */
  #pageNumber(record: Uint32Array, at: number): number {
    const high = this.#p.addressWidth > 32 ? record[at + addressWord + 1]! : 0;
    return high * 2 ** (32 - offsetWidth) + (record[at + addressWord]! >>> offsetWidth);
  }

  #pageOf(record: Uint32Array, at: number): number {
    return this.#pageNumber(record, at) % 2 ** this.#p.pageWidth;
  }
}
