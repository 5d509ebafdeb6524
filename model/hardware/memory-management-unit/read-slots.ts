/** The ring of read slots. Source: `docs/systems/memory-management-unit.md`, "Unit: reads". */
import { memories, setOf } from './geometry.ts';
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

  constructor(count: number) {
    super(count, newReadSlot);
  }

  override reset(): void {
    super.reset();
    this.#again.clear();
  }

  /** What this cycle's bump sends again; call it before anything changes. */
  bump({ bump, bumpIndex, bumpFlush }: Wires): void {
    if (!bump) return;
    for (const slot of this.slots) {
      if (inFlight(slot) && !slot.local && (bumpFlush || slot.index === bumpIndex)) this.#again.add(slot);
    }
  }

  /** What a processor that takes no answers sends again; call it before anything changes. */
  stop(): void {
    for (const slot of this.slots) if (inFlight(slot) && !slot.local) this.#again.add(slot);
  }

  sendAgain(slot: ReadSlot): void {
    this.#again.add(slot);
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
      }
    }
    this.#again.clear();
  }
}
