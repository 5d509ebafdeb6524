import { all, any, type Bits, concat, type ModuleBody, mux, type ValueOf } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { masked } from '../parts/rings.ts';
import { type Claim, isClaimed } from './claims.ts';
import type { comparison, Geometry } from './shapes.ts';
import { meets } from './slot-order.ts';
import type { WriteRing } from './write-ring.ts';

interface Surroundings {
  readonly failed: Bits<2>;
  readonly bump: Bits<1>;
  readonly claim: Claim;
  readonly turnAllowed: Bits<1>;
  readonly compared: ValueOf<ReturnType<typeof comparison>>;
  /** Memories whose AW registers can be loaded. */
  readonly free: Bits<2>;
  /** The last beat of current moves, and its burst is not cut. */
  readonly followed: Bits<1>;
}

/** The launch of a write: the page's "Launch". */
export const writeLaunch = (m: ModuleBody, p: Geometry, ring: WriteRing, io: Surroundings) => {
  const after = decodeOneHot(ring.next.at.add(1), p.writes);
  const { launch_place: place } = m.named({
    launch_place: mux(ring.active, masked(after, io.followed), ring.next.oneHot)
      .and(ring.translated)
      .and(io.compared.different.not()),
  });
  const slot = ring.pick(place);
  const enabled = ring.enabled.map((own) => meets(place, own)) as [Bits<1>, Bits<1>];
  const local = meets(place, ring.local);
  const { launch_route: route } = m.named({
    launch_route: masked(concat(enabled[1], enabled[0]).and(io.failed.not()), local.not()) as Bits<2>,
  });
  const none = route.isZero();
  const { launch_ready: ready } = m.named({
    launch_ready: mux(
      none,
      meets(place, ring.checked.or(io.compared.equal)),
      all([
        isClaimed(io.claim, enabled, slot.places.elements).not(),
        route.and(io.free.not()).isZero(),
        any([route.reduceAnd().not(), io.turnAllowed]),
      ]),
    ),
  });
  const { launch_goes: goes } = m.named({
    launch_goes: all([place.isNonZero(), io.bump.not(), ring.starved.not(), ready]),
  });
  return {
    goes,
    launched: masked(place, goes),
    slot,
    route,
    lost: none.and(local.not()),
  };
};
export type WriteLaunch = ReturnType<typeof writeLaunch>;
