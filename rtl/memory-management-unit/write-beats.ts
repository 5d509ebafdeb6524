import { all, any, type Bits, concat, type ModuleBody, type ValueOf } from '../hdl/index.ts';
import { masked } from '../parts/rings.ts';
import type { comparison, writeBeat } from './shapes.ts';
import { meets } from './slot-order.ts';
import type { WriteRing } from './write-ring.ts';

interface Surroundings {
  readonly failed: Bits<2>;
  readonly bump: Bits<1>;
  readonly compared: ValueOf<ReturnType<typeof comparison>>;
  /** Memories whose W registers can be loaded. */
  readonly free: Bits<2>;
  readonly present: Bits<1>;
  readonly data: ValueOf<ReturnType<typeof writeBeat>>;
}

/** The beats of the current burst: the page's "A beat of current moves". */
export const writeBeats = (m: ModuleBody, ring: WriteRing, io: Surroundings) => {
  const { beat, kept } = ring;
  const { current_place: current } = m.named({ current_place: masked(ring.next.oneHot, ring.active) });
  const slot = ring.pick(current);
  const route = concat(meets(current, ring.route[1]), meets(current, ring.route[0]));
  const { targets } = m.named({ targets: route.and(io.failed.not()) });
  const room = targets.and(io.free.not()).isZero();
  const isCut = meets(current, ring.cut);
  const { may } = m.named({
    may: all([isCut.not(), meets(current, ring.checked.or(io.compared.equal)), io.bump.not()]),
  });
  const filler = any([isCut, may.and(beat.lt(kept))]);
  const { takes } = m.named({ takes: all([ring.active, room, may, beat.ge(kept), io.present]) });
  const { moves } = m.named({ moves: takes.or(all([ring.active, room, filler])) });
  const last = beat.eq(slot.request.len);
  return {
    current,
    /** The beat of the processor that moves, and whether any moves. */
    takes,
    moves,
    last: moves.and(last),
    /** The processor does not give the beat that comes next. */
    waits: all([ring.active, isCut.not(), meets(current, ring.local).not(), beat.ge(kept), io.present.not()]),
    /** With it, the data that come are the next burst's. */
    followed: all([moves, last, isCut.not()]),
    loads: masked(targets, moves),
    payload: { data: masked(io.data.data, takes), strb: masked(io.data.strb, takes), last },
  };
};
export type WriteBeats = ReturnType<typeof writeBeats>;
