import { type Bits, lit } from '../hdl/index.ts';
import { word } from '../parts/rings.ts';

/** For each place of a ring, the places that are older, by the ring's tail, a one-hot word: cyclic order begins there. */
export const olderPlaces = (tail: Bits): readonly Bits[] =>
  Array.from({ length: tail.width }, (_, place) =>
    word(
      Array.from({ length: tail.width }, (_other, other) => {
        if (other === place) return lit(1, 0);
        if (other < place) return tail.slice<number, number>(place, other + 1).isZero();
        return tail.slice<number, number>(other, place + 1).isNonZero();
      }),
    ),
  );

/** For each slot, the slots with the same identifier. */
export const sameIdentifiers = (identifiers: readonly Bits[]): readonly Bits[] =>
  identifiers.map((one, place) =>
    word(identifiers.map((identifier, other) => (other === place ? lit(1, 1) : one.eq(identifier)))),
  );

/** Whether a word and another have a place in common. */
export const meets = (one: Bits, other: Bits): Bits<1> => one.and(other).isNonZero();
