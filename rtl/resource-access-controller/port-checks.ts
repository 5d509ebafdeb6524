import { any, type Bits, lit, mux, oneHotSelect, type ValueOf, type VectorValue } from '../hdl/index.ts';
import { encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { faultCauses, slotWidth } from './interface.ts';
import type { Geometry, overdue, slot } from './shapes.ts';
import { word } from './slots.ts';

/** What both sides of a port ask of the slots. */

export type Slots = VectorValue<ReturnType<typeof slot>>;
type Slot = ValueOf<ReturnType<typeof slot>>;

/** The slots that are a port's business, a bit for each. */
export const slotsOf = (slots: Slots, port: number): Bits =>
  word(slots.elements.map((one) => one.valid.and(one.local.not()).and(one.port.eq(port))));

/** Of the slots, the parts of the one that matches; zeros where none does. */
export const matchingSlot = (slots: Slots, match: Bits) => {
  const pick = (of: (one: Slot) => Bits): Bits =>
    oneHotSelect(slots.elements.map((one, index) => [match.bit(index), of(one)] as const));
  return {
    resource: pick((one) => one.resource),
    id: pick((one) => one.id),
    policy: pick((one) => one.policy),
    code: pick((one) => one.code),
  };
};

/**
 * Why a candidate that does not pass is wrong: the first that holds of its causes, the last being `exclusive`. `matchable` are the slots that
 * some identifier would match.
 */
export const wrongCause = (
  match: Bits,
  matchable: Bits,
  others: readonly (readonly [condition: Bits<1>, cause: keyof typeof faultCauses])[],
): Bits<4> => {
  const unmatched = mux(matchable.isZero(), lit(4, faultCauses.unexpected), lit(4, faultCauses.unknown_identifier));
  const matched = others.reduceRight<Bits<4>>(
    (rest, [condition, cause]) => mux(condition, lit(4, faultCauses[cause]), rest),
    lit(4, faultCauses.exclusive),
  );
  return mux(match.isZero(), unmatched, matched);
};

/** What a side of a port has found in a cycle: a changed payload, else a wrong beat, else a timeout, else an error. */
export const sideNote = (
  p: Geometry,
  of: {
    readonly healthy: Bits<1>;
    readonly changed: Bits<1>;
    readonly wrong: Bits<1>;
    readonly wrongCause: Bits<4>;
    readonly match: Bits;
    readonly candidateId: Bits;
    readonly resource: Bits;
    /** An error response is taken. */
    readonly error: Bits<1>;
    readonly expired: Bits<1>;
    readonly expiredCause: Bits<4>;
    readonly overdue: ValueOf<ReturnType<typeof overdue>>;
    readonly suspect: Bits;
    /** Whether there is one: the port has had a request. */
    readonly suspected: Bits<1>;
  },
) => {
  const { changed } = of;
  // Of the three, a timeout is the last: where there is a changed payload or a wrong beat, it is not looked at.
  const beaten = changed.or(of.wrong);
  const late = of.expired.and(beaten.not());
  const matches = changed.not().and(of.match.isNonZero());
  const wrongs = of.healthy.and(beaten);
  return {
    wrongs,
    note: {
      fault: of.healthy.and(beaten.or(of.expired)),
      error: of.error.and(changed.or(of.expired).not()),
      cause: mux(changed, lit(4, faultCauses.changed), mux(late, of.expiredCause, of.wrongCause)),
      known: matches.or(late),
      blames: any([matches, late, of.suspected]),
      slot: mux(late, of.overdue.slot, encodeOneHot(of.match).resize<number>(slotWidth(p))),
      id: mux(changed, 0, mux(late, of.overdue.id, of.candidateId)),
      resource: mux(late, of.overdue.resource, mux(matches, of.resource, of.suspect)),
    },
  };
};
