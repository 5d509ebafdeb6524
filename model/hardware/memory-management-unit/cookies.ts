/** The page mapping cookies, and how pages are taken back. Source: `docs/systems/memory-management-unit.md`, "Cookies". */
import type { KeeperRegisters } from './keeper-registers.ts';
import type { KeeperWires } from './keeper-wires.ts';

const allBit = 30;
const startBit = 31;

export class Cookies {
  /** Registers that the units see. */
  bump = false;
  index = 0;
  flush = false;
  readonly values: Uint32Array;
  readonly #cookies: Uint32Array;
  readonly #limit: number;
  readonly #registers: KeeperRegisters;
  #cleared = 0;
  #active = false;
  #all = false;
  #done = false;

  constructor(registers: KeeperRegisters, units: number, cookieWidth: number, cookieIndexWidth: number) {
    this.#registers = registers;
    this.#cookies = new Uint32Array(2 ** cookieIndexWidth);
    this.#limit = 2 ** cookieWidth;
    this.values = new Uint32Array(units);
  }

  reset(): void {
    this.bump = false;
    this.index = 0;
    this.flush = false;
    this.values.fill(0);
    this.#cleared = 0;
    this.#active = false;
    this.#all = false;
    this.#done = false;
  }

  /** No page is being taken back, and the cookies have been cleared. */
  get idle(): boolean {
    return this.ready && !this.holdsAnswer && !this.bump;
  }

  get ready(): boolean {
    return this.#cleared === this.#cookies.length;
  }

  get #starts(): boolean {
    return this.#registers.get('bump') >>> startBit !== 0;
  }

  /** The answer to a write is kept back. */
  get holdsAnswer(): boolean {
    return this.#active || this.#starts;
  }

  edge(wires: KeeperWires): void {
    const { ready } = this;
    for (let unit = 0; unit < wires.units; unit += 1) {
      this.values[unit] = ready ? this.#cookies[wires.of(unit, 'cookie_index')]! : 0;
    }
    const bumps = this.#active && !this.#done && ready;
    const ends = this.#active && this.#done && !this.bump && !wires.some('bump_busy');
    const cookie = this.#cookies[this.index]!;
    this.bump = bumps;
    this.flush = bumps && (this.#all || cookie === this.#limit - 1);
    if (bumps) {
      this.#done = true;
      this.#cookies[this.index] = (cookie + 1) % this.#limit;
    }
    if (ends) this.#active = false;
    if (this.#starts) this.#start();
    if (!ready) this.#cookies[this.#cleared++] = 0;
  }

  #start(): void {
    const word = this.#registers.get('bump');
    this.#active = true;
    this.#done = false;
    this.#all = ((word >>> allBit) & 1) !== 0;
    this.index = word & (this.#cookies.length - 1);
  }
}
