/** A timer outside the machine. Source: `docs/systems/platform.md`. */
import { timerRegisters } from '../../../../rtl/platform/interface.ts';
import type { PortLayout } from '../../primitives/ports.ts';
import { Device } from './device.ts';

const due = 1;

export class Timer extends Device<keyof typeof timerRegisters.registers> {
  constructor(layout: PortLayout, prefix: string, dataWidth: number) {
    super(layout, prefix, dataWidth, timerRegisters.placed);
  }

  #alarm(): number {
    const { words, place } = this.registers;
    if (words[place.control] === 0) return Number.POSITIVE_INFINITY;
    return words[place.compare_high]! * 2 ** 32 + words[place.compare_low]!;
  }

  protected resetDevice(): void {}

  protected showRegisters(cycle: number): void {
    const { words, place } = this.registers;
    words[place.now] = cycle % 2 ** 32;
    words[place.now + 1] = Math.floor(cycle / 2 ** 32);
  }

  protected written(): void {}

  protected work(cycle: number): void {
    if (cycle < this.#alarm()) return;
    this.registers.words[this.registers.place.control] = 0;
    this.interrupt(due);
  }

  protected override nextWork(): number {
    return this.#alarm();
  }
}
