/** Finds the fault events of the ports. Source: `docs/systems/resource-access-controller.md`, "Faults". */
import { faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { Note } from './faults.ts';
import type { Parts } from './parts.ts';
import { stepWatch } from './timeouts.ts';

export class FaultFinder {
  /** The ports at which this cycle found what no request explains. */
  spoils = 0;
  readonly #parts: Parts;
  readonly #greatestTime: number;

  /** @param timerWidth bits of the timers, which stay at their greatest value */
  constructor(parts: Parts, timerWidth: number) {
    this.#parts = parts;
    this.#greatestTime = 2 ** timerWidth - 1;
  }

  /** What is noted acts, and what this cycle finds is noted. Returns the ports at which a side event was found. */
  find(inputs: Uint32Array, isolated: number): number {
    const { faults, ports, readSlots, writeSlots } = this.#parts;
    faults.act(readSlots, writeSlots);
    let found = 0;
    this.spoils = 0;
    for (let index = 0; index < ports.length; index += 1) {
      const apart = ((isolated >>> index) & 1) !== 0;
      const read = this.#findFault(index, false, inputs, apart);
      const write = this.#findFault(index, true, inputs, apart);
      if (read || write) found |= 1 << index;
    }
    return found;
  }

  #findFault(index: number, write: boolean, inputs: Uint32Array, apart: boolean): boolean {
    const { faults, ports, readResponses, writeResponses, registers } = this.#parts;
    const port = ports[index]!;
    const side = write ? port.write : port.read;
    const responses = write ? writeResponses : readResponses;
    const { words, place } = registers;
    const loaded = responses.source === index ? responses.slot : -1;
    const timeout = stepWatch(
      port,
      side,
      inputs,
      apart,
      loaded,
      responses.free,
      words,
      place.timeout,
      this.#greatestTime,
    );
    const { slots, slot, cause, id } = side;
    const note = (value: Note | null): void => faults.note(index, write, value);
    if (side.changed) {
      note({ cause: faultCauses.changed, resource: port.suspect, blames: port.suspected, slot: -1, id: 0 });
    } else if (cause !== 0) {
      const known = slot >= 0;
      const resource = known ? slots.resource[slot]! : port.suspect;
      note({ cause, resource, blames: known || port.suspected, slot, id });
    } else if (timeout !== 0) {
      const { watch } = side;
      note({ cause: timeout, resource: slots.resource[watch]!, blames: true, slot: watch, id: slots.id[watch]! });
    } else {
      const error = responses.source === index && responses.errorOf >= 0;
      note(error ? { cause: 0, resource: responses.errorOf, blames: false, slot, id } : null);
      return false;
    }
    if (side.changed || cause !== 0) this.spoils |= 1 << index;
    return true;
  }
}
