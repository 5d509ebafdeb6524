/** A packet hash unit in plain terms: frames in, marked frames and chain records out, registers by name. */
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import { type ChainRecord, chainRecord, type DeliveredFrame, frameMarks } from './deliveries.ts';
import { createPacketUnitModel } from './model.ts';
import { type RegisterName, registerAddress } from './registers.ts';

/** Anything that is stepped like the model and has the unit's ports. */
export interface SteppedUnit {
  readonly layout: PortLayout;
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

interface BusAccess {
  readonly write: boolean;
  readonly address: number;
  readonly value: number;
  readonly strobes: number;
}

/** Says in which cycles a port takes or offers something. */
export type Pace = (cycle: number) => boolean;

const always: Pace = () => true;

/** Cycles without any transfer after which what is waited for cannot be expected any more. */
const patience = 100_000;

export class PacketUnitDriver {
  readonly unit: SteppedUnit;
  /** Frames that left, in order. */
  readonly delivered: DeliveredFrame[] = [];
  /** Chain records that left, in order. */
  readonly chains: ChainRecord[] = [];
  /** Cycles run so far. */
  cycle = 0;
  /** Bit c is 1 when client c takes new chains; all of them at first. */
  accepting: number;
  /** When beats are offered to `s_axis`, taken from `m_axis`, and records taken from `m_axis_chain`. */
  offers: Pace = always;
  takesFrames: Pace = always;
  takesChains: Pace = always;
  /** The words of the present cycle, in the order of the unit's layout. */
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  readonly #input: (name: string) => number;
  readonly #output: (name: string) => number;
  readonly #beatBytes: number;
  readonly #clients: number;
  #waiting: Uint8Array[] = [];
  /** Of `#waiting`, the frame that is sent now or next. */
  #sending = 0;
  #sentBytes = 0;
  #beatOffered = false;
  #leaving: number[] = [];
  #firstCycle = 0;
  /** Cycle of the last beat or record that went in or out. */
  #lastTransfer = 0;

  /** @param unit a model with default parameters unless given; it is brought through a cycle of reset. */
  constructor(unit: SteppedUnit = createPacketUnitModel()) {
    this.unit = unit;
    const { inputs, outputs, inputWords, outputWords } = unit.layout;
    const inputWord = new Map(inputs.map(({ name }) => [name, wordOf(inputs, name)]));
    const outputWord = new Map(outputs.map(({ name }) => [name, wordOf(outputs, name)]));
    this.#input = (name) => inputWord.get(name)!;
    this.#output = (name) => outputWord.get(name)!;
    this.#beatBytes = inputs.find(({ name }) => name === 's_axis_tkeep')!.width;
    this.#clients = inputs.find(({ name }) => name === 'accepting')!.width;
    this.accepting = 2 ** this.#clients - 1;
    this.inputs = new Uint32Array(inputWords);
    this.outputs = new Uint32Array(outputWords);
    this.reset(1);
  }

  /** Holds `aresetn` low for some cycles. Frames not yet sent wait; one that was sent in part is forgotten. */
  reset(cycles: number): void {
    this.inputs.fill(0);
    for (let count = 0; count < cycles; count += 1) {
      this.unit.step(this.inputs, this.outputs);
      this.cycle += 1;
    }
    if (this.#sentBytes > 0 || this.#beatOffered) this.#nextFrame();
    this.#beatOffered = false;
    this.#leaving = [];
  }

  /** Puts a frame, from destination address to the last byte before the check sequence, behind those that wait to be sent. */
  send(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.#waiting.push(frame);
  }

  /** Forgets the frames that wait. Not while one is being sent. */
  forgetWaiting(): void {
    this.#waiting = [];
    this.#sending = 0;
  }

  /** Frames that wait or are being sent. */
  get waitingFrames(): number {
    return this.#waiting.length - this.#sending;
  }

  run(cycles: number): void {
    for (let count = 0; count < cycles; count += 1) this.step();
  }

  /**
   * Runs until `holds` does, looked at after each cycle.
   * @throws Error when it does not, and nothing has moved for very long.
   */
  runUntil(holds: () => boolean): void {
    const begin = this.cycle;
    while (!holds()) {
      this.#checkPatience(begin);
      this.step();
    }
  }

  /** Runs until everything waiting is sent and nothing has moved for `quiet` cycles. Does not wait for an idle chain to close. */
  settle(quiet = 64): void {
    const begin = this.cycle;
    let still = 0;
    while (still < quiet) {
      this.#checkPatience(begin);
      this.step();
      const moves =
        this.waitingFrames > 0 ||
        this.outputs[this.#output('m_axis_tvalid')] !== 0 ||
        this.outputs[this.#output('m_axis_chain_tvalid')] !== 0;
      still = moves ? 0 : still + 1;
    }
  }

  #checkPatience(begin: number): void {
    if (this.cycle - Math.max(begin, this.#lastTransfer) > patience) {
      throw new Error(`nothing has moved for ${patience} cycles, up to cycle ${this.cycle}; is an output never taken?`);
    }
  }

  /** Runs one cycle. */
  step(): void {
    const { inputs } = this;
    inputs[this.#input('aresetn')] = 1;
    inputs[this.#input('accepting')] = this.accepting;
    inputs[this.#input('m_axis_tready')] = Number(this.takesFrames(this.cycle));
    inputs[this.#input('m_axis_chain_tready')] = Number(this.takesChains(this.cycle));
    this.#offerBeat();
    this.unit.step(inputs, this.outputs);
    this.#noteSent();
    this.#noteFrames();
    this.#noteChains();
    this.cycle += 1;
  }

  #offerBeat(): void {
    const { inputs } = this;
    const frame = this.#waiting[this.#sending];
    // An offer, once made, stands until it is taken (AMBA AXI-Stream, 2.2).
    if (frame !== undefined && this.offers(this.cycle)) this.#beatOffered = true;
    inputs[this.#input('s_axis_tvalid')] = Number(this.#beatOffered);
    if (!this.#beatOffered || frame === undefined) return;
    const data = this.#input('s_axis_tdata');
    const keep = this.#input('s_axis_tkeep');
    const end = Math.min(this.#sentBytes + this.#beatBytes, frame.length);
    inputs.fill(0, data, data + this.#beatBytes / 4);
    inputs.fill(0, keep, keep + Math.ceil(this.#beatBytes / 32));
    for (let at = this.#sentBytes; at < end; at += 1) {
      const byte = at - this.#sentBytes;
      inputs[data + (byte >>> 2)]! |= frame[at]! << (8 * (byte & 3));
      inputs[keep + (byte >>> 5)]! |= 1 << (byte & 31);
    }
    inputs[this.#input('s_axis_tlast')] = Number(end === frame.length);
  }

  #noteSent(): void {
    if (!this.#beatOffered || this.outputs[this.#output('s_axis_tready')] === 0) return;
    this.#lastTransfer = this.cycle;
    this.#beatOffered = false;
    this.#sentBytes += this.#beatBytes;
    if (this.#sentBytes >= this.#waiting[this.#sending]!.length) this.#nextFrame();
  }

  #nextFrame(): void {
    this.#sentBytes = 0;
    this.#sending += 1;
    if (this.#sending < this.#waiting.length) return;
    this.#waiting = [];
    this.#sending = 0;
  }

  #noteFrames(): void {
    const { outputs } = this;
    if (outputs[this.#output('m_axis_tvalid')] === 0 || this.inputs[this.#input('m_axis_tready')] === 0) return;
    this.#lastTransfer = this.cycle;
    const data = this.#output('m_axis_tdata');
    const keep = this.#output('m_axis_tkeep');
    const user = this.#output('m_axis_tuser');
    const last = outputs[this.#output('m_axis_tlast')] !== 0;
    if (this.#leaving.length === 0) this.#firstCycle = this.cycle;
    for (let byte = 0; byte < this.#beatBytes; byte += 1) {
      if (last && ((outputs[keep + (byte >>> 5)]! >>> (byte & 31)) & 1) === 0) break;
      this.#leaving.push((outputs[data + (byte >>> 2)]! >>> (8 * (byte & 3))) & 0xff);
    }
    if (!last) return;
    this.delivered.push({
      bytes: Uint8Array.from(this.#leaving),
      ...frameMarks(outputs, user, this.#clients),
      client: outputs[this.#output('m_axis_tdest')]!,
      firstCycle: this.#firstCycle,
      lastCycle: this.cycle,
    });
    this.#leaving = [];
  }

  #noteChains(): void {
    const { outputs } = this;
    const taken = this.inputs[this.#input('m_axis_chain_tready')] !== 0;
    if (outputs[this.#output('m_axis_chain_tvalid')] === 0 || !taken) return;
    this.#lastTransfer = this.cycle;
    this.chains.push({ ...chainRecord(outputs, this.#output('m_axis_chain_tdata')), cycle: this.cycle });
  }

  /**
   * Reads a register while traffic goes on.
   * @param register its name, or its address in bytes.
   * @param element which one of an array of registers.
   * @throws Error when the unit answers with an error.
   */
  read(register: RegisterName | number, element = 0): number {
    const address = addressOf(register, element);
    const { response, value } = this.access({ write: false, address, value: 0, strobes: 0 });
    if (response !== 0) throw new Error(`the read of 0x${address.toString(16)} was answered with response ${response}`);
    return value;
  }

  /** Writes a register while traffic goes on; as `read`. */
  write(register: RegisterName | number, value: number, element = 0): void {
    const address = addressOf(register, element);
    const { response } = this.access({ write: true, address, value, strobes: 15 });
    if (response !== 0) {
      throw new Error(`the write to 0x${address.toString(16)} was answered with response ${response}`);
    }
  }

  /** Reads the 48-bit count of bytes of a client. */
  readClientBytes(client: number): number {
    const low = this.read('client_bytes', 2 * client);
    return this.read('client_bytes', 2 * client + 1) * 2 ** 32 + low;
  }

  /** Makes one access and waits for its response; `cycles` is how long that took. */
  access({ write, address, value, strobes }: BusAccess): { response: number; value: number; cycles: number } {
    const { inputs, outputs } = this;
    const begin = this.cycle;
    const name = (signal: string): number => this.#input(`s_axil_${signal}`);
    const seen = (signal: string): boolean => outputs[this.#output(`s_axil_${signal}`)] !== 0;
    if (write) {
      inputs[name('awaddr')] = address;
      inputs[name('awvalid')] = 1;
      inputs[name('wdata')] = value;
      inputs[name('wstrb')] = strobes;
      inputs[name('wvalid')] = 1;
    } else {
      inputs[name('araddr')] = address;
      inputs[name('arvalid')] = 1;
    }
    inputs[name(write ? 'bready' : 'rready')] = 1;
    for (let count = 0; count < patience; count += 1) {
      this.step();
      if (seen('awready')) inputs[name('awvalid')] = 0;
      if (seen('wready')) inputs[name('wvalid')] = 0;
      if (seen('arready')) inputs[name('arvalid')] = 0;
      if (!seen(write ? 'bvalid' : 'rvalid')) continue;
      inputs[name('bready')] = 0;
      inputs[name('rready')] = 0;
      const response = outputs[this.#output(write ? 's_axil_bresp' : 's_axil_rresp')]!;
      return { response, value: write ? 0 : outputs[this.#output('s_axil_rdata')]!, cycles: this.cycle - begin };
    }
    throw new Error(`the register port has not answered in ${patience} cycles`);
  }
}

const addressOf = (register: RegisterName | number, element: number): number =>
  (typeof register === 'number' ? register : registerAddress[register]) + 4 * element;
