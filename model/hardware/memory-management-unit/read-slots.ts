/** The ring of read slots. Source: `docs/systems/memory-management-unit.md`, "Unit: reads". */
import { type Memory, memories, setOf } from './geometry.ts';
import { newSlot, Ring, type Slot } from './slots.ts';
import type { Wires } from './wires.ts';

export const readStates = { again: 0, flight: 1 } as const;

export interface ReadSlot extends Slot {
  /** AxLOCK of what the memory was asked. */
  asked: number;
  /** Beats given to the processor. */
  delivered: number;
  /** Beats to drop before the next to deliver. */
  skip: number;
  excluded: number;
  /** Its first beat was answered with EXOKAY. */
  granted: boolean;
}

const newReadSlot = (): ReadSlot => ({ ...newSlot(), asked: 0, delivered: 0, skip: 0, excluded: 0, granted: false });

const inFlight = (slot: ReadSlot): boolean => slot.valid && slot.state === readStates.flight;

export class ReadSlots extends Ring<ReadSlot> {
  /** Slots to be sent again at this edge. */
  readonly #again = new Set<ReadSlot>();
  /** Those of them whose page is taken back, and the memories that others are not to try again. */
  readonly #meant = new Set<ReadSlot>();
  readonly #refused = new Map<ReadSlot, number>();

  constructor(count: number) {
    super(count, newReadSlot);
  }

  override reset(): void {
    super.reset();
    this.#forget();
  }

  /** What this cycle's bump sends again; call it before anything changes. */
  bump({ bump, bumpIndex, bumpFlush }: Wires): void {
    if (!bump) return;
    for (const slot of this.slots) {
      if (!inFlight(slot) || slot.local || !(bumpFlush || slot.index === bumpIndex)) continue;
      this.#again.add(slot);
      this.#meant.add(slot);
    }
  }

  /** What a processor that takes no answers sends again; call it before anything changes. */
  stop(): void {
    for (const slot of this.slots) if (inFlight(slot) && !slot.local) this.#again.add(slot);
  }

  sendAgain(slot: ReadSlot): void {
    this.#again.add(slot);
  }

  /** Sends it again to the other memory; after this cycle's bump, which lets it try both. */
  failOver(slot: ReadSlot, memory: Memory): void {
    this.#again.add(slot);
    if (!this.#meant.has(slot)) this.#refused.set(slot, setOf(memory));
  }

  #forget(): void {
    this.#again.clear();
    this.#meant.clear();
    this.#refused.clear();
  }

  /** The edge of a cycle in which memories have failed. */
  fail({ failed }: Wires): void {
    if (failed === 0) return;
    for (const slot of this.slots) {
      if (!slot.valid) continue;
      slot.pending &= ~failed;
      if (!inFlight(slot) || !memories.some((memory) => (failed & slot.route & setOf(memory)) !== 0)) continue;
      slot.route &= ~failed;
      if (slot.route === 0) this.#again.add(slot);
    }
  }

  /** The edge, after what enters has entered: sends again, and newer ones with the same identifier as well. */
  settle(): void {
    for (const slot of this.#again) {
      // What ended at this edge is not sent again.
      if (!slot.valid) continue;
      for (const each of [slot, ...this.newerThan(slot)]) {
        if (each !== slot && (each.local || each.state !== readStates.flight)) continue;
        each.state = readStates.again;
        each.checked = false;
        each.excluded = this.#refused.get(each) ?? 0;
      }
    }
    this.#forget();
  }
}
