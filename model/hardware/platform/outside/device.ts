/** What every device outside the machine has: its bus side, registers, interrupt and faults. Source: `docs/systems/platform.md`. */
import { responses } from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import { randomNumbers } from '../../primitives/random-numbers.ts';
import { type ManagerPlaces, managerPlaces, nextAddress } from './axi-places.ts';
import { DeviceWords } from './device-words.ts';

/** Cycles from a request, or the last beat of a write, to the answer. */
const latency = 4;
const registerBytes = 0x1000;
const regionMask = 0xffff;

interface Request {
  readonly write: boolean;
  readonly id: number;
  readonly len: number;
  readonly size: number;
  readonly burst: number;
  address: number;
  left: number;
  response: number;
  due: number;
}

export type DeviceHealth = 'good' | 'hangs' | 'errs' | 'babbles' | 'lost';

/** @typeParam Name of a register */
export abstract class Device<Name extends string> {
  health: DeviceHealth = 'good';
  protected readonly registers: DeviceWords<Name | 'interrupt_status' | 'interrupt_enable'>;
  readonly #at: ManagerPlaces;
  readonly #beatWords: number;
  #heldRead: Request | undefined;
  #heldWrite: Request | undefined;
  #current: Request | undefined;
  #dataCame = false;
  #beatOffered = false;
  readonly #beat: Uint32Array;
  #inReset = false;
  #raised = 0;
  #babble = (): number => 0;

  constructor(
    layout: PortLayout,
    prefix: string,
    dataWidth: number,
    placed: ConstructorParameters<typeof DeviceWords>[0],
  ) {
    this.#at = managerPlaces(layout, prefix);
    this.#beatWords = dataWidth / 32;
    this.#beat = new Uint32Array(this.#beatWords);
    this.registers = new DeviceWords(placed);
    this.registers.reset();
  }

  /** Writes what only the device knows into its registers, for a read in this cycle. */
  protected abstract showRegisters(cycle: number): void;
  /** What software has written at the edge of this cycle: pulses are in their words, and are cleared after it. */
  protected abstract written(register: string | undefined, cycle: number): void;
  /** The edge of a cycle in which the device works. */
  protected abstract work(cycle: number): void;
  protected abstract resetDevice(): void;
  /** What comes over a line from outside, in every cycle; a device that is not able to listen misses it. */
  protected listen(_cycle: number, _able: boolean): void {}
  /** The next cycle in which the device does something by itself, if it works. */
  protected nextWork(): number {
    return Number.POSITIVE_INFINITY;
  }
  /** The next cycle in which something comes over a line. */
  protected nextOnLine(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** The next cycle, as far as the device alone knows, in which it does something that nobody asks for. */
  get nextEvent(): number {
    return Math.min(this.works ? this.nextWork() : Number.POSITIVE_INFINITY, this.nextOnLine());
  }

  /** Places besides the registers that can be accessed, for those who have them. */
  protected buffer: { readonly from: number; readonly content: Uint8Array } | undefined;

  get acknowledges(): boolean {
    return this.#inReset && this.health !== 'lost';
  }

  /** Whether nothing is asked of it, and it does not speak by itself on the bus. */
  get idle(): boolean {
    return (
      this.#heldRead === undefined &&
      this.#heldWrite === undefined &&
      this.#current === undefined &&
      this.health !== 'babbles'
    );
  }

  get interrupts(): boolean {
    const { words, place } = this.registers;
    return (words[place.interrupt_status]! & words[place.interrupt_enable]!) !== 0;
  }

  protected get works(): boolean {
    return this.health === 'good' || this.health === 'errs';
  }

  /** Nothing more can happen to one that is lost, until another stands there. */
  fail(health: DeviceHealth, seed = 1): void {
    if (this.health === 'lost') return;
    this.health = health;
    if (health === 'babbles') this.#babble = randomNumbers(seed);
  }

  replace(): void {
    this.health = 'good';
    this.#reset();
  }

  #reset(): void {
    if (this.health !== 'lost') this.health = 'good';
    this.#heldRead = undefined;
    this.#heldWrite = undefined;
    this.#current = undefined;
    this.#dataCame = false;
    this.#beatOffered = false;
    this.#raised = 0;
    this.registers.reset();
    this.resetDevice();
  }

  /** Sets a bit of the interrupt status at the edge of this cycle, whatever software clears at it. */
  protected interrupt(bit: number): void {
    this.#raised |= bit;
  }

  drive(inputs: Uint32Array, cycle: number): void {
    const at = this.#at.in;
    const speaks = this.works && !this.#inReset;
    if (this.health === 'babbles' && !this.#inReset) {
      this.#babbleOn(inputs);
      return;
    }
    inputs[at.awready] = Number(speaks && this.#heldWrite === undefined);
    inputs[at.arready] = Number(speaks && this.#heldRead === undefined);
    const now = this.#current;
    inputs[at.wready] = Number(speaks && now?.write === true && !this.#dataCame);
    const due = speaks && now !== undefined && now.due <= cycle;
    inputs[at.bvalid] = Number(due && now.write && this.#dataCame);
    inputs[at.rvalid] = Number(due && !now.write);
    if (!due) return;
    if (now.write) {
      inputs[at.bid] = now.id;
      inputs[at.bresp] = now.response;
      return;
    }
    if (!this.#beatOffered) this.#look(now, cycle);
    inputs[at.rid] = now.id;
    inputs.set(this.#beat, at.rdata);
    inputs[at.rresp] = now.response;
    inputs[at.rlast] = Number(now.left === 0);
  }

  #babbleOn(inputs: Uint32Array): void {
    const at = this.#at.in;
    const word = (bits: number): number => Math.floor(this.#babble() * 2 ** bits);
    for (const ready of [at.awready, at.arready, at.wready]) inputs[ready] = word(1);
    inputs[at.bvalid] = Number(word(2) === 0);
    inputs[at.bid] = word(4);
    inputs[at.bresp] = word(2);
    inputs[at.rvalid] = Number(word(2) === 0);
    inputs[at.rid] = word(4);
    for (let index = 0; index < this.#beatWords; index += 1) inputs[at.rdata + index] = word(32);
    inputs[at.rresp] = word(2);
    inputs[at.rlast] = word(1);
  }

  observe(inputs: Uint32Array, outputs: Uint32Array, resetRequested: boolean, cycle: number): void {
    this.listen(cycle, this.works && !this.#inReset);
    if (resetRequested || this.#inReset) {
      if (resetRequested) this.#reset();
      this.#inReset = resetRequested;
    } else if (this.works) {
      this.work(cycle);
      this.#serve(inputs, outputs, cycle);
    }
    this.registers.words[this.registers.place.interrupt_status]! |= this.#raised;
    this.#raised = 0;
  }

  #serve(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const { in: into, out } = this.#at;
    if (inputs[into.bvalid] !== 0 && outputs[out.bready] !== 0) this.#end();
    if (inputs[into.rvalid] !== 0 && outputs[out.rready] !== 0) this.#given(cycle);
    if (inputs[into.wready] !== 0 && outputs[out.wvalid] !== 0) this.#take(outputs, cycle);
    if (inputs[into.arready] !== 0 && outputs[out.arvalid] !== 0)
      this.#heldRead = this.#request(outputs, 'ar', cycle + latency);
    if (inputs[into.awready] !== 0 && outputs[out.awvalid] !== 0)
      this.#heldWrite = this.#request(outputs, 'aw', cycle + latency);
    if (this.#current !== undefined) return;
    this.#current = this.#heldWrite ?? this.#heldRead;
    if (this.#heldWrite !== undefined) this.#heldWrite = undefined;
    else this.#heldRead = undefined;
  }

  #end(): void {
    this.#current = undefined;
    this.#dataCame = false;
  }

  #request(outputs: Uint32Array, channel: 'aw' | 'ar', due: number): Request {
    const { out } = this.#at;
    const len = outputs[out[`${channel}len`]]!;
    return {
      write: channel === 'aw',
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

  /** The index of a register's word, or -1 where registers cannot be accessed like this. */
  #wordOf({ address, len, size }: Request): number {
    const offset = address & regionMask;
    if (offset >= registerBytes || len !== 0 || size > 2) return -1;
    const word = offset >>> 2;
    return this.registers.mapped(word) ? word : -1;
  }

  #bufferAt(address: number): number {
    if (this.buffer === undefined) return -1;
    const at = (address & regionMask) - this.buffer.from;
    return at >= 0 && at < this.buffer.content.length ? at : -1;
  }

  #look(read: Request, cycle: number): void {
    this.#beatOffered = true;
    this.#beat.fill(0);
    read.response = responses.subordinate_error;
    if (this.health === 'errs') return;
    const word = this.#wordOf(read);
    const at = this.#bufferAt(read.address);
    if (word >= 0) {
      this.showRegisters(cycle);
      this.#beat[(read.address >>> 2) & (this.#beatWords - 1)] = this.registers.readWord(word);
    } else if (at >= 0) {
      const { content } = this.buffer!;
      const start = at & ~(4 * this.#beatWords - 1);
      for (let byte = 0; byte < 4 * this.#beatWords; byte += 1)
        this.#beat[byte >>> 2]! |= content[start + byte]! << (8 * (byte & 3));
    } else return;
    read.response = responses.okay;
  }

  #given(cycle: number): void {
    const read = this.#current!;
    this.#beatOffered = false;
    if (read.left === 0) {
      this.#end();
      return;
    }
    read.left -= 1;
    read.address = nextAddress(read.address, read.size, read.burst, read.len);
    read.due = cycle + 1;
  }

  #take(outputs: Uint32Array, cycle: number): void {
    const { out } = this.#at;
    const write = this.#current!;
    const strobes = outputs[out.wstrb]!;
    if (!this.#put(write, outputs, strobes, cycle)) write.response = responses.subordinate_error;
    write.address = nextAddress(write.address, write.size, write.burst, write.len);
    if (outputs[out.wlast] === 0) return;
    this.#dataCame = true;
    write.due = cycle + latency;
  }

  #put(write: Request, outputs: Uint32Array, strobes: number, cycle: number): boolean {
    if (this.health === 'errs') return false;
    const { out } = this.#at;
    const at = this.#bufferAt(write.address);
    if (at >= 0) {
      const { content } = this.buffer!;
      const start = at & ~(4 * this.#beatWords - 1);
      for (let byte = 0; byte < 4 * this.#beatWords; byte += 1)
        if (((strobes >>> byte) & 1) !== 0)
          content[start + byte] = outputs[out.wdata + (byte >>> 2)]! >>> (8 * (byte & 3));
      return true;
    }
    const word = this.#wordOf(write);
    if (word < 0 || this.registers.writable[word] === 0) return false;
    const lane = (write.address >>> 2) & (this.#beatWords - 1);
    this.registers.writeWord(word, outputs[out.wdata + lane]!, (strobes >>> (4 * lane)) & 15);
    this.written(this.registers.nameOf(word), cycle);
    this.registers.settle(word);
    return true;
  }
}
