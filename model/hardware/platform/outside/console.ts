/** A console outside the machine, and the line at its other end. Source: `docs/systems/platform.md`. */
import { consoleRegisters } from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import { Device } from './device.ts';

const received = 1;
const sent = 2;
/** Cycles of a byte on the line. */
const byteCycles = 16;
const transmitLength = 16;
const receiveLength = 64;

export class Console extends Device<keyof typeof consoleRegisters.registers> {
  readonly #transmit: number[] = [];
  readonly #receive: number[] = [];
  #sendDue = Number.POSITIVE_INFINITY;
  /** Bytes that are still to come over the line, with the cycle in which each has come. */
  readonly #coming: { readonly byte: number; readonly due: number }[] = [];
  readonly #output: number[] = [];

  constructor(layout: PortLayout, prefix: string, dataWidth: number) {
    super(layout, prefix, dataWidth, consoleRegisters.placed);
  }

  /** What has come out, as bytes of UTF-8. */
  get output(): string {
    return new TextDecoder().decode(Uint8Array.from(this.#output));
  }

  type(text: string, from: number): void {
    let due = Math.max(from, this.#coming.at(-1)?.due ?? 0);
    for (const byte of new TextEncoder().encode(text)) {
      due += byteCycles;
      this.#coming.push({ byte, due });
    }
  }

  protected resetDevice(): void {
    this.#transmit.length = 0;
    this.#receive.length = 0;
    this.#sendDue = Number.POSITIVE_INFINITY;
  }

  protected showRegisters(): void {
    const { words, place } = this.registers;
    words[place.status] = this.#receive.length | ((transmitLength - this.#transmit.length) << 8);
    const oldest = this.#receive[0];
    words[place.receive] = oldest === undefined ? 0 : oldest | 0x100;
  }

  protected written(register: string | undefined, cycle: number): void {
    const { words, place } = this.registers;
    if (register === 'take' && words[place.take] !== 0) this.#receive.shift();
    const transmit = words[place.transmit]!;
    if (register !== 'transmit' || (transmit & 0x100) === 0 || this.#transmit.length === transmitLength) return;
    if (this.#transmit.length === 0) this.#sendDue = cycle + byteCycles;
    this.#transmit.push(transmit & 0xff);
  }

  protected work(cycle: number): void {
    if (cycle >= this.#sendDue) {
      this.#output.push(this.#transmit.shift()!);
      this.#sendDue = this.#transmit.length === 0 ? Number.POSITIVE_INFINITY : cycle + byteCycles;
      if (this.#transmit.length === 0) this.interrupt(sent);
    }
  }

  protected override listen(cycle: number, able: boolean): void {
    while (this.#coming.length > 0 && this.#coming[0]!.due <= cycle) {
      const { byte } = this.#coming.shift()!;
      if (!able || this.#receive.length === receiveLength) continue;
      this.#receive.push(byte);
      this.interrupt(received);
    }
  }

  protected override nextWork(): number {
    return this.#sendDue;
  }

  protected override nextOnLine(): number {
    return this.#coming[0]?.due ?? Number.POSITIVE_INFINITY;
  }
}
