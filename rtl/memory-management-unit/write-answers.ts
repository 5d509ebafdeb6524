import { all, any, type Bits, concat, lit, type ModuleBody, mux, type ValueOf } from '../hdl/index.ts';
import { firstFrom, masked, word } from '../parts/rings.ts';
import { faultCauses, responses } from './interface.ts';
import type { Geometry, memoryResponse, memoryState, registerState } from './shapes.ts';
import { meets } from './slot-order.ts';
import type { WriteRing } from './write-ring.ts';

interface Surroundings {
  readonly memory: ValueOf<typeof memoryState>;
  readonly answers: readonly (ValueOf<ReturnType<typeof memoryResponse>> & { readonly present: Bits<1> })[];
  readonly requests: readonly ValueOf<ReturnType<typeof registerState>>[];
  readonly beats: readonly ValueOf<ReturnType<typeof registerState>>[];
  /** The processor's B register can be loaded. */
  readonly free: Bits<1>;
}

/** The answers of the memories: the page's "B". */
export const writeAnswers = (m: ModuleBody, p: Geometry, ring: WriteRing, io: Surroundings) =>
  [0, 1].map((memory) => {
    const { present, id, resp } = io.answers[memory] as (typeof io.answers)[0];
    const [request, beat] = [io.requests[memory], io.beats[memory]] as (typeof io.beats)[0][] as [
      (typeof io.beats)[0],
      (typeof io.beats)[0],
    ];
    const named = m.named({
      [`match_${memory}`]: firstFrom(
        ring.valid
          .and(ring.launched)
          .and(ring.sent)
          .and(ring.pending[memory as 0 | 1])
          .and(ring.those((slot) => slot.request.id.eq(id.truncate<number>(p.idWidth)))),
        ring.tail.oneHot,
      ),
    });
    const match = named[`match_${memory}`] as Bits;
    const blocked = [request, beat].map((own) => own.waits.and(meets(own.owner, match)));
    const has = all([id.bit(p.idWidth).not(), match.isNonZero(), any(blocked).not()]);
    const lives = present.and(io.memory.failed.bit(memory).not());
    const slot = ring.pick(match);
    return {
      answered: masked(match, lives.and(has)),
      wrong: lives.and(has.not()),
      refused: resp.ge(responses.subordinate_error),
      exclusive: all([resp.eq(responses.exclusive_okay), slot.request.lock]),
    };
  });
export type WriteAnswer = ReturnType<typeof writeAnswers>[0];

/** The writes that are settled, and which of them leave: the page's "Settled". */
export const writeSettled = (m: ModuleBody, ring: WriteRing, io: Surroundings) => {
  const live = ring.route.map((own, memory) => masked(own, io.memory.failed.bit(memory).not())) as [Bits, Bits];
  const { done } = m.named({ done: ring.valid.and(ring.launched).and(ring.sent).and(ring.owed.not()) });
  const oneRefused = done.and(live[0]).and(live[1]).and(ring.refused[0].xor(ring.refused[1]));
  const waits = [0, 1].map((memory) =>
    masked(oneRefused.and(ring.refused[memory] as Bits), io.memory.readable.bit(1 - memory)),
  ) as [Bits, Bits];
  const { settled } = m.named({ settled: done.and(waits[0].or(waits[1]).not()) });

  const outcomeOf = (place: Bits) => {
    const slot = ring.pick(place);
    const local = meets(place, ring.local);
    const lost = all([local.not(), meets(place, live[0].or(live[1])).not()]);
    const refused = [0, 1].map((memory) =>
      all([local.not(), meets(place, (live[memory] as Bits).and(ring.refused[memory] as Bits))]),
    ) as [Bits<1>, Bits<1>];
    const exclusive = mux(meets(place, ring.exclusive), lit(2, responses.exclusive_okay), lit(2, responses.okay));
    const isError = any([lost, ...refused]);
    return {
      slot,
      response: mux(local, slot.response, mux(isError, lit(2, responses.subordinate_error), exclusive)),
      cause: mux(local, slot.cause, mux(lost, lit(3, faultCauses.lost), lit(3, 0))),
      errors: concat(refused[1], refused[0]),
    };
  };
  const { cut_settled } = m.named({ cut_settled: settled.and(ring.cut) });
  const { broken_off } = m.named({ broken_off: masked(cut_settled.and(ring.exclusives), ring.kept.isNonZero()) });
  const leaving = word(
    ring.slots.map((_, slot) =>
      all([
        settled.bit(slot),
        ring.cut.bit(slot).not(),
        ring.valid
          .and(ring.same[slot] as Bits)
          .and(ring.older[slot] as Bits)
          .isZero(),
      ]),
    ),
  );
  const { ending } = m.named({ ending: masked(firstFrom(leaving, ring.tail.oneHot), io.free) });
  return {
    waits: concat(waits[1].isNonZero(), waits[0].isNonZero()),
    /** What goes anew, and what is given up, since a part of it cannot be exclusive. */
    cutSettled: cut_settled,
    brokenOff: broken_off,
    cutOutcome: outcomeOf(cut_settled),
    ending,
    outcome: outcomeOf(ending),
  };
};
