import { type Bits, bits, type ModuleBody, oneHotSelect, record, type ValueOf } from '../hdl/index.ts';
import { pointer, register, word } from '../parts/rings.ts';
import { type Geometry, processorRequest } from './shapes.ts';
import { olderPlaces, sameIdentifiers } from './slot-order.ts';

/** What a read slot keeps beside its flags. */
const readSlot = (p: Geometry) =>
  record({
    request: processorRequest(p),
    delivered: bits(8),
    skip: bits(8),
    response: bits(2),
    cause: bits(3),
    index: bits<number>(p.cookieIndexWidth),
  });
export type ReadSlot = ValueOf<ReturnType<typeof readSlot>>;

/** The registers of the read slots: of flags, words with a bit for each slot; of those for each memory, two. */
export const readRing = (m: ModuleBody, p: Geometry) => {
  const flag = (name: string) => register(m, name, bits<number>(p.reads));
  const both = (name: string) => [flag(`${name}_0`), flag(`${name}_1`)] as const;
  const tail = pointer(m, 'read_tail', p.reads);
  const valid = flag('valid');
  const slots = Array.from({ length: p.reads }, (_, slot) => register(m, `slot_${slot}`, readSlot(p)));
  return {
    tail,
    slots,
    valid,
    /** The state: again, else in flight. */
    again: flag('again'),
    checked: flag('checked'),
    local: flag('local_access'),
    enabled: both('enabled'),
    route: both('route'),
    pending: both('pending'),
    excluded: both('excluded'),
    /** An exclusive read whose first beat was answered so. */
    granted: flag('granted'),
    older: olderPlaces(tail.oneHot),
    same: sameIdentifiers(slots.map((slot) => slot.request.id)),
    /** The slots of which something holds, valid or not. */
    those: (of: (slot: ReadSlot) => Bits<1>): Bits => word(slots.map((slot) => of(slot))),
    pick: (oneHot: Bits): ReadSlot =>
      oneHotSelect(slots.map((slot, place) => [oneHot.bit(place), slot as ReadSlot] as const)),
  };
};
export type ReadRing = ReturnType<typeof readRing>;
