/** Whether cookies are still the same, two cycles after an access has entered. Source: `docs/systems/memory-management-unit.md`, "Unit: requests". */
import type { Slot } from './slots.ts';
import type { Entry } from './tlb.ts';

interface Checked {
  readonly slot: Slot;
  /** Number of the TLB's entry. */
  readonly number: number;
  readonly cookie: number;
}

export class Check {
  /** The register that asks for a cookie. */
  cookieIndex = 0;
  /** What the comparison of this cycle found, where there is one. */
  equal: Checked | undefined;
  different: Checked | undefined;
  #first: Checked | undefined;
  #second: Checked | undefined;

  reset(): void {
    this.cookieIndex = 0;
    this.#first = undefined;
    this.#second = undefined;
  }

  decide(cookie: number): void {
    const compared = this.#second;
    const same = compared?.cookie === cookie;
    this.equal = same ? compared : undefined;
    this.different = same ? undefined : compared;
  }

  sure(slot: Slot): boolean {
    return slot.checked || this.equal?.slot === slot;
  }

  /** The edge, with what enters by a hit at it. */
  edge(entering: { readonly slot: Slot; readonly number: number; readonly entry: Entry } | undefined): void {
    this.#second = this.#first;
    this.#first = entering && { slot: entering.slot, number: entering.number, cookie: entering.entry.cookie };
    if (entering !== undefined) this.cookieIndex = entering.entry.leaf.index;
  }
}
