/** What a device was asked for and has not given. Source: `docs/systems/resource-access-controller.md`, "What is owed". */
import { lowest, type Slots } from './slots.ts';

/** One direction of a port. What is a bit a slot is a mask, bit s for slot s. */
export class Owed {
  /** Beats of reads, counted also while the port is in service. */
  beats = 0;
  /** The transactions of an isolated port that the device has not ended. */
  present = 0;
  /** The writes of which the device has all data. */
  whole = 0;
  readonly #id: Uint8Array;

  constructor(slots: number) {
    this.#id = new Uint8Array(slots);
  }

  /** The device owes nothing. */
  clear(): void {
    this.beats = 0;
    this.present = 0;
    this.whole = 0;
  }

  /** The edge of the first cycle of an isolation. */
  takeDown(slots: Slots, inFlight: number): void {
    this.present = inFlight;
    this.whole = slots.delivered;
    this.#id.set(slots.id);
  }

  /**
   * A beat of this identifier pays for the lowest transaction that it may belong to.
   * @param answerable the slots that the device can answer
   * @returns whether there is one
   */
  pay(id: number, answerable: number, last: boolean): boolean {
    for (let rest = this.present & answerable; rest !== 0; rest &= rest - 1) {
      const slot = lowest(rest);
      if (this.#id[slot] !== id) continue;
      if (last) this.present &= ~(1 << slot);
      return true;
    }
    return false;
  }
}
