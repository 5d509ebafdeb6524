import {
  any,
  type Bits,
  lit,
  mux,
  oneHotSelect,
  type RecordValue,
  type ValueOf,
  type VectorValue,
} from '../hdl/index.ts';
import { encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { faultCauses, slotWidth } from './interface.ts';
import type { fault, Geometry, slot } from './shapes.ts';
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

/** What a side of a port reports in a cycle: the first of a changed payload, a wrong beat, a timeout. */
export const sideFault = (
  p: Geometry,
  of: {
    readonly healthy: Bits<1>;
    readonly changed: Bits<1>;
    readonly wrong: Bits<1>;
    readonly wrongCause: Bits<4>;
    readonly match: Bits;
    readonly candidateId: Bits;
    readonly matched: { readonly resource: Bits; readonly id: Bits };
    readonly expired: Bits<1>;
    readonly expiredCause: Bits<4>;
    readonly watch: Bits;
    readonly watchResource: Bits;
    readonly watchId: Bits;
    readonly suspect: Bits;
    /** Whether there is one: the port has had a request. */
    readonly suspected: Bits<1>;
  },
): RecordValue<ReturnType<typeof fault>['fields']> | FaultParts => {
  const { changed, wrong } = of;
  const known = of.match.isNonZero();
  const choose = (whenChanged: Bits | 0, whenWrong: Bits, whenExpired: Bits): Bits =>
    mux(changed, whenChanged, mux(wrong, whenWrong, whenExpired));
  return {
    valid: of.healthy.and(any([changed, wrong, of.expired])),
    cause: mux(changed, lit(4, faultCauses.changed), mux(wrong, of.wrongCause, of.expiredCause)),
    known: choose(0, known, lit(1, 1)).bit(0),
    blames: choose(of.suspected, known.or(of.suspected), lit(1, 1)).bit(0),
    slot: choose(0, encodeOneHot(of.match).resize<number>(slotWidth(p)), of.watch),
    id: choose(0, mux(known, of.matched.id, of.candidateId), of.watchId),
    resource: choose(of.suspect, mux(known, of.matched.resource, of.suspect), of.watchResource),
  };
};

export interface FaultParts {
  readonly valid: Bits<1>;
  readonly cause: Bits<4>;
  readonly known: Bits<1>;
  readonly blames: Bits<1>;
  readonly slot: Bits;
  readonly id: Bits;
  readonly resource: Bits;
}
