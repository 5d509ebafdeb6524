/** The turn for both memories, and claims of the keeper. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import { turnAge } from '../../../rtl/memory-management-unit/interface.ts';
import { both, setOf } from './geometry.ts';
import type { ReadSlots } from './read-slots.ts';
import type { Wires } from './wires.ts';
import { isLaunched, type WriteSlots, writeStates } from './write-slots.ts';

export class Turns {
  /** Registers that the keeper sees. */
  request = false;
  claimBusy = false;
  readonly #reads: ReadSlots;
  readonly #writes: WriteSlots;
  #age = 0;
  /** Whether the turn was here in the last cycle. */
  #here = false;

  constructor(reads: ReadSlots, writes: WriteSlots) {
    this.#reads = reads;
    this.#writes = writes;
  }

  reset(): void {
    this.request = false;
    this.claimBusy = false;
    this.#age = 0;
  }

  /** Passes over cycles in which no slot is used. */
  skip(cycles: number): void {
    if (this.#here) this.#age = Math.min(turnAge, this.#age + cycles);
  }

  #spent({ contended }: Wires): boolean {
    return contended && this.#age === turnAge;
  }

  /** Whether something may begin on both memories in this cycle. */
  allowed(wires: Wires): boolean {
    return wires.turn && this.request && !this.#spent(wires);
  }

  /** Its registers at the edge, by the slots before it. */
  edge(wires: Wires, compareWanted: boolean): void {
    const { turn, contended, failed, claim, claimMemory, claimFrame } = wires;
    const owes = ({ route, pending }: { readonly route: number; readonly pending: number }): boolean =>
      route === both && pending !== 0;
    const open = this.#reads.some(owes) || this.#writes.some((slot) => isLaunched(slot) && owes(slot));
    const wants =
      compareWanted ||
      (failed === 0 &&
        this.#writes.some(
          ({ state, local, enabled }) => state === writeStates.translated && !local && enabled === both,
        ));
    this.request = open || (wants && !this.#spent(wires)) || (turn && !contended);
    this.claimBusy =
      claim &&
      this.#writes.some(
        (slot) =>
          isLaunched(slot) &&
          !slot.local &&
          slot.pending !== 0 &&
          (slot.enabled & setOf(claimMemory)) !== 0 &&
          slot.frames[claimMemory] === claimFrame,
      );
    this.#here = turn;
    this.#age = turn ? Math.min(turnAge, this.#age + 1) : 0;
  }
}
