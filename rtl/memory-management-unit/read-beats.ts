import { all, any, type Bits, type ModuleBody, type ValueOf } from '../hdl/index.ts';
import { firstFrom, masked } from '../parts/rings.ts';
import { responses } from './interface.ts';
import type { ReadRing } from './read-ring.ts';
import { type Geometry, type heldBeat, type memoryState, type registerState, widthsOf } from './shapes.ts';
import { meets } from './slot-order.ts';

interface Surroundings {
  readonly memory: ValueOf<typeof memoryState>;
  readonly held: readonly ValueOf<ReturnType<typeof heldBeat>>[];
  readonly requests: readonly ValueOf<ReturnType<typeof registerState>>[];
  /** Slots whose cookies are found equal in this cycle. */
  readonly equal: Bits;
  readonly walkerWaits: Bits<2>;
  readonly walkerLast: Bits<1>;
}

/** What comes from the memories: the page's "Unit: reads", the rules 1 to 10 of the R candidate. */
export const readBeats = (m: ModuleBody, p: Geometry, ring: ReadRing, io: Surroundings) => {
  const w = widthsOf(p);
  const { sure } = m.named({ sure: ring.checked.or(io.equal) });
  const { both_routed } = m.named({ both_routed: ring.route[0].and(ring.route[1]) });
  const ports = [0, 1].map((memory) => {
    const { present, beat } = io.held[memory] as ValueOf<ReturnType<typeof heldBeat>>;
    const request = io.requests[memory] as ValueOf<ReturnType<typeof registerState>>;
    const lives = present.and(io.memory.failed.bit(memory).not());
    const isWalker = beat.id.bit(w.memoryId - 1);
    const id = beat.id.truncate<number>(p.idWidth);
    const own = m.named({
      [`match_${memory}`]: firstFrom(
        ring.valid.and(ring.pending[memory as 0 | 1]).and(ring.those((slot) => slot.request.id.eq(id))),
        ring.tail.oneHot,
      ),
    });
    const match = own[`match_${memory}`] as Bits;
    const slot = ring.pick(match);
    const walkerHas = all([
      isWalker,
      io.walkerWaits.bit(memory),
      request.waits.and(request.owner.isZero()).not(),
      beat.last.eq(io.walkerLast),
    ]);
    const slotHas = all([isWalker.not(), match.isNonZero(), request.waits.and(meets(request.owner, match)).not()]);
    const again = meets(match, ring.again);
    const lastFits = beat.last.eq(all([slot.skip.isZero(), slot.delivered.eq(slot.request.len)]));
    const forSlot = all([lives, slotHas, again.not(), lastFits]);
    const arrived = m.named({ [`comes_${memory}`]: forSlot.and(meets(match, sure)) });
    const isError = beat.resp.ge(responses.subordinate_error);
    return {
      beat,
      match,
      slot,
      isError,
      toWalker: lives.and(walkerHas),
      wrong: all([lives, walkerHas.not(), any([slotHas.not(), all([again.not(), lastFits.not()])])]),
      dropped: all([lives, slotHas, again]),
      /** It comes to rule 7. */
      comes: arrived[`comes_${memory}`] as Bits<1>,
      isBoth: meets(match, both_routed),
    };
  });
  const [first, second] = ports as [(typeof ports)[0], (typeof ports)[0]];
  const { pair } = m.named({
    pair: all([first.comes, second.comes, first.isBoth, first.match.eq(second.match)]),
  });
  const both = (memory: number) => {
    const port = ports[memory] as (typeof ports)[0];
    const other = (1 - memory) as 0 | 1;
    const alone = port.comes.and(port.isBoth.not());
    const skips = port.slot.skip.isNonZero();
    const failsOver = all([
      alone,
      skips.not(),
      port.isError,
      meets(port.match, ring.enabled[other]),
      io.memory.readable.bit(other),
      meets(port.match, ring.excluded[other]).not(),
    ]);
    const named = m.named({ [`fails_over_${memory}`]: failsOver });
    const fails = named[`fails_over_${memory}`] as Bits<1>;
    return {
      ...port,
      failsOver: fails,
      skips: any([alone, pair]).and(skips),
      offers: all([alone, skips.not(), fails.not()]),
      /** With what is dropped here, a read ends that is owed. */
      ends: masked(port.match, all([any([port.dropped, fails]), port.beat.last])),
    };
  };
  return {
    sure,
    bothRouted: both_routed,
    pair,
    pairOffers: pair.and(first.slot.skip.isZero()),
    ports: [both(0), both(1)] as const,
  };
};
export type ReadBeats = ReturnType<typeof readBeats>;
