/** Timers of answers that do not come. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import type { Deliveries } from './deliveries.ts';
import type { Events } from './events.ts';
import { setOf } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import type { ReadSlots } from './read-slots.ts';
import type { Walker } from './walker.ts';
import type { Wires } from './wires.ts';
import type { WriteSlots } from './write-slots.ts';

/** What a timer sees of the access that it watches, in a cycle. */
interface Watched {
  readonly open: boolean;
  readonly goesOn: boolean;
  /** Memory is not to blame. */
  readonly excused: boolean;
}

/** Watches one access after the other, of those of one direction at one port. */
class Timer {
  cycles = 0;
  /** The number of the access that is watched. */
  watch = 0;
  readonly #numbers: number;
  readonly #most: number;

  constructor(numbers: number, width: number) {
    this.#numbers = numbers;
    this.#most = 2 ** width - 1;
  }

  reset(): void {
    this.cycles = 0;
    this.watch = 0;
  }

  /** Passes over cycles in which nothing is open. */
  skip(cycles: number): void {
    this.watch = (this.watch + cycles) % this.#numbers;
  }

  step({ open, goesOn, excused }: Watched, failed: boolean): void {
    if (failed || !open || goesOn) this.cycles = 0;
    else if (!excused) this.cycles = Math.min(this.#most, this.cycles + 1);
    if (!open) this.skip(1);
  }
}

interface Parts {
  readonly ports: readonly MemoryPort[];
  readonly reads: ReadSlots;
  readonly writes: WriteSlots;
  readonly walker: Walker;
  readonly deliveries: Deliveries;
  readonly events: Events;
  readonly timerWidth: number;
}

export class Timers {
  readonly #parts: Parts;
  /** Of each port; the walker has the number after the last slot's. */
  readonly #timers: readonly { readonly reads: Timer; readonly writes: Timer }[];

  constructor(parts: Parts) {
    this.#parts = parts;
    const { ports, reads, writes, timerWidth } = parts;
    this.#timers = ports.map(() => ({
      reads: new Timer(reads.slots.length + 1, timerWidth),
      writes: new Timer(writes.slots.length, timerWidth),
    }));
  }

  reset(): void {
    for (const { reads, writes } of this.#timers) {
      reads.reset();
      writes.reset();
    }
  }

  /** Passes over cycles in which nothing is open. */
  skip(cycles: number): void {
    for (const { reads, writes } of this.#timers) {
      reads.skip(cycles);
      writes.skip(cycles);
    }
  }

  /** The edge; call it before anything else changes. */
  edge(inputs: Uint32Array, { failed }: Wires, timeout: number, openOnBoth: boolean): void {
    const patience = timeout >>> 1;
    const limit = openOnBoth && patience !== 0 ? patience : timeout;
    for (const port of this.#parts.ports) {
      const set = setOf(port.memory);
      const { reads, writes } = this.#timers[port.memory]!;
      if (timeout !== 0 && Math.max(reads.cycles, writes.cycles) >= limit) this.#parts.events.timeout |= set;
      const out = (failed & set) !== 0;
      reads.step(this.#read(inputs, port, reads.watch), out);
      writes.step(this.#write(inputs, port, writes.watch), out);
    }
  }

  #read(inputs: Uint32Array, port: MemoryPort, number: number): Watched {
    const { reads, walker, deliveries } = this.#parts;
    const slot = reads.slots[number];
    const open =
      slot === undefined
        ? walker.waiting && walker.port === port.memory
        : slot.valid && (slot.pending & setOf(port.memory)) !== 0;
    const of = slot ?? 'walker';
    const goesOn = (port.ar.of === of && port.ar.taken(inputs)) || deliveries.passes(port, of);
    return { open, goesOn, excused: port.r.full !== 0 };
  }

  #write(inputs: Uint32Array, { memory, aw, w }: MemoryPort, number: number): Watched {
    const slot = this.#parts.writes.slots[number]!;
    const open = slot.valid && (slot.pending & setOf(memory)) !== 0;
    const goesOn = !slot.sent && (aw.taken(inputs) || w.taken(inputs));
    return { open, goesOn, excused: !slot.sent && w.full === 0 };
  }
}
