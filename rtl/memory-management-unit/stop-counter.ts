import { all, type Bits, bits, type ModuleBody, mux } from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { register } from '../parts/rings.ts';

/** Counts the cycles in a row in which a processor holds something up: the page's "Stopped". A patience of 0 has no end. */
export const stopCounter = (m: ModuleBody, name: string, patience: Bits) => {
  const cycles = register(m, name, bits<number>(patience.width));
  return {
    isSpent: all([patience.isNonZero(), cycles.ge(patience)]),
    counts: (waits: Bits<1>): void => cycles.set(mux(waits, saturatingIncrement(cycles), 0)),
  };
};
