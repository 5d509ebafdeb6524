import { all, type Bits, lit } from '../hdl/index.ts';
import { lowestOne } from '../parts/arbiter/one-hot.ts';
import { word } from '../parts/rings.ts';
import { type Region, regionsOf } from './interface.ts';
import type { Geometry } from './shapes.ts';

/** Whether an address is in a region, by the bits above its size. */
const holds = (region: Region, address: Bits): Bits<1> => {
  const low = Math.log2(region.size);
  if (low >= address.width) return lit(1, 1);
  const number = BigInt(region.base) >> BigInt(low);
  return address.slice<number, number>(address.width - 1, low).eq(number);
};

/** The target of an address: the lowest subordinate whose region holds it, else the interconnect. One-hot. */
export const targetOf = (p: Geometry, address: Bits): Bits => {
  const inside = regionsOf(p).map((region) => holds(region, address));
  const outside = all(inside.map((one) => one.not()));
  return lowestOne(word([...inside, outside]));
};
