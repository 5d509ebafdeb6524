import { type Bits, concat, mux } from '../hdl/index.ts';
import { superPageBits } from './interface.ts';

/** The place of a page in a memory: a super page's with its low bits from the virtual page. */
export const superPlace = (isSuper: Bits<1>, place: Bits, page: Bits): Bits => {
  const low = (of: Bits): Bits => of.slice<number, number>(superPageBits - 1, 0);
  return concat(place.slice<number, number>(place.width - 1, superPageBits), mux(isSuper, low(page), low(place)));
};
