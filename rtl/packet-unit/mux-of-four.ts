import { type Bits, mux } from '../hdl/index.ts';

/**
 * One of four values, in two tables of four inputs a bit where the plain form takes three: the first chooses between a and b, or, for the
 * other two, repeats the index's low bit, by which the second then chooses between c and d.
 */
export const muxOfFour = <W extends number>(
  index: Bits<2>,
  values: readonly [Bits<W>, Bits<W>, Bits<W>, Bits<W>],
): Bits<W> => {
  const [a, b, c, d] = values;
  const [low, high] = [index.bit(0), index.bit(1)];
  const first = mux(high, low.repeat(a.width).resize(a.width) as Bits<W>, mux(low, b, a) as Bits<W>) as Bits<W>;
  return mux(high, first.and(d).or(first.not().and(c)), first) as Bits<W>;
};
