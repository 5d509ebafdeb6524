/** Answers to writes. Source: `docs/systems/memory-management-unit.md`, "Unit: writes". */
import { faultCauses, responses } from '../../../rtl/memory-management-unit/interface.ts';
import type { OutputRegister } from '../primitives/channels.ts';
import type { Events } from './events.ts';
import { isError, memories, other, setOf } from './geometry.ts';
import type { MemoryPort } from './memory-port.ts';
import type { Wires } from './wires.ts';
import { isExclusive, isLaunched, type WriteSlot, type WriteSlots, writeStates } from './write-slots.ts';
import type { Writes } from './writes.ts';

interface Outcome {
  readonly response: number;
  readonly cause: number;
  /** Memories whose error it tells of. */
  readonly errors: number;
}

export class Answers {
  readonly #slots: WriteSlots;
  readonly #writes: Writes;
  readonly #ports: readonly MemoryPort[];
  readonly #output: OutputRegister;
  readonly #events: Events;
  readonly #walkerIdentifier: number;
  /** Decisions of this cycle: memories that answer, whom, and with what. */
  #answered: { readonly slot: WriteSlot; readonly memory: number; readonly response: number }[] = [];
  #cut: { readonly slot: WriteSlot; readonly outcome: Outcome }[] = [];
  #done: { readonly slot: WriteSlot; readonly outcome: Outcome } | undefined;

  constructor(
    slots: WriteSlots,
    writes: Writes,
    ports: readonly MemoryPort[],
    output: OutputRegister,
    events: Events,
    walkerIdentifier: number,
  ) {
    this.#slots = slots;
    this.#writes = writes;
    this.#ports = ports;
    this.#output = output;
    this.#events = events;
    this.#walkerIdentifier = walkerIdentifier;
  }

  decide(inputs: Uint32Array, wires: Wires): void {
    this.#answered = [];
    for (const port of this.#ports) this.#take(inputs, wires, port);
    this.#settle(inputs, wires);
  }

  #take(inputs: Uint32Array, { failed }: Wires, port: MemoryPort): void {
    const set = setOf(port.memory);
    const answer = port.answer(inputs);
    if (answer === undefined || (failed & set) !== 0) return;
    const { id, response } = answer;
    const slot =
      id >= this.#walkerIdentifier
        ? undefined
        : this.#slots.oldest(
            (each) => isLaunched(each) && each.request.id === id && (each.pending & set) !== 0 && each.sent,
          );
    if (slot === undefined || port.aw.holds(slot, inputs) || port.w.holds(slot, inputs)) this.#events.failure |= set;
    else this.#answered.push({ slot, memory: port.memory, response });
  }

  #settle(inputs: Uint32Array, wires: Wires): void {
    this.#cut = [];
    this.#done = undefined;
    const free = this.#output.free(inputs);
    const outcomes = new Map<WriteSlot, Outcome>();
    for (const slot of this.#slots.slots) {
      if (!isLaunched(slot) || !slot.sent || slot.pending !== 0) continue;
      const outcome = this.#outcome(slot, wires);
      if (outcome === undefined) continue;
      if (slot.cut) this.#cut.push({ slot, outcome });
      else outcomes.set(slot, outcome);
    }
    if (!free) return;
    const slot = this.#slots.oldest((each) => outcomes.has(each) && this.#slots.olderThan(each).length === 0);
    if (slot !== undefined) this.#done = { slot, outcome: outcomes.get(slot)! };
  }

  /** Undefined while a copy that was not made waits until every unit knows. */
  #outcome(slot: WriteSlot, { failed, readable }: Wires): Outcome | undefined {
    if (slot.local) return { response: slot.response, cause: slot.cause, errors: 0 };
    const live = slot.route & ~failed;
    const refused = live & slot.refused;
    for (const memory of memories) {
      const set = setOf(memory);
      const fellow = setOf(other(memory));
      if (live === (set | fellow) && refused === set && (readable & fellow) !== 0) {
        this.#events.failure |= set;
        return undefined;
      }
    }
    if (live === 0) return { response: responses.subordinate_error, cause: faultCauses.lost, errors: 0 };
    if (refused !== 0) return { response: responses.subordinate_error, cause: 0, errors: refused };
    return { response: slot.exclusive ? responses.exclusive_okay : responses.okay, cause: 0, errors: 0 };
  }

  /** The edge. */
  edge({ failed }: Wires): void {
    for (const { slot, memory, response } of this.#answered) {
      slot.pending &= ~(1 << memory);
      if (isError(response)) slot.refused |= 1 << memory;
      slot.exclusive = response === responses.exclusive_okay && isExclusive(slot);
    }
    for (const slot of this.#slots.slots) {
      slot.pending &= ~failed;
      slot.route &= ~failed;
    }
    for (const { slot, outcome } of this.#cut) {
      this.#events.error |= outcome.errors;
      Object.assign(slot, { cut: false, leaving: false, sent: false });
      if (this.#writes.kept !== 0 && isExclusive(slot)) this.#breakOff(slot, outcome);
      else {
        if (this.#writes.kept !== 0) slot.worst = Math.max(slot.worst, outcome.response);
        Object.assign(slot, { state: writeStates.again, checked: false });
      }
    }
    if (this.#done !== undefined) this.#give(this.#done.slot, this.#done.outcome);
  }

  /** Nothing was written if memory said that the write failed; else a part of it was. */
  #breakOff(slot: WriteSlot, { response, cause }: Outcome): void {
    slot.state = writeStates.translated;
    slot.local = true;
    slot.response = response === responses.okay ? responses.okay : responses.subordinate_error;
    slot.cause = cause;
  }

  #give(slot: WriteSlot, { response, cause, errors }: Outcome): void {
    const { image, place } = this.#output;
    image[place.at] = slot.request.id;
    image[place.at + 1] = Math.max(response, slot.worst);
    this.#output.fill();
    slot.valid = false;
    this.#events.error |= errors;
    if (cause === 0) return;
    this.#events.writeFault = slot;
    this.#events.writeCause = cause;
  }
}
