import { all, any, type Bits, lit, mux, type ValueOf } from '../hdl/index.ts';
import { faultCauses, responses } from './interface.ts';
import type { leaf } from './shapes.ts';

/** What a hit comes to before its route: the page's "A hit", 1 and 2. */
export const verdictOf = (of: ValueOf<ReturnType<typeof leaf>>, prot: Bits<3>, isWrite: Bits<1>) => {
  const right = mux(isWrite, of.write, mux(prot.bit(2), of.execute, of.read));
  const allowed = all([right, any([prot.bit(0), of.user])]);
  return {
    local: allowed.not().or(of.fake),
    response: mux(allowed, lit(2, responses.okay), lit(2, responses.subordinate_error)),
    cause: mux(allowed, lit(3, 0), lit(3, faultCauses.permission)),
  };
};
