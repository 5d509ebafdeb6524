import { all, any, type Bits, concat, lit, log2Ceil } from '../../hdl/index.ts';

/** The lowest 1 of a word, alone; 0 of 0. */
export const lowestOne = <W extends number>(word: Bits<W>): Bits<W> => word.and(word.negate());

/** 1 at the lowest 1 and everywhere below it; all ones of 0. */
export const upToLowestOne = <W extends number>(word: Bits<W>): Bits<W> => word.xor(word.subtract(1));

/**
 * The number of the one bit that is 1, for words of which at most one is: 0 for none. An OR for each bit of the number,
 * no priority.
 */
export const encodeOneHot = (word: Bits): Bits => {
  const places = Array.from({ length: word.width }, (_, place) => place);
  const digits = Array.from({ length: log2Ceil(word.width) }, (_, digit) => {
    const ones = places.filter((place) => (place >> digit) % 2 === 1).map((place) => word.bit(place));
    return ones.length === 0 ? lit(1, 0) : any(ones);
  });
  return concat(...digits.reverse());
};

/** A word of `count` bits of which bit `number` is 1; 0 where `number` is `count` or more. */
export const decodeOneHot = (number: Bits, count: number): Bits =>
  concat(
    ...Array.from({ length: count }, (_, place) =>
      place < 2 ** number.width ? number.eq(place) : lit(1, 0),
    ).reverse(),
  );

/** Whether no more than one bit is 1. */
export const isOneHotOrZero = (word: Bits): Bits<1> => word.and(word.subtract(1)).isZero();

export interface Priority {
  /** Whether any bit is 1. */
  readonly found: Bits<1>;
  /** The number of the lowest 1; 0 where there is none. */
  readonly number: Bits;
}

/**
 * A priority encoder: bit 0 goes first. Depth grows with the logarithm of the width, but for the carry of one
 * subtraction.
 */
export const priorityEncode = (word: Bits): Priority => ({
  found: word.isNonZero(),
  number: encodeOneHot(lowestOne(word)),
});

/** A priority encoder for the highest 1. */
export const highestOneNumber = (word: Bits): Priority => {
  const above = (place: number): Bits<1> =>
    place === word.width - 1 ? lit(1, 1) : word.slice<number, number>(word.width - 1, place + 1).isZero();
  const ones = Array.from({ length: word.width }, (_, place) => all([word.bit(place), above(place)]));
  return { found: word.isNonZero(), number: encodeOneHot(concat(...ones.reverse())) };
};
