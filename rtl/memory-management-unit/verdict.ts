import { all, any, type Bits, lit, mux, type ValueOf } from '../hdl/index.ts';
import { faultCauses, responses } from './interface.ts';
import type { leaf } from './shapes.ts';

/** Whether a leaf gives the right to an access. */
export const isAllowed = (of: ValueOf<ReturnType<typeof leaf>>, prot: Bits<3>, isWrite: Bits<1>): Bits<1> =>
  all([mux(isWrite, of.write, mux(prot.bit(2), of.execute, of.read)), any([prot.bit(0), of.user])]);

/** What a hit comes to before its route: the page's "A hit", 1 and 2. */
export const verdictOf = (allowed: Bits<1>) => ({
  response: mux(allowed, lit(2, responses.okay), lit(2, responses.subordinate_error)),
  cause: mux(allowed, lit(3, 0), lit(3, faultCauses.permission)),
});
