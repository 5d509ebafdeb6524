import { type Bits, concat, mux } from '../hdl/index.ts';
import { fakePolicies, type ResourceAccessControllerParameters } from './interface.ts';

/** What a faked read carries: in every 32-bit lane ones, zeros, or the word of the port. */
export const fakeData = (p: ResourceAccessControllerParameters, policy: Bits, fakeWord: Bits): Bits => {
  const ones: Bits = policy.eq(fakePolicies.ones).repeat<number>(32);
  const lane = mux(policy.eq(fakePolicies.word), fakeWord, ones);
  return concat(...Array.from({ length: p.dataWidth / 32 }, () => lane));
};
