import { any, type Bits, bits, log2Ceil, type ModuleBody, mux } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { incrementModulo, saturatingIncrement } from '../parts/counters.ts';
import { register } from '../parts/rings.ts';
import { meets } from './slot-order.ts';

interface Watched {
  readonly timeout: Bits;
  readonly failed: Bits<1>;
  /** The accesses that the memory owes something, one bit each: the lowest is watched first. */
  readonly open: Bits;
  /** Of the watched, a one-hot word: whether the memory gave or took something of it; and whether it waits for others. */
  goesOn(watched: Bits): Bits<1>;
  isHeldUp(watched: Bits): Bits<1>;
}

/** A timer that belongs to one access after the other: the page's "Timeouts". Gives whether it has run out, for a timeout that is not 0. */
export const watchedTimer = (m: ModuleBody, name: string, io: Watched): Bits<1> => {
  const cycles = register(m, name, bits<number>(io.timeout.width));
  const slots = io.open.width;
  const number = register(m, `${name}_watch`, bits<number>(log2Ceil(slots)));
  const watched = decodeOneHot(number, slots);
  const isOpen = meets(watched, io.open);
  m.when(isOpen.not(), () => number.set(incrementModulo(number, slots)));
  const begins = any([io.failed, isOpen.not(), io.goesOn(watched)]);
  cycles.set(mux(begins, 0, mux(io.isHeldUp(watched), cycles, saturatingIncrement(cycles))));
  return cycles.ge(io.timeout);
};
