import { type Bits, bits, concat, type ModuleBody, mux, type Shape, type SignalOf } from '../hdl/index.ts';
import { decodeOneHot, lowestOne } from './arbiter/one-hot.ts';

/** A word from its bits, bit 0 first. */
export const word = (values: readonly Bits<1>[]): Bits => concat(...[...values].reverse());
/** The word where the bit is 1, else zeros. */
export const masked = (values: Bits, by: Bits<1>): Bits => values.and(by.repeat<number>(values.width));

/** A register whose name is made of others, and that is zero after reset. */
export const register = <S extends Shape>(m: ModuleBody, name: string, type: S): SignalOf<S> =>
  m.regs({ [name]: { type, reset: 0 as never } })[name] as unknown as SignalOf<S>;

/** Ones from the place of a one-hot word up. */
const fromPlace = (oneHot: Bits): Bits => oneHot.negate();
const belowPlace = (oneHot: Bits): Bits => oneHot.subtract(1);

/** The first in cyclic order from `start`, a one-hot word: of none, none. */
export const firstFrom = (requests: Bits, start: Bits): Bits => {
  const ahead = requests.and(fromPlace(start));
  return mux(ahead.isNonZero(), lowestOne(ahead), lowestOne(requests));
};

/** What is older than the place of a one-hot word, in a ring whose oldest is at `start`. */
export const olderThan = (place: Bits, start: Bits): Bits => {
  const wraps = place.and(fromPlace(start)).isZero();
  const [from, below] = [fromPlace(start), belowPlace(place)];
  return mux(wraps, from.or(below), from.and(below));
};

/** The choice of one of some sources, the first in cyclic order after the one that was last taken; after reset after source 0. */
export const takeTurns = (m: ModuleBody, name: string, requests: Bits) => {
  const { [name]: last } = m.regs({ [name]: { type: bits<number>(requests.width), reset: 1 } });
  if (last === undefined) throw new Error('the register was just declared');
  const above = requests.and(last.or(last.subtract(1)).not());
  const choice = mux(above.isNonZero(), lowestOne(above), lowestOne(requests));
  m.when(requests.isNonZero(), () => last.set(choice));
  return choice;
};

/** A place in a ring, as a number and as a one-hot word. */
export const pointer = (m: ModuleBody, name: string, entries: number) => {
  const at = register(m, name, bits<number>(Math.log2(entries)));
  return {
    at,
    oneHot: decodeOneHot(at, entries),
    advance: (condition: Bits<1>): void => void m.when(condition, () => at.set(at.add(1))),
  };
};
