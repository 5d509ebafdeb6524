import { type Bits, mux } from '../hdl/index.ts';

/** The worse of two responses. */
export const worse = (left: Bits<2>, right: Bits<2>): Bits<2> => mux(left.gt(right), left, right);
