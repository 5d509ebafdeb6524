/** What is noted of faults and errors, and the log of the first. Source: `docs/systems/resource-access-controller.md`, "Faults". */
import { errorWidth, faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { Registers } from './registers.ts';
import type { Slots } from './slots.ts';

/** What a cycle has found at one side of a port; it acts in the next. */
export interface Note {
  /** Of an event; 0 for an error response. */
  readonly cause: number;
  readonly resource: number;
  /** Whether the resource is to blame. */
  readonly blames: boolean;
  /** -1 without one. */
  readonly slot: number;
  readonly id: number;
}

const greatestErrors = 2 ** errorWidth - 1;

export class Faults {
  /** Of what acts in this cycle, a mask of resources. */
  faulted = 0;
  any = false;
  readonly #registers: Registers;
  readonly #notes: (Note | null)[];
  #log = 0;
  #addressLow = 0;
  #addressHigh = 0;

  constructor(registers: Registers, ports: number) {
    this.#registers = registers;
    this.#notes = Array.from({ length: 2 * ports }, () => null);
  }

  reset(): void {
    this.#notes.fill(null);
  }

  /** Nothing is noted. */
  get idle(): boolean {
    return this.#notes.every((note) => note === null);
  }

  note(port: number, write: boolean, note: Note | null): void {
    this.#notes[2 * port + Number(write)] = note;
  }

  /** Acts on what the cycle before has noted; the errors count at once, so this comes after everything that asks for them. */
  act(readSlots: Slots, writeSlots: Slots): void {
    this.faulted = 0;
    this.any = false;
    let readError: readonly [number, Note] | null = null;
    let writeError: readonly [number, Note] | null = null;
    for (const [place, note] of this.#notes.entries()) {
      if (note === null) continue;
      const port = place >>> 1;
      const write = (place & 1) !== 0;
      if (note.cause !== 0) {
        if (note.blames) this.faulted |= 1 << note.resource;
        this.#record(note.cause, write, port, note.resource, write ? writeSlots : readSlots, note.slot, note.id);
      } else if (write) writeError = [port, note];
      else readError = [port, note];
    }
    if (readError !== null) this.#countError(...readError, false, readSlots);
    // Two of one resource count as one.
    if (writeError !== null && readError?.[1].resource !== writeError[1].resource) {
      this.#countError(...writeError, true, writeSlots);
    }
  }

  #countError(port: number, { resource, slot, id }: Note, write: boolean, slots: Slots): void {
    const { words, place } = this.#registers;
    const errors = words[place.errors + resource]! + 1;
    const limit = words[place.error_limit + resource]!;
    words[place.errors + resource] = Math.min(greatestErrors, errors);
    if (limit === 0 || errors < limit) return;
    this.faulted |= 1 << resource;
    this.#record(faultCauses.limit, write, port, resource, slots, slot, id);
  }

  #record(cause: number, write: boolean, port: number, resource: number, slots: Slots, slot: number, id: number): void {
    if (this.any) return;
    this.any = true;
    this.#addressLow = slot >= 0 ? slots.addressLow[slot]! : 0;
    this.#addressHigh = slot >= 0 ? slots.addressHigh[slot]! : 0;
    this.#log =
      (1 |
        (Number(write) << 1) |
        (Number(slot >= 0) << 2) |
        (cause << 4) |
        (port << 8) |
        (resource << 16) |
        (id << 24)) >>>
      0;
  }

  /** The edge of the log. */
  edge(clear: boolean): void {
    const { words, place } = this.#registers;
    const logged = (words[place.log]! & 1) !== 0;
    if (this.any && !logged) {
      words[place.log] = this.#log;
      words[place.log_cycle] = words[place.cycle]!;
      words[place.log_address_low] = this.#addressLow;
      if (place.log_address_high !== undefined) words[place.log_address_high] = this.#addressHigh;
    } else if (clear) {
      words[place.log] = words[place.log]! & ~1;
    }
  }
}
