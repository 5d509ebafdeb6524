import { type Bits, mux } from '../hdl/index.ts';

/** The worse of two responses (the page's "Words"): the greater number. */
export const worse = (one: Bits<2>, other: Bits<2>): Bits<2> => mux(one.ge(other), one, other);
