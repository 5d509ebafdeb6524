/** What a processor knows of interrupts: which lines are up, which it has masked, and who waits for one. */
import { type InterruptLine, interruptLines } from '../../../rtl/platform/interface.ts';
import type { Interrupts } from './interface.ts';
import { checkCycle } from './sleepers.ts';

const lines = (Object.entries(interruptLines) as [InterruptLine, number][]).sort(([, a], [, b]) => a - b);
const bitOf = (line: InterruptLine): number => {
  const bit = interruptLines[line];
  if (bit === undefined)
    throw new RangeError(`there is no interrupt line '${line}', only ${lines.map(([name]) => name).join(', ')}`);
  return 1 << bit;
};
const setOf = (mask: number): Set<InterruptLine> =>
  new Set(lines.filter(([, bit]) => ((mask >>> bit) & 1) !== 0).map(([name]) => name));

interface Waiter {
  /** Lines of which one ends the waiting; undefined: whatever is not masked then. */
  readonly lines: number | undefined;
  readonly until: number;
  tell(line: InterruptLine | undefined): void;
  fail(error: Error): void;
}

/** The platform's part in it. */
export interface Surroundings {
  /** The lines of the last cycle. */
  readonly up: number;
  readonly now: number;
  readonly dead: Error | undefined;
}

export class ProcessorInterrupts implements Interrupts {
  #enabled = 0;
  readonly #waiters: Waiter[] = [];
  readonly #around: () => Surroundings;

  constructor(around: () => Surroundings) {
    this.#around = around;
  }

  get raised(): ReadonlySet<InterruptLine> {
    return setOf(this.#around().up);
  }

  get unmasked(): ReadonlySet<InterruptLine> {
    return setOf(this.#enabled);
  }

  mask(...names: InterruptLine[]): void {
    for (const name of names) this.#enabled &= ~bitOf(name);
  }

  unmask(...names: InterruptLine[]): void {
    for (const name of names) this.#enabled |= bitOf(name);
  }

  async next(): Promise<InterruptLine> {
    const line = await this.#waitFor(undefined, Number.POSITIVE_INFINITY);
    return line!;
  }

  async wait(line: InterruptLine, until = Number.POSITIVE_INFINITY): Promise<boolean> {
    return (await this.#waitFor(bitOf(line), until)) !== undefined;
  }

  #waitFor(wanted: number | undefined, until: number): Promise<InterruptLine | undefined> {
    return new Promise((tell, fail) => {
      checkCycle(until);
      const { dead } = this.#around();
      if (dead !== undefined) fail(dead);
      else this.#waiters.push({ lines: wanted, until, tell, fail });
    });
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** The first cycle in which waiting ends by itself. */
  get deadline(): number {
    return this.#waiters.reduce((least, { until }) => Math.min(least, until), Number.POSITIVE_INFINITY);
  }

  /** Whether somebody's waiting is over. */
  get due(): boolean {
    const { up, now } = this.#around();
    return this.#waiters.some((waiter) => this.#over(waiter, up, now));
  }

  #over(waiter: Waiter, up: number, now: number): boolean {
    return (up & (waiter.lines ?? this.#enabled)) !== 0 || now >= waiter.until;
  }

  /** Tells those whose waiting is over. */
  tell(): void {
    const { up, now } = this.#around();
    for (const waiter of [...this.#waiters]) {
      if (!this.#over(waiter, up, now)) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      const found = up & (waiter.lines ?? this.#enabled);
      waiter.tell(lines.find(([, bit]) => ((found >>> bit) & 1) !== 0)?.[0]);
    }
  }

  fail(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }
}
