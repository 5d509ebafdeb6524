import { type Bits, bits, lit, type ModuleBody, mux } from '../hdl/index.ts';
import { lowestOne } from '../parts/arbiter/one-hot.ts';

/** Of a word of one-hot `last`, ones above it. */
const above = (last: Bits): Bits => last.or(last.subtract(1)).not();

/**
 * Of the requests, the first in cyclic order after the one that was last taken; after reset after the first. `last` is that one, a bit for
 * each.
 */
export const cyclicChoice = (m: ModuleBody, name: string, requests: Bits) => {
  const { width } = requests;
  const { [name]: last } = m.regs({ [name]: { type: bits<number>(width), reset: lit(width, 1) as Bits } });
  if (last === undefined) throw new Error('the register was just declared');
  const first = requests.and(above(last));
  return {
    last,
    choice: mux(first.isNonZero(), lowestOne(first), lowestOne(requests)),
    take: (taken: Bits): void => last.set(taken),
  };
};
