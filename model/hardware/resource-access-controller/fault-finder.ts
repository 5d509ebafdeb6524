/** Finds the fault events of the ports. Source: `docs/systems/resource-access-controller.md`, "Faults". */
import { faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { Note } from './faults.ts';
import type { Parts } from './parts.ts';
import { causeOfTimeout } from './timeouts.ts';

export class FaultFinder {
  /** The ports at which this cycle found what no request explains. */
  spoils = 0;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is noted acts, and what this cycle finds is noted. Returns the ports at which a side event was found. */
  find(inputs: Uint32Array, isolated: number): number {
    const { faults, ports, readSlots, writeSlots, readAges, writeAges, registers } = this.#parts;
    faults.act(readSlots, writeSlots);
    readAges.look(inputs);
    writeAges.look(inputs);
    let found = 0;
    this.spoils = 0;
    for (let index = 0; index < ports.length; index += 1) {
      const apart = ((isolated >>> index) & 1) !== 0;
      const read = this.#findFault(index, false, apart);
      const write = this.#findFault(index, true, apart);
      if (read || write) found |= 1 << index;
    }
    readAges.edge(registers.words, registers.place.timeout);
    writeAges.edge(registers.words, registers.place.timeout);
    return found;
  }

  #findFault(index: number, write: boolean, apart: boolean): boolean {
    const { faults, ports, readResponses, writeResponses, readAges, writeAges } = this.#parts;
    const port = ports[index]!;
    const side = write ? port.write : port.read;
    const responses = write ? writeResponses : readResponses;
    const { overdue } = write ? writeAges : readAges;
    const late = !apart && overdue >= 0 && ((side.slots.ofPort[index]! >>> overdue) & 1) !== 0;
    const { slots, slot, cause, id } = side;
    const note = (value: Note | null): void => faults.note(index, write, value);
    if (side.changed) {
      note({ cause: faultCauses.changed, resource: port.suspect, blames: port.suspected, slot: -1, id: 0 });
    } else if (cause !== 0) {
      const known = slot >= 0;
      const resource = known ? slots.resource[slot]! : port.suspect;
      note({ cause, resource, blames: known || port.suspected, slot, id });
    } else if (late) {
      note({
        cause: causeOfTimeout(port, overdue, write),
        resource: slots.resource[overdue]!,
        blames: true,
        slot: overdue,
        id: slots.id[overdue]!,
      });
    } else {
      const error = responses.source === index && responses.errorOf >= 0;
      note(error ? { cause: 0, resource: responses.errorOf, blames: false, slot, id } : null);
      return false;
    }
    if (side.changed || cause !== 0) this.spoils |= 1 << index;
    return true;
  }
}
