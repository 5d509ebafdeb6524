/** A network port outside the machine. Source: `docs/systems/platform.md`. */
import { networkRegisters } from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import { Device } from './device.ts';

const linkChanged = 1;
/** Frames that wait to be fed. */
const queueLength = 64;

export class NetworkPort extends Device<keyof typeof networkRegisters.registers> {
  #up = true;
  readonly #line: { readonly frame: Uint8Array; readonly due: number }[] = [];
  /** Frames to be fed to the machine, oldest first. */
  readonly frames: Uint8Array[] = [];

  constructor(layout: PortLayout, prefix: string, dataWidth: number) {
    super(layout, prefix, dataWidth, networkRegisters.placed);
  }

  /** Puts a frame on the line, at that cycle. */
  send(frame: Uint8Array, at: number): void {
    const place = this.#line.findLastIndex(({ due }) => due <= at);
    this.#line.splice(place + 1, 0, { frame, due: at });
  }

  setLink(up: boolean): void {
    if (up === this.#up) return;
    this.#up = up;
    this.interrupt(linkChanged);
  }

  protected resetDevice(): void {
    this.frames.length = 0;
  }

  protected showRegisters(): void {
    this.registers.words[this.registers.place.status] = Number(this.#up);
  }

  protected written(): void {}

  protected work(): void {}

  protected override listen(cycle: number, able: boolean): void {
    const { words, place } = this.registers;
    while (this.#line.length > 0 && this.#line[0]!.due <= cycle) {
      const { frame } = this.#line.shift()!;
      const taken = able && this.#up && words[place.control] !== 0 && this.frames.length < queueLength;
      if (taken) this.frames.push(frame);
      this.registers.count(taken ? 'frames' : 'dropped', 1, 32);
    }
  }

  protected override nextOnLine(): number {
    return this.#line[0]?.due ?? Number.POSITIVE_INFINITY;
  }
}
