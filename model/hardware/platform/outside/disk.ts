/** A disk outside the machine. Source: `docs/systems/platform.md`. */
import {
  diskBlockBytes,
  diskBufferOffset,
  diskRegisters,
  diskSectorBytes,
} from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import type { Bytes } from './bytes.ts';
import { Device } from './device.ts';

const done = 1;
const error = 2;
const read = 1;
const write = 2;
const sectors = diskBlockBytes / diskSectorBytes;

export class Disk extends Device<keyof typeof diskRegisters.registers> {
  readonly medium: Bytes;
  readonly #sectorCycles: number;
  readonly #buffer = new Uint8Array(diskBlockBytes);
  #busy = false;
  #writes = false;
  #block = 0;
  #sector = 0;
  /** The cycle at whose edge the sector is in its place. */
  #due = Number.POSITIVE_INFINITY;

  constructor(
    layout: PortLayout,
    prefix: string,
    shape: { readonly dataWidth: number; readonly sectorCycles: number; readonly medium: Bytes },
  ) {
    super(layout, prefix, shape.dataWidth, diskRegisters.placed);
    this.medium = shape.medium;
    this.#sectorCycles = shape.sectorCycles;
    this.buffer = { from: diskBufferOffset, content: this.#buffer };
  }

  protected resetDevice(): void {
    this.#busy = false;
    this.#due = Number.POSITIVE_INFINITY;
  }

  protected showRegisters(): void {
    const { words, place } = this.registers;
    words[place.capacity] = this.medium.bytes / diskBlockBytes;
    words[place.status] = Number(this.#busy);
  }

  protected written(register: string | undefined, cycle: number): void {
    if (register !== 'command' || this.#busy) return;
    const { words, place } = this.registers;
    const command = words[place.command]!;
    if (command === 0) return;
    const block = words[place.block]!;
    if (command === (read | write) || (block + 1) * diskBlockBytes > this.medium.bytes) {
      this.interrupt(error);
      return;
    }
    this.#busy = true;
    this.#writes = command === write;
    this.#block = block;
    this.#sector = 0;
    this.#due = cycle + this.#sectorCycles;
  }

  protected work(cycle: number): void {
    if (cycle < this.#due) return;
    const offset = this.#sector * diskSectorBytes;
    const place = this.#block * diskBlockBytes + offset;
    if (this.#writes) this.medium.put(place, this.#buffer.subarray(offset, offset + diskSectorBytes));
    else this.#buffer.set(this.medium.read(place, diskSectorBytes), offset);
    this.#sector += 1;
    this.#due = cycle + this.#sectorCycles;
    if (this.#sector < sectors) return;
    this.#busy = false;
    this.#due = Number.POSITIVE_INFINITY;
    this.interrupt(done);
  }

  protected override nextWork(): number {
    return this.#due;
  }
}
