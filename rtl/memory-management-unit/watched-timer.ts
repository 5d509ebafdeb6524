import { all, any, type Bits, bits, concat, type ModuleBody, mux } from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
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
  const { [`${name}_watch`]: watch } = m.regs({
    [`${name}_watch`]: { type: bits<number>(io.open.width), reset: 1 },
  });
  if (watch === undefined) throw new Error('the register was just declared');
  const isOpen = meets(watch, io.open);
  const { width } = watch;
  const next = concat(watch.slice<number, number>(width - 2, 0), watch.bit(width - 1));
  m.when(isOpen.not(), () => watch.set(next));
  const begins = any([io.failed, isOpen.not(), io.goesOn(watch)]);
  cycles.set(mux(begins, 0, mux(io.isHeldUp(watch), cycles, saturatingIncrement(cycles))));
  m.assert(all([watch.isNonZero(), watch.and(watch.subtract(1)).isZero()]), 'one access is watched');
  return cycles.ge(io.timeout);
};
