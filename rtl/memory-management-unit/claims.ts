import { type Bits, bit, bits, mux, record, type ValueOf } from '../hdl/index.ts';
import { type Geometry, widthsOf } from './shapes.ts';

/** A frame of a memory that the keeper copies to. */
export const claimed = (p: Geometry) => record({ now: bit, memory: bit, frame: bits<number>(widthsOf(p).frame) });
export type Claim = ValueOf<ReturnType<typeof claimed>>;

/** Whether a page is in the claimed frame: by what its entry enables, not by its route. */
export const isClaimed = (claim: Claim, enabled: readonly Bits<1>[], places: readonly Bits[]): Bits<1> => {
  const frame = (memory: number): Bits => (places[memory] as Bits).slice<number, number>(claim.frame.width - 1, 0);
  const within = [0, 1].map((memory) => (enabled[memory] as Bits<1>).and(frame(memory).eq(claim.frame)));
  return claim.now.and(mux(claim.memory, within[1] as Bits<1>, within[0] as Bits<1>));
};
