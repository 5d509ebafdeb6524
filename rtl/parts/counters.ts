import { type Bits, mux } from '../hdl/index.ts';

/** One more, but never past all ones. */
export const saturatingIncrement = <W extends number>(count: Bits<W>): Bits<W> =>
  mux(count.reduceAnd(), count, count.add(1));

/** The sum, or all ones where it does not fit. Both are of one width. */
export const saturatingAdd = (count: Bits, amount: Bits): Bits => {
  const sum = count.addWide(amount);
  return sum.slice<number, number>(count.width - 1, 0).or(sum.bit(count.width).repeat(count.width));
};

/** One more, and 0 after `count` - 1: for counts that are no power of two by comparison. */
export const incrementModulo = (value: Bits, count: number): Bits =>
  count === 2 ** value.width ? value.add(1) : mux(value.eq(count - 1), value.and(0), value.add(1));
