/** The clients' rings and interrupts. Source: `docs/systems/receive-engine.md`, "Rings", "Interrupts". */
import type { Registers } from './registers.ts';

export class Rings {
  readonly head: Uint16Array;
  readonly stopped: Uint8Array;
  readonly #producer: Uint16Array;
  readonly #pending: Uint8Array;
  readonly #age: Uint16Array;
  readonly #registers: Registers;

  constructor(registers: Registers) {
    const { clients } = registers;
    this.#registers = registers;
    this.head = new Uint16Array(clients);
    this.stopped = new Uint8Array(clients);
    this.#producer = new Uint16Array(clients);
    this.#pending = new Uint8Array(clients);
    this.#age = new Uint16Array(clients);
  }

  reset(): void {
    for (const each of [this.head, this.stopped, this.#producer, this.#pending, this.#age]) each.fill(0);
  }

  /** A chain waits for its interrupt. */
  get moderates(): boolean {
    return this.#pending.some((pending) => pending !== 0);
  }

  hasRoom(client: number): boolean {
    const registers = this.#registers;
    if (!registers.enabled(client) || this.stopped[client] !== 0) return false;
    const used = (this.head[client]! - registers.of('consumer', client)) & 0xffff;
    return used < registers.entries(client);
  }

  /** Bit c: ring c has room. */
  get roomMask(): number {
    let mask = 0;
    for (let client = 0; client < this.head.length; client += 1) if (this.hasRoom(client)) mask |= 1 << client;
    return mask;
  }

  get stoppedMask(): number {
    return this.stopped.reduce((mask, one, client) => mask | (one << client), 0);
  }

  deliver(client: number): void {
    this.#producer[client]! += 1;
    this.#registers.set('producer', client, this.#producer[client]!);
    this.#registers.countUp('delivered', client);
  }

  restart(mask: number): void {
    for (let client = 0; client < this.head.length; client += 1) {
      if (((mask >>> client) & 1) === 0) continue;
      this.stopped[client] = 0;
      this.head[client] = this.#producer[client]!;
    }
  }

  /** The clients of a mask for which the end of a chain counts, by the state in this cycle. */
  done(mask: number): number {
    let counted = 0;
    for (let client = 0; client < this.head.length; client += 1)
      if (((mask >>> client) & 1) !== 0 && this.#registers.enabled(client) && this.stopped[client] === 0)
        counted |= 1 << client;
    return counted;
  }

  /** The edge of the moderation. Returns the clients that raise. */
  moderate(done: number): number {
    const moderation = this.#registers.of('moderation');
    const [chains, cycles] = [moderation & 0xff, moderation >>> 16];
    let raised = 0;
    for (let client = 0; client < this.head.length; client += 1) {
      const ends = (done >>> client) & 1;
      const [pending, age] = [this.#pending[client]!, this.#age[client]!];
      if (pending !== 0 && (pending >= chains || age >= cycles)) {
        raised |= 1 << client;
        this.#pending[client] = ends;
        this.#age[client] = 0;
        continue;
      }
      this.#pending[client] = Math.min(255, pending + ends);
      this.#age[client] = pending === 0 ? 0 : Math.min(65535, age + 1);
    }
    return raised;
  }
}
