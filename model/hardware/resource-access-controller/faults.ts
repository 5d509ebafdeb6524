/** Fault events and the log of the first. Source: `docs/systems/resource-access-controller.md`, "Faults". */
import { faultCauses } from '../../../rtl/resource-access-controller/interface.ts';
import type { Registers } from './registers.ts';
import type { Slots } from './slots.ts';

export class Faults {
  /** Of this cycle's events, masks of resources and ports. */
  faulted = 0;
  isolated = 0;
  spoiled = 0;
  any = false;
  readonly #registers: Registers;
  #log = 0;
  #hasAddress = false;
  #addressLow = 0;
  #addressHigh = 0;
  /** The address memory's word, on its way to the log. */
  #onItsWay = false;
  #wayLow = 0;
  #wayHigh = 0;

  constructor(registers: Registers) {
    this.#registers = registers;
  }

  reset(): void {
    this.begin();
    this.#onItsWay = false;
  }

  /** Before the events of a cycle. */
  begin(): void {
    this.faulted = 0;
    this.isolated = 0;
    this.spoiled = 0;
    this.any = false;
  }

  /** An event, in the order of the page; with `slot` -1 when there is none. `blames`: whether its resource is to blame. */
  record(
    cause: number,
    write: boolean,
    port: number,
    resource: number,
    slots: Slots,
    slot: number,
    id: number,
    blames = true,
  ): void {
    if (blames) this.faulted |= 1 << resource;
    if (cause !== faultCauses.limit) this.isolated |= 1 << port;
    if (cause >= faultCauses.unknown_identifier) this.spoiled |= 1 << port;
    if (this.any) return;
    this.any = true;
    this.#hasAddress = slot >= 0;
    this.#addressLow = slot >= 0 ? slots.addressLow[slot]! : 0;
    this.#addressHigh = slot >= 0 ? slots.addressHigh[slot]! : 0;
    this.#log =
      (1 |
        (Number(write) << 1) |
        (Number(this.#hasAddress) << 2) |
        (cause << 4) |
        (port << 8) |
        (resource << 16) |
        (id << 24)) >>>
      0;
  }

  /** The edge of the log. */
  edge(clear: boolean): void {
    const { words, place } = this.#registers;
    if (this.#onItsWay) {
      words[place.log_address_low] = this.#wayLow;
      if (place.log_address_high !== undefined) words[place.log_address_high] = this.#wayHigh;
      this.#onItsWay = false;
    }
    const logged = (words[place.log]! & 1) !== 0;
    if (this.any && !logged) {
      words[place.log] = this.#log;
      words[place.log_cycle_low] = words[place.cycle]!;
      words[place.log_cycle_high] = words[place.cycle + 1]!;
      this.#wayLow = this.#addressLow;
      this.#wayHigh = this.#addressHigh;
      this.#onItsWay = true;
    } else if (clear) {
      words[place.log] = words[place.log]! & ~1;
    }
  }
}
