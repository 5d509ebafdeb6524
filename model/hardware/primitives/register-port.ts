/** The subordinate on 32-bit AXI4-Lite behind every block's control registers. Source: `docs/parts/register-port.md`. */
import { type PortLayout, wordOf } from './ports.ts';

/** What the words of a register space are to the bus. */
export const wordKind = {
  unmapped: 0,
  /** Read-only fields, constants and counters of up to 32 bits. */
  readOnly: 1,
  readWrite: 2,
  /** Read with one more cycle; the words are not reset. */
  window: 3,
  /** The low word of a counter of over 32 bits: reading it keeps the high word for later. */
  wideLow: 4,
  /** The high word of such a counter: it reads as what was kept. */
  wideHigh: 5,
  /** Reads as 0. A write makes the word what it writes; the block takes it in the next cycle, and makes it 0 again. */
  pulse: 6,
  /** A written 1 clears the bit; the block sets bits after `stepWrite`, since setting wins. */
  writeOneToClear: 7,
  /** Keeps what is written, and reads as 0. */
  writeOnly: 8,
} as const;

/** All words of an address space, as the bus and the block see them. */
export interface RegisterSpace {
  /** The values, one a word of address. */
  readonly words: Uint32Array;
  /** The kind of each word: one of `wordKind`. */
  readonly kinds: Uint8Array;
  /** The bits of each word that software can write. */
  readonly writable: Uint32Array;
  /** Told of each WRITE with strobes over bits that can be written, by its word; the values may be those of before. */
  written?(word: number): void;
}

const okay = 0;
const subordinateError = 2;

/** Bits whose byte is strobed. */
const strobedBits = (strobes: number): number =>
  ((strobes & 1 ? 0xff : 0) |
    (strobes & 2 ? 0xff00 : 0) |
    (strobes & 4 ? 0xff0000 : 0) |
    (strobes & 8 ? 0xff000000 : 0)) >>>
  0;

export class RegisterPort {
  readonly #space: RegisterSpace;
  readonly #in: Readonly<
    Record<'awaddr' | 'awvalid' | 'wdata' | 'wstrb' | 'wvalid' | 'bready' | 'araddr' | 'arvalid' | 'rready', number>
  >;
  readonly #out: Readonly<
    Record<'awready' | 'wready' | 'bresp' | 'bvalid' | 'arready' | 'rdata' | 'rresp' | 'rvalid', number>
  >;
  #addressHeld = false;
  #dataHeld = false;
  #readHeld = false;
  #writeWord = 0;
  #writeData = 0;
  #writeStrobes = 0;
  #readWord = 0;
  #responseValid = false;
  #response = okay;
  #readValid = false;
  #readResponse = okay;
  #readData = 0;
  #windowPending = false;
  #windowData = 0;
  #highWord = 0;

  constructor(space: RegisterSpace, layout: PortLayout, prefix: string) {
    this.#space = space;
    const input = (name: string): number => wordOf(layout.inputs, `${prefix}_${name}`);
    const output = (name: string): number => wordOf(layout.outputs, `${prefix}_${name}`);
    this.#in = {
      awaddr: input('awaddr'),
      awvalid: input('awvalid'),
      wdata: input('wdata'),
      wstrb: input('wstrb'),
      wvalid: input('wvalid'),
      bready: input('bready'),
      araddr: input('araddr'),
      arvalid: input('arvalid'),
      rready: input('rready'),
    };
    this.#out = {
      awready: output('awready'),
      wready: output('wready'),
      bresp: output('bresp'),
      bvalid: output('bvalid'),
      arready: output('arready'),
      rdata: output('rdata'),
      rresp: output('rresp'),
      rvalid: output('rvalid'),
    };
  }

  reset(): void {
    this.#addressHeld = false;
    this.#dataHeld = false;
    this.#readHeld = false;
    this.#writeWord = 0;
    this.#writeData = 0;
    this.#writeStrobes = 0;
    this.#readWord = 0;
    this.#responseValid = false;
    this.#response = okay;
    this.#readValid = false;
    this.#readResponse = okay;
    this.#readData = 0;
    this.#windowPending = false;
    this.#windowData = 0;
    this.#highWord = 0;
  }

  /** Whether this cycle may be a READ: when not, values that nobody else needs need not be computed. */
  get mayRead(): boolean {
    return this.#readHeld;
  }

  /** Whether no access is under way. */
  get idle(): boolean {
    return !(
      this.#addressHeld ||
      this.#dataHeld ||
      this.#readHeld ||
      this.#responseValid ||
      this.#readValid ||
      this.#windowPending
    );
  }

  /** Writes the port's outputs during this cycle. */
  drive(outputs: Uint32Array): void {
    const out = this.#out;
    outputs[out.awready] = Number(!this.#addressHeld);
    outputs[out.wready] = Number(!this.#dataHeld);
    outputs[out.bresp] = this.#response;
    outputs[out.bvalid] = Number(this.#responseValid);
    outputs[out.arready] = Number(!this.#readHeld);
    outputs[out.rdata] = this.#readData;
    outputs[out.rresp] = this.#readResponse;
    outputs[out.rvalid] = Number(this.#readValid);
  }

  /** The cycle's read channel. Call it before anything changes the words, so that it sees values from before the edge. */
  stepRead(inputs: Uint32Array): void {
    const taken = inputs[this.#in.rready] !== 0;
    const accept = inputs[this.#in.arvalid] !== 0 && !this.#readHeld;
    if (this.#windowPending) {
      this.#windowPending = false;
      this.#readValid = true;
      this.#readResponse = okay;
      this.#readData = this.#windowData;
    } else if (this.#readHeld && (!this.#readValid || taken)) {
      this.#readHeld = false;
      this.#executeRead(this.#readWord);
    } else if (taken) {
      this.#readValid = false;
    }
    if (accept) {
      this.#readHeld = true;
      this.#readWord = inputs[this.#in.araddr]! >>> 2;
    }
  }

  #executeRead(word: number): void {
    const { words, kinds } = this.#space;
    const kind = kinds[word]!;
    const value = words[word]!;
    if (kind === wordKind.window) {
      this.#windowPending = true;
      this.#windowData = value;
      this.#readValid = false;
      return;
    }
    this.#readValid = true;
    this.#readResponse = kind === wordKind.unmapped ? subordinateError : okay;
    if (kind === wordKind.unmapped) {
      this.#readData = 0;
    } else if (kind === wordKind.wideHigh) {
      this.#readData = this.#highWord;
    } else if (kind === wordKind.pulse || kind === wordKind.writeOnly) {
      this.#readData = 0;
    } else {
      this.#readData = value;
      if (kind === wordKind.wideLow) this.#highWord = words[word + 1]!;
    }
  }

  /** The cycle's write channel. Call it after everything has used the words, so that it changes them at the edge. */
  stepWrite(inputs: Uint32Array): void {
    const taken = inputs[this.#in.bready] !== 0;
    const acceptAddress = inputs[this.#in.awvalid] !== 0 && !this.#addressHeld;
    const acceptData = inputs[this.#in.wvalid] !== 0 && !this.#dataHeld;
    if (this.#addressHeld && this.#dataHeld && (!this.#responseValid || taken)) {
      this.#addressHeld = false;
      this.#dataHeld = false;
      this.#responseValid = true;
      this.#response = this.#executeWrite(this.#writeWord);
    } else if (taken) {
      this.#responseValid = false;
    }
    if (acceptAddress) {
      this.#addressHeld = true;
      this.#writeWord = inputs[this.#in.awaddr]! >>> 2;
    }
    if (acceptData) {
      this.#dataHeld = true;
      this.#writeData = inputs[this.#in.wdata]!;
      this.#writeStrobes = inputs[this.#in.wstrb]!;
    }
  }

  #executeWrite(word: number): number {
    const { words, kinds, writable } = this.#space;
    const kind = kinds[word]!;
    const changed = writable[word]! & strobedBits(this.#writeStrobes);
    if (changed !== 0) this.#space.written?.(word);
    switch (kind) {
      case wordKind.readWrite:
      case wordKind.writeOnly:
      case wordKind.window:
        words[word] = (words[word]! & ~changed) | (this.#writeData & changed);
        return okay;
      case wordKind.pulse:
        words[word] = this.#writeData & changed;
        return okay;
      case wordKind.writeOneToClear:
        words[word] = words[word]! & ~(this.#writeData & changed);
        return okay;
      default:
        return subordinateError;
    }
  }
}
