import { all, type Bits, bits, type ModuleBody, oneHotSelect, type ValueOf } from '../hdl/index.ts';
import { pointer, register, word } from '../parts/rings.ts';
import { type Geometry, refusedClass, slotFill } from './shapes.ts';

type Slot = ValueOf<ReturnType<typeof slotFill>>;

export const isPlain = (slot: Slot): Bits<1> => slot.class.isZero();
export const isRefused = (slot: Slot): Bits<1> => slot.class.eq(refusedClass);
export const isEncrypted = (slot: Slot): Bits<1> => isPlain(slot).or(isRefused(slot)).not();

/** The registers of the read slots, a ring, and what is asked of all of them. */
export const slotRing = (m: ModuleBody, p: Geometry) => {
  const tail = pointer(m, 'read_tail', p.reads);
  const type = bits<number>(p.reads);
  const flags = m.regs({ valid: { type, reset: 0 }, tweak_asked: { type, reset: 0 }, tweak_known: { type, reset: 0 } });
  const slots = Array.from({ length: p.reads }, (_, index) => register(m, `slot_${index}`, slotFill(p)));
  return {
    tail,
    ...flags,
    slots,
    /** The valid slots of which something holds. */
    those: (of: (slot: Slot, index: number) => Bits<1>): Bits =>
      word(slots.map((slot, index) => all([flags.valid.bit(index), of(slot, index)]))),
    /** The slot of a one-hot word. */
    pick: (oneHot: Bits): Slot => oneHotSelect(slots.map((slot, index) => [oneHot.bit(index), slot as Slot] as const)),
  };
};
export type SlotRing = ReturnType<typeof slotRing>;
