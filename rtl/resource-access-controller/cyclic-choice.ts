import { type Bits, bits, concat, lit, type ModuleBody, mux } from '../hdl/index.ts';

/** For each place, whether any lower one is 1: an OR for each, no carry. */
const anyBelow = (word: Bits): Bits =>
  concat(
    ...Array.from({ length: word.width }, (_, place) =>
      place === 0 ? lit(1, 0) : word.slice<number, number>(place - 1, 0).isNonZero(),
    ).reverse(),
  );

/** The lowest 1 alone: for short words, where a carry is slower than an OR for each place. */
export const firstOne = (word: Bits): Bits => word.and(anyBelow(word).not());

/**
 * Of the requests, the first in cyclic order after the one that was last taken; after reset after the first. `last` is that one, a bit for
 * each.
 */
export const cyclicChoice = (m: ModuleBody, name: string, requests: Bits) => {
  const { width } = requests;
  const { [name]: last } = m.regs({ [name]: { type: bits<number>(width), reset: lit(width, 1) as Bits } });
  if (last === undefined) throw new Error('the register was just declared');
  const first = requests.and(anyBelow(last));
  return {
    last,
    choice: mux(first.isNonZero(), firstOne(first), firstOne(requests)),
    take: (taken: Bits): void => last.set(taken),
  };
};
