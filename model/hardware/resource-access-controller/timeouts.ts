/** Transactions that are kept waiting. Source: `docs/systems/resource-access-controller.md`, "Timeouts". */
import { faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { DevicePort, PortSide } from './port.ts';
import { lowest, type Slots } from './slots.ts';

/** The ages of the slots of one direction, which are looked at by turns. */
export class Ages {
  /** Of this cycle: the slot with a timeout event, or -1. */
  overdue = -1;
  readonly #slots: Slots;
  readonly #ports: readonly DevicePort[];
  readonly #write: boolean;
  readonly #greatest: number;
  #watch = 0;
  #looked = { slot: 0, timeout: 0 };
  #due = -1;
  /** Masks of slots. */
  #moves = 0;
  #charged = 0;

  /** @param timerWidth bits of an age, which stays at its greatest value */
  constructor(slots: Slots, ports: readonly DevicePort[], write: boolean, timerWidth: number) {
    this.#slots = slots;
    this.#ports = ports;
    this.#write = write;
    this.#greatest = 2 ** timerWidth - 1;
  }

  reset(): void {
    this.#watch = 0;
    this.#looked = { slot: 0, timeout: 0 };
    this.#due = -1;
  }

  /** What moves in this cycle and what waits, and whether what is due is overdue; the candidates have been matched. */
  look(inputs: Uint32Array): void {
    const { valid, local, age } = this.#slots;
    this.#moves = 0;
    this.#charged = 0;
    for (let index = 0; index < this.#ports.length; index += 1) {
      const ours = this.#slots.ofPort[index]! & ~local;
      if (ours !== 0) this.#lookAt(this.#ports[index]!, ours, inputs);
    }
    const slot = this.#due;
    const stands = slot >= 0 && ((valid & ~local & ~this.#moves) >>> slot) & 1;
    this.overdue = stands && age[slot] !== 0 ? slot : -1;
  }

  #lookAt(port: DevicePort, ours: number, inputs: Uint32Array): void {
    const side: PortSide = this.#write ? port.write : port.read;
    const { request, beat } = side;
    if (request.taken(inputs)) this.#moves |= ours & (1 << request.slot);
    if (this.#write && port.data.taken(inputs)) this.#moves |= ours & (1 << port.data.slot);
    if (beat.full !== 0) return;
    if (beat.has && side.slot >= 0) this.#moves |= 1 << side.slot;
    const hasData = this.#write && port.data.full === 0 ? this.#slots.delivered : -1;
    this.#charged |= ours & hasData;
  }

  /** The next slot is looked at. */
  #turn(timeouts: Uint32Array, first: number): void {
    const { age, resource, count } = this.#slots;
    const { slot, timeout } = this.#looked;
    this.#due = timeout !== 0 && age[slot]! >= timeout ? slot : -1;
    this.#looked = { slot: this.#watch, timeout: timeouts[first + resource[this.#watch]!]! };
    this.#watch = this.#watch + 1 === count ? 0 : this.#watch + 1;
  }

  /** Passes over cycles in which no slot is used: what was looked at two cycles ago is forgotten. */
  skip(cycles: number, timeouts: Uint32Array, first: number): void {
    const turns = Math.min(cycles, 2);
    this.#watch = (this.#watch + cycles - turns) % this.#slots.count;
    for (let turn = 0; turn < turns; turn += 1) this.#turn(timeouts, first);
  }

  /** The edge, but for the slots that are used anew at it; `timeouts` has that of resource 0 at `first`. */
  edge(timeouts: Uint32Array, first: number): void {
    const { age } = this.#slots;
    this.#turn(timeouts, first);
    for (let rest = this.#charged & ~this.#moves; rest !== 0; rest &= rest - 1) {
      const waits = lowest(rest);
      if (age[waits] !== this.#greatest) age[waits]! += 1;
    }
    for (let rest = this.#moves; rest !== 0; rest &= rest - 1) age[lowest(rest)] = 0;
  }
}

/** Why a slot of this port is overdue. */
export const causeOfTimeout = (port: DevicePort, slot: number, write: boolean): number => {
  const { request, slots } = write ? port.write : port.read;
  if (request.full !== 0 && request.slot === slot) return faultCauses.address_timeout;
  const untaken = write && port.data.full !== 0 && ((slots.delivered >>> slot) & 1) === 0;
  return untaken ? faultCauses.data_timeout : faultCauses.response_timeout;
};
