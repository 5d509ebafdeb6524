/** The controller's own answers. Source: `docs/systems/resource-access-controller.md`, "Responses". */
import { fakePolicies } from '../../../rtl/resource-access-controller/interface.ts';
import type { Registers } from './registers.ts';
import { firstFrom, type Slots } from './slots.ts';

/** What every 32-bit lane of a slot's faked data is. */
export const fakedWord = (slots: Slots, slot: number, { words, place }: Registers): number => {
  const policy = slots.policy[slot]!;
  if (policy === fakePolicies.ones) return 0xffff_ffff;
  return policy === fakePolicies.word ? words[place.fake_word + slots.port[slot]!]! : 0;
};

/** The faker of one direction. */
export class Faker {
  readonly #slots: Slots;
  readonly #write: boolean;
  #slot = 0;
  #active = false;

  constructor(slots: Slots, write: boolean) {
    this.#slots = slots;
    this.#write = write;
  }

  reset(): void {
    this.#slot = 0;
    this.#active = false;
  }

  /** The slot that it offers in this cycle, or -1. */
  offer(isolated: number): number {
    const slots = this.#slots;
    if (this.#active) return this.#slot;
    if (slots.valid === 0) return -1;
    const ready = slots.routedLocal(isolated) & slots.front & (this.#write ? slots.received : -1);
    return ready === 0 ? -1 : firstFrom(ready, this.#slot + 1);
  }

  /** The edge at which its beat is taken. */
  take(slot: number, last: boolean): void {
    this.#slot = slot;
    this.#active = !last;
  }
}
