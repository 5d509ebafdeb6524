import { type Bits, bit, bits, type ModuleBody, oneHotSelect, record, type ValueOf, vector } from '../hdl/index.ts';
import { pointer, register, word } from '../parts/rings.ts';
import { type Geometry, processorRequest, widthsOf } from './shapes.ts';
import { olderPlaces, sameIdentifiers } from './slot-order.ts';

/** What a write slot keeps beside its flags. */
const writeSlot = (p: Geometry) =>
  record({
    request: processorRequest(p),
    response: bits(2),
    cause: bits(3),
    worst: bits(2),
    index: bits<number>(p.cookieIndexWidth),
    places: vector(bits<number>(widthsOf(p).place), 2),
  });
export type WriteSlot = ValueOf<ReturnType<typeof writeSlot>>;

/** The registers of the write slots: of flags, words with a bit for each slot; of those for each memory, two. */
export const writeRing = (m: ModuleBody, p: Geometry) => {
  const flag = (name: string) => register(m, name, bits<number>(p.writes));
  const both = (name: string) => [flag(`${name}_0`), flag(`${name}_1`)] as const;
  const tail = pointer(m, 'write_tail', p.writes);
  const valid = flag('valid');
  const slots = Array.from({ length: p.writes }, (_, slot) => register(m, `slot_${slot}`, writeSlot(p)));
  const [again, launched] = [flag('again'), flag('at_memory')];
  const pending = both('pending');
  return {
    tail,
    slots,
    valid,
    again,
    launched,
    /** The third state. */
    translated: valid.and(again.not()).and(launched.not()),
    cut: flag('cut'),
    leaving: flag('leaving'),
    sent: flag('sent'),
    /** Memory has granted an exclusive write; and the slots of such. */
    exclusive: flag('exclusive'),
    exclusives: word(slots.map((slot) => slot.request.lock)),
    checked: flag('checked'),
    local: flag('local_access'),
    enabled: both('enabled'),
    route: both('route'),
    refused: both('refused'),
    pending,
    owed: pending[0].or(pending[1]),
    older: olderPlaces(tail.oneHot),
    same: sameIdentifiers(slots.map((slot) => slot.request.id)),
    /** The slot whose data comes next, and the burst whose beats go. */
    next: pointer(m, 'data_next', p.writes),
    active: register(m, 'active', bit),
    beat: register(m, 'beat', bits(8)),
    kept: register(m, 'kept', bits(8)),
    /** The data of the next were given up, and have not come since. */
    starved: register(m, 'starved', bit),
    /** The slots of which something holds, valid or not. */
    those: (of: (slot: WriteSlot) => Bits<1>): Bits => word(slots.map((slot) => of(slot))),
    pick: (oneHot: Bits): WriteSlot =>
      oneHotSelect(slots.map((slot, place) => [oneHot.bit(place), slot as WriteSlot] as const)),
  };
};
export type WriteRing = ReturnType<typeof writeRing>;
