/** The ports that are out of service, and their way back. Source: `docs/systems/resource-access-controller.md`, "An isolated port". */
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import type { Parts } from './parts.ts';
import type { DevicePort } from './port.ts';
import { lowest } from './slots.ts';

/** Sets of ports are masks, bit p for port p. */
export class Isolation {
  isolated = 0;
  /** The isolated ports whose first cycle it is. */
  first = 0;
  /** Of this cycle: the isolated ports at which nothing is outstanding. */
  drained = 0;
  readonly #parts: Parts;
  /** The record of outputs. */
  readonly #image: Uint32Array;
  readonly #acknowledge: number;
  readonly #request: number;
  #readyBefore = 0;

  /** @param image the record of outputs */
  constructor(parts: Parts, layout: PortLayout, image: Uint32Array) {
    this.#parts = parts;
    this.#image = image;
    this.#acknowledge = wordOf(layout.inputs, 'reset_acknowledge');
    this.#request = wordOf(layout.outputs, 'reset_request');
  }

  reset(): void {
    this.isolated = 0;
    this.first = 0;
    this.#readyBefore = 0;
  }

  /** Finds by the state at the start of the cycle what is drained. */
  look(): void {
    this.drained = 0;
    for (let rest = this.isolated & ~this.first; rest !== 0; rest &= rest - 1) {
      const index = lowest(rest);
      if (this.#parts.ports[index]!.drained) this.drained |= 1 << index;
    }
  }

  /** What software reads of the reset handshakes: those asked for, and from bit 8 those acknowledged. */
  handshakes(inputs: Uint32Array): number {
    return this.#image[this.#request]! | (inputs[this.#acknowledge]! << 8);
  }

  /**
   * The edge, after all others of the ports.
   * @param found the ports with a fault event
   * @param spoils those of them at which it was one that no request explains
   * @returns whether a port has become ready for re-admission
   */
  edge(inputs: Uint32Array, found: number, spoils: number): boolean {
    const { ports, registers } = this.#parts;
    const { words, place } = registers;
    const { isolated, drained } = this;
    const asked = words[place.port_reset]! & isolated;
    const withdrawn = words[place.port_isolate]! & isolated;
    const acknowledges = inputs[this.#acknowledge]!;
    const begins = found | (words[place.port_isolate]! & ~isolated);
    let requests = 0;
    this.isolated = (isolated & ~this.#readmitted(inputs)) | begins;
    this.first = begins;
    for (let index = 0; index < ports.length; index += 1) {
      const port = ports[index]!;
      const bit = 1 << index;
      if ((begins & bit) !== 0) this.#beginFilling(port, index);
      if ((spoils & bit) !== 0) port.spoiled = true;
      port.shake((asked & bit) !== 0, (withdrawn & bit) !== 0, (acknowledges & bit) !== 0);
      if (port.requesting) requests |= bit;
    }
    this.#image[this.#request] = requests;
    const ready = (drained & ~this.#readyBefore) !== 0;
    this.#readyBefore = drained;
    return ready;
  }

  /** The ports that a pulse puts back into service. */
  #readmitted(inputs: Uint32Array): number {
    const { words, place } = this.#parts.registers;
    let readmitted = words[place.port_readmit]! & this.drained & ~words[place.port_reset]!;
    for (let rest = readmitted; rest !== 0; rest &= rest - 1) {
      const index = lowest(rest);
      const { read, write } = this.#parts.ports[index]!;
      if (inputs[read.beat.place.valid] !== 0 || inputs[write.beat.place.valid] !== 0) readmitted &= ~(1 << index);
    }
    return readmitted;
  }

  /** The device still gets every beat that it was promised. */
  #beginFilling(port: DevicePort, index: number): void {
    const { active, slot, left } = this.#parts.writeData;
    const { port: portOf, local } = this.#parts.writeSlots;
    if (!active || portOf[slot] !== index || ((local >>> slot) & 1) !== 0) return;
    port.filling = true;
    port.fillingLeft = left;
    port.fillingSlot = slot;
  }
}
