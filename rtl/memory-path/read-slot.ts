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
  // Which slots with its identifier are older than a slot, and which of these are of another class, from when it was filled: so what comes from
  // memory waits for no comparison between slots. What they say of slots that are not valid means nothing.
  const places = slots.map((_, index) => ({
    older: register(m, `older_${index}`, type),
    elsewhere: register(m, `elsewhere_${index}`, type),
  }));
  const filled = (condition: Bits<1>, fill: Slot): void => {
    const { same, other } = m.named({
      same: word(slots.map((slot) => slot.id.eq(fill.id))).and(tail.oneHot.not()),
      other: word(slots.map((slot) => slot.class.ne(fill.class))),
    });
    tail.advance(condition);
    for (const [index, { older, elsewhere }] of places.entries())
      m.when(all([condition, tail.oneHot.bit(index)]), () => {
        older.set(same);
        elsewhere.set(same.and(other));
      }).elseWhen(condition, () => {
        older.set(older.and(tail.oneHot.not()));
        elsewhere.set(elsewhere.and(tail.oneHot.not()));
      });
    for (const [index, slot] of slots.entries())
      m.when(all([condition, tail.oneHot.bit(index)]), () => {
        slot.set(fill);
        flags.valid.bit(index).set(1);
        flags.tweak_asked.bit(index).set(0);
        flags.tweak_known.bit(index).set(0);
      });
  };
  /** Of two valid slots with one identifier one is older. */
  const ordered = (index: number, other: number): Bits<1> => {
    const [own, its] = [slots[index] as Slot, slots[other] as Slot];
    const both = all([flags.valid.bit(index), flags.valid.bit(other), own.id.eq(its.id)]);
    const [one, two] = [places[index]?.older.bit(other) as Bits<1>, places[other]?.older.bit(index) as Bits<1>];
    return both.implies(one.ne(two));
  };
  for (const index of slots.keys())
    if (index > 0)
      m.assert(
        all(Array.from({ length: index }, (_, other) => ordered(index, other))),
        `read slot ${index} is older or newer than each before it with its identifier`,
      );
  return {
    tail,
    ...flags,
    slots,
    /** Fills the slot at the tail when the condition holds. */
    filled,
    /** The slots before which there is none of some with the same identifier. */
    firstOf: (some: Bits): Bits => word(places.map(({ older }) => older.and(some).isZero())),
    /** The slots before which no valid one with the same identifier is of another class. */
    undisturbed: word(places.map(({ elsewhere }) => elsewhere.and(flags.valid).isZero())),
    /** The valid slots of which something holds. */
    those: (of: (slot: Slot, index: number) => Bits<1>): Bits =>
      word(slots.map((slot, index) => all([flags.valid.bit(index), of(slot, index)]))),
    /** The slot of a one-hot word. */
    pick: (oneHot: Bits): Slot => oneHotSelect(slots.map((slot, index) => [oneHot.bit(index), slot as Slot] as const)),
  };
};
export type SlotRing = ReturnType<typeof slotRing>;
