/** The turn for both memories, and claims of the keeper. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import { turnAge } from '../../../rtl/memory-management-unit/interface.ts';
import { both, setOf } from './geometry.ts';
import type { ReadSlots } from './read-slots.ts';
import type { Wires } from './wires.ts';
import { isLaunched, type WriteSlot, type WriteSlots, writeStates } from './write-slots.ts';

export type Kind = 'reads' | 'writes';

export class Turns {
  /** Registers that the keeper sees. */
  request = false;
  claimBusy = false;
  readonly #reads: ReadSlots;
  readonly #writes: WriteSlots;
  #age = 0;
  /** The direction that may be open on both memories, and how long the other has waited. */
  #kind: Kind = 'writes';
  #kindAge = 0;
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
    this.#kind = 'writes';
    this.#kindAge = 0;
  }

  /** Passes over cycles in which no slot is used. */
  skip(cycles: number): void {
    if (this.#here) this.#age = Math.min(turnAge, this.#age + cycles);
  }

  #spent({ contended }: Wires): boolean {
    return contended && this.#age === turnAge;
  }

  /** Which directions want to begin on both memories. */
  #wanting({ failed }: Wires, compareWanted: boolean): Readonly<Record<Kind, boolean>> {
    const isReady = ({ state, local, enabled }: WriteSlot): boolean =>
      state === writeStates.translated && !local && enabled === both;
    return { reads: compareWanted, writes: failed === 0 && this.#writes.some(isReady) };
  }

  get #otherKind(): Kind {
    return this.#kind === 'reads' ? 'writes' : 'reads';
  }

  /** The direction that may begin on both memories in this cycle, if one may. */
  allowed(wires: Wires, compareWanted: boolean): Kind | undefined {
    if (!wires.turn || !this.request || this.#spent(wires)) return undefined;
    const gives = this.#kindAge === turnAge && this.#wanting(wires, compareWanted)[this.#otherKind];
    return gives ? undefined : this.#kind;
  }

  /** What has begun on both memories is not answered. */
  get open(): boolean {
    const owes = ({ route, pending }: { readonly route: number; readonly pending: number }): boolean =>
      route === both && pending !== 0;
    return this.#reads.some(owes) || this.#writes.some((slot) => isLaunched(slot) && owes(slot));
  }

  /** Its registers at the edge, by the slots before it. */
  edge(wires: Wires, compareWanted: boolean): void {
    const { turn, contended, claim, claimMemory, claimFrame } = wires;
    const { open } = this;
    const wanting = this.#wanting(wires, compareWanted);
    const wants = wanting.reads || wanting.writes;
    this.request = open || (wants && !this.#spent(wires)) || (turn && !contended);
    this.#changeKind(open, wanting);
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

  #changeKind(open: boolean, wanting: Readonly<Record<Kind, boolean>>): void {
    const next = this.#otherKind;
    const changes = wanting[next] && !open && (this.#kindAge === turnAge || !wanting[this.#kind]);
    this.#kindAge = changes || !wanting[next] ? 0 : Math.min(turnAge, this.#kindAge + 1);
    if (changes) this.#kind = next;
  }
}
