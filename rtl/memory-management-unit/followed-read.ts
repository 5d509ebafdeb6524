/** Where the followed read is, from the processor's request to its last beat: held, or in a slot. */
import { all, any, type Bits, bit, bits, mux } from '../hdl/index.ts';
import { masked, register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { type Field, followedRequest } from './followed-request.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { meets } from './slot-order.ts';

export const followedReadPaths = (p: Geometry, fields: readonly Field[]): readonly string[] => [
  ...['valid', 'entered', 'retries', 'asking_place', 'delivered_place', 'is_last', 'ar_full', 'lookup_valid'].map(
    (name) => `reads.${name}`,
  ),
  ...fields.flatMap((field) => [
    `reads.ar_held_${field}`,
    ...range(p.reads).map((slot) => `reads.slot_${slot}_request_${field}`),
  ]),
];

export const followedRead = (p: Geometry, unit: ProvenUnit, fields: readonly Field[]) => {
  const { m, seen } = unit;
  const request = followedRequest(p, unit, 'ar', fields);
  const [retries, entered] = [seen('reads.retries').bit(0), seen('reads.entered')];
  const waits = register(m, 'it_waits', bit);
  const at = register(m, 'its_slot', bits<number>(p.reads));
  const fresh = all([entered.isNonZero(), retries.not()]);
  const { it_comes: comes } = m.named({ it_comes: any([waits, request.taken]) });
  waits.set(all([comes, fresh.not()]));
  const { it_ends: ends } = m.named({ it_ends: masked(seen('reads.delivered_place'), seen('reads.is_last').bit(0)) });
  at.set(at.and(ends.not()).or(masked(entered, all([fresh, comes]))));

  m.assert(waits.implies(seen('reads.ar_full').bit(0)), 'the followed read waits where requests are held');
  m.assert(at.and(seen('reads.valid').not()).isZero(), 'the followed read is in a slot that is valid');
  m.assert(at.and(at.subtract(1)).isZero(), 'the followed read is in one slot');
  m.assert(all([waits, at.isNonZero()]).not(), 'the followed read is in one place');
  m.assert(any([waits, at.isNonZero()]).implies(request.was), 'the followed read was chosen');
  for (const field of fields) {
    const { has } = request;
    m.assert(waits.implies(has(field, seen(`reads.ar_held_${field}`))), `the followed read's ${field} is held`);
    for (const slot of range(p.reads))
      m.assert(
        at.bit(slot).implies(has(field, seen(`reads.slot_${slot}_request_${field}`))),
        `the followed read's ${field} is in slot ${slot}`,
      );
  }
  const { it_asks: asks } = m.named({ it_asks: mux(retries, meets(seen('reads.asking_place'), at), comes) });
  return {
    request,
    waits: waits as Bits<1>,
    at: at as Bits,
    /** Its last beat goes to the processor's R register. */
    ends: meets(ends, at),
    /** What asks to be looked up in this cycle is it. */
    asks,
  };
};
