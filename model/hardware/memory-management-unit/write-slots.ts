/** The ring of write slots. Source: `docs/systems/memory-management-unit.md`, "Unit: writes". */
import { newSlot, Ring, type Slot } from './slots.ts';

export const writeStates = { again: 0, translated: 1, launched: 2 } as const;

export interface WriteSlot extends Slot {
  /** The rest of its burst is empty, and then it goes anew. */
  cut: boolean;
  /** Its page is being taken back. */
  leaving: boolean;
  /** All beats of its burst have moved. */
  sent: boolean;
  /** The memories that answered with an error. */
  refused: number;
  /** Memory answered with EXOKAY. */
  exclusive: boolean;
  worst: number;
}

const newWriteSlot = (): WriteSlot => ({
  ...newSlot(),
  cut: false,
  leaving: false,
  sent: false,
  refused: 0,
  exclusive: false,
  worst: 0,
});

export const isExclusive = ({ request }: WriteSlot): boolean => request.lock !== 0;

export const isLaunched = (slot: WriteSlot): boolean => slot.valid && slot.state === writeStates.launched;

export class WriteSlots extends Ring<WriteSlot> {
  constructor(count: number) {
    super(count, newWriteSlot);
  }

  /** A page that was taken back is still being written. */
  get leaving(): boolean {
    return this.some(({ leaving, pending }) => leaving && pending !== 0);
  }
}
