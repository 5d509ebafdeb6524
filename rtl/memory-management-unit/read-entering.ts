import { all, any, type Bits, bit, concat, lit, type ModuleBody, mux, type ValueOf } from '../hdl/index.ts';
import { firstFrom, masked, olderThan, register } from '../parts/rings.ts';
import { faultCauses, responses } from './interface.ts';
import type { ReadRing } from './read-ring.ts';
import type { Geometry, lookupResult, memoryState, processorRequest } from './shapes.ts';
import { meets } from './slot-order.ts';

interface Surroundings {
  readonly candidate: {
    readonly present: Bits<1>;
    readonly data: ValueOf<ReturnType<typeof processorRequest>>;
  };
  readonly looks: Bits<1>;
  readonly found: ValueOf<ReturnType<typeof lookupResult>>;
  readonly memory: ValueOf<typeof memoryState>;
  /** Memories whose AR registers can be loaded. */
  readonly takers: Bits<2>;
  readonly turnAllowed: Bits<1>;
  /** The processor has stopped taking answers. */
  readonly stopped: Bits<1>;
}

/** Which read asks to be looked up, and whether it enters: the page's "Unit: requests", for reads. */
export const readEntering = (m: ModuleBody, p: Geometry, ring: ReadRing, io: Surroundings) => {
  const { valid, tail } = ring;
  const { again_slots } = m.named({ again_slots: valid.and(ring.again) });
  const { retries } = m.named({ retries: again_slots.isNonZero() });
  const { oldest_again } = m.named({ oldest_again: firstFrom(again_slots, tail.oneHot) });
  const owed = meets(again_slots, ring.pending[0].or(ring.pending[1]));
  const fresh = io.candidate.present.and(valid.at(tail.at).not());
  const asks = all([mux(retries, owed.not(), fresh), io.stopped.not()]);
  const { asking_place: place } = m.named({ asking_place: mux(retries, oldest_again, tail.oneHot) });
  const oldest = ring.pick(oldest_again);
  const { asking: request } = m.named({ asking: mux(retries, oldest.request, io.candidate.data) });
  // What is left of an exclusive read is none: memory would watch from now on.
  const { resumes } = m.named({ resumes: retries.and(oldest.delivered.isNonZero()) });

  const { found, looks } = io;
  const excluded = concat(meets(ring.excluded[1], oldest_again), meets(ring.excluded[0], oldest_again));
  const reachable = found.where.enabled.and(io.memory.readable);
  const untried = reachable.and(masked(excluded, retries).not());
  const { usable } = m.named({ usable: mux(untried.isZero(), reachable, untried) });
  const { is_local: local } = m.named({ is_local: found.local.or(usable.isZero()) });
  const both = usable.reduceAnd().and(found.compare);
  const { chosen_route: route } = m.named({
    chosen_route: masked(concat(both.or(usable.bit(0).not().and(usable.bit(1))), usable.bit(0)), local.not()),
  });
  const isBoth = route.reduceAnd();

  const { same_as_request } = m.named({ same_as_request: ring.those((slot) => slot.request.id.eq(request.id)) });
  const { older_same } = m.named({
    older_same: valid
      .and(same_as_request)
      .and(mux(retries, olderThan(oldest_again, tail.oneHot), lit<number>(p.reads, 2 ** p.reads - 1))),
  });
  const otherRoute = [0, 1].map((memory) =>
    meets(older_same, (ring.route[memory] as Bits).xor(route.bit(memory).repeat<number>(p.reads))),
  );
  const otherBoth = valid.and(ring.again.not()).and(ring.route[0]).and(ring.route[1]).isNonZero();
  const compareWanted = register(m, 'wants_compare', bit);
  const takes = all([
    route.and(io.takers.not()).isZero(),
    any([isBoth.not(), all([otherBoth.not(), compareWanted, io.turnAllowed])]),
  ]);
  const { entering_by_hit: hit_enters } = m.named({
    entering_by_hit: all([looks, found.hit, local.or(takes.and(any(otherRoute).not()))]),
  });
  const { is_entering: enters } = m.named({ is_entering: hit_enters.or(looks.and(found.fault)) });
  m.when(looks, () => compareWanted.set(all([found.hit, isBoth, hit_enters.not()])));
  m.when(io.stopped, () => compareWanted.set(0));

  const isLost = all([found.local.not(), usable.isZero()]);
  return {
    asks,
    request,
    resumes,
    retries,
    place,
    enters,
    hitEnters: hit_enters,
    local,
    route,
    olderSame: older_same,
    response: mux(isLost, lit(2, responses.subordinate_error), found.response),
    cause: mux(isLost, lit(3, faultCauses.lost), found.cause),
    compareWanted,
  };
};
export type ReadEntering = ReturnType<typeof readEntering>;
