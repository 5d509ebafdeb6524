import { all, any, type Bits, bit, bits, input, lit, module, mux, output, stream, vector } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { firstFrom, masked, word } from '../parts/rings.ts';
import { claimed, isClaimed } from './claims.ts';
import { faultCauses, responses } from './interface.ts';
import { outputRegister } from './output-register.ts';
import { lookupOf, requestAt } from './requests.ts';
import { worse } from './responses.ts';
import {
  bumped,
  comparison,
  type Geometry,
  lookupRequest,
  lookupResult,
  memoryAnswer,
  memoryRequest,
  memoryState,
  notedFault,
  processorRequest,
  registerState,
  writeBeat,
  writeResponse,
} from './shapes.ts';
import { meets } from './slot-order.ts';
import { stopCounter } from './stop-counter.ts';
import { writeAnswers, writeSettled } from './write-answers.ts';
import { writeBeats } from './write-beats.ts';
import { writeLaunch } from './write-launch.ts';
import { writeRing } from './write-ring.ts';

/**
 * The write slots: from the processor's request to its answer, each to one memory or both, and anew where its page is taken back. To the
 * cycle: `docs/systems/memory-management-unit.md`, "Unit: requests" and "Unit: writes".
 */
export const writeSlots = (p: Geometry) =>
  module(
    'write_slots',
    {
      channel: input(stream(processorRequest(p))),
      data: input(stream(writeBeat(p))),
      answer: output(stream(writeResponse(p))),
      memory: input(memoryState),
      bump: input(bumped(p)),
      claim: input(claimed(p)),
      claim_busy: output.reg(bit, { reset: 0 }),
      bump_busy: output(bit),
      lookup: output(lookupRequest(p)),
      looks: input(bit),
      found: input(lookupResult(p)),
      compared: input(comparison(p.writes)),
      enters: output(bits<number>(p.writes)),
      hit_enters: output(bit),
      turn_allowed: input(bit),
      /** Cycles after which a processor that gives no data has stopped; 0: never. */
      patience: input(bits<number>(p.timerWidth - 1)),
      /** The turn is wanted, or in use. */
      wants_both: output(bit),
      open: output(bit),
      launches: output(bits(2)),
      launched: output(bits<number>(p.writes)),
      requests: output(vector(memoryRequest(p), 2)),
      request_states: input(vector(registerState(p.writes), 2)),
      loads: output(bits(2)),
      current: output(bits<number>(p.writes)),
      beat: output(writeBeat(p)),
      beat_states: input(vector(registerState(p.writes), 2)),
      answers: input(vector(memoryAnswer(p), 2)),
      /** Of each memory, the slots that it owes an answer; and those whose data have all been given. */
      owed: output(vector(bits<number>(p.writes), 2)),
      sent_all: output(bits<number>(p.writes)),
      event_error: output(bits(2)),
      event_failure: output(bits(2)),
      noted: output(notedFault(p)),
    },
    (io, m) => {
      const ring = writeRing(m, p);
      const { valid, again, launched, tail } = ring;
      const { memory, bump, compared, found } = io;
      const [requests, beatStates] = [io.request_states.elements, io.beat_states.elements];
      const freeOf = (states: typeof requests): Bits<2> => word(states.map(({ free }) => free)) as Bits<2>;

      // Which write asks to be looked up; each that hits enters, or that a fault is for.
      const aw = candidateOf(m, 'aw', processorRequest(p), io.channel);
      const { again_slots } = m.named({ again_slots: valid.and(again) });
      const { retries } = m.named({ retries: again_slots.isNonZero() });
      const { oldest_again } = m.named({ oldest_again: firstFrom(again_slots, tail.oneHot) });
      const fresh = aw.present.and(valid.at(tail.at).not());
      const { asking: request } = m.named({ asking: mux(retries, ring.pick(oldest_again).request, aw.data) });
      io.lookup.set(lookupOf(retries.or(fresh), request));
      const hits = io.looks.and(found.hit);
      const { is_entering: enters } = m.named({ is_entering: io.looks.and(found.hit.or(found.fault)) });
      const { entered } = m.named({ entered: masked(mux(retries, oldest_again, tail.oneHot), enters) });
      aw.moves(enters.and(retries.not()));
      tail.advance(enters.and(retries.not()));
      io.enters.set(masked(entered, hits));
      io.hit_enters.set(hits);

      const w = candidateOf(m, 'w', writeBeat(p), io.data);
      const sides = { failed: memory.failed, bump: bump.now, compared };
      const beats = writeBeats(m, ring, { ...sides, free: freeOf(beatStates), present: w.present, data: w.data });
      const launch = writeLaunch(m, p, ring, {
        ...sides,
        claim: io.claim,
        turnAllowed: io.turn_allowed,
        free: freeOf(requests),
        followed: beats.followed,
      });
      w.moves(beats.takes);
      ring.next.advance(beats.followed);
      io.loads.set(beats.loads);
      io.current.set(beats.current);
      io.beat.set(beats.payload);
      io.launches.set(masked(launch.route, launch.goes));
      io.launched.set(launch.launched);
      io.requests.set(
        launch.slot.places.elements.map((at) => requestAt(p, launch.slot.request, launch.slot.request.lock, at)),
      );

      const out = outputRegister(m, 'b_out', writeResponse(p), io.answer, { owners: 1, clear: lit(1, 0) });
      const surroundings = { memory, answers: io.answers.elements, requests, beats: beatStates, free: out.state.free };
      const answers = writeAnswers(m, p, ring, surroundings);
      const settled = writeSettled(m, ring, surroundings);
      const { ending, outcome, cutSettled, brokenOff, cutOutcome } = settled;
      const ends = ending.isNonZero();
      out.load(
        ends,
        { id: outcome.slot.request.id, resp: worse(outcome.response, outcome.slot.worst) } as never,
        lit(1, 0),
      );

      const stop = stopCounter(m, 'write_stop', io.patience);
      stop.counts(beats.waits);
      const { stopped } = m.named({ stopped: all([beats.waits, stop.isSpent]) });
      m.when(w.present, () => ring.starved.set(0));
      m.when(stopped, () => ring.starved.set(1));

      // Pages that are taken back.
      const own = ring.local.not().and(
        masked(
          ring.those((slot) => slot.index.eq(bump.index).or(bump.flush)),
          bump.now,
        ),
      );
      const { taken_back: takenBack } = m.named({ taken_back: own.and(valid).and(launched).and(ring.owed) });
      const { cuts } = m.named({
        cuts: takenBack
          .and(masked(ring.exclusives, ring.beat.isNonZero()).not())
          .or(stopped.repeat<number>(p.writes))
          .and(beats.current)
          .or(compared.different.and(valid).and(launched)),
      });
      const backed = ring.translated.and(own.or(compared.different));
      const kept = entered.not();
      const stays = kept.and(cutSettled.not());

      valid.set(valid.and(ending.not()).or(entered));
      again.set(again.and(kept).or(backed).or(cutSettled.and(brokenOff.not())));
      launched.set(launched.and(stays).or(launch.launched));
      ring.cut.set(ring.cut.or(cuts).and(stays));
      ring.leaving.set(ring.leaving.or(takenBack).and(stays));
      ring.sent.set(ring.sent.or(masked(beats.current, beats.last)).and(stays));
      const equal = compared.equal.and(again.not());
      ring.checked.set(ring.checked.or(equal).and(stays.or(brokenOff)).or(masked(entered, found.fault)));
      const { hopeless } = m.named({ hopeless: all([request.lock, found.where.enabled.reduceAnd()]) });
      const local = masked(entered, found.local.or(hopeless)).or(masked(launch.launched, launch.lost));
      ring.local.set(ring.local.and(kept).or(brokenOff).or(local));
      for (const port of [0, 1] as const) {
        const { answered, refused } = answers[port] as (typeof answers)[0];
        const failed = memory.failed.bit(port);
        const taken = masked(launch.launched, launch.route.bit(port));
        const unlaunched = kept.and(launch.launched.not());
        const pending = ring.pending[port].and(answered.not());
        ring.pending[port].set(masked(pending.and(unlaunched), failed.not()).or(taken));
        ring.route[port].set(masked(ring.route[port].and(unlaunched), failed.not()).or(taken));
        const refusals = mux(refused, ring.refused[port].or(answered), ring.refused[port].and(answered.not()));
        ring.refused[port].set(refusals.and(launch.launched.not()));
        ring.enabled[port].set(ring.enabled[port].and(kept).or(masked(entered, found.where.enabled.bit(port))));
      }
      const exclusive = answers
        .map(({ answered, exclusive: is }) => masked(answered, is))
        .reduce((sum, one) => sum.or(one));
      const answeredNow = answers.map(({ answered }) => answered).reduce((sum, one) => sum.or(one));
      ring.exclusive.set(ring.exclusive.and(answeredNow.not()).or(exclusive).and(launch.launched.not()));
      for (const [index, slot] of ring.slots.entries()) {
        m.when(cutSettled.bit(index).and(ring.kept.isNonZero()).and(brokenOff.bit(index).not()), () =>
          slot.worst.set(worse(slot.worst, cutOutcome.response)),
        );
        m.when(brokenOff.bit(index), () => {
          const failed = cutOutcome.response.isZero();
          slot.response.set(mux(failed, lit(2, responses.okay), lit(2, responses.subordinate_error)));
          slot.cause.set(cutOutcome.cause);
        });
        m.when(entered.bit(index), () => {
          slot.response.set(found.response);
          slot.cause.set(found.cause);
          slot.index.set(found.index);
          slot.places.set(found.where.places);
          m.when(retries.not(), () => {
            slot.request.set(request);
            slot.worst.set(0);
          });
        });
        m.when(launch.launched.bit(index).and(launch.lost), () => {
          slot.response.set(responses.subordinate_error);
          slot.cause.set(faultCauses.lost);
        });
      }
      m.when(beats.moves, () => ring.beat.set(ring.beat.add(1)));
      m.when(beats.last, () => ring.active.set(0));
      m.when(launch.goes, () => {
        ring.active.set(1);
        ring.beat.set(0);
      });
      m.when(beats.followed, () => ring.kept.set(0));
      m.when(cuts.and(ring.cut.not()).isNonZero(), () =>
        ring.kept.set(mux(ring.beat.gt(ring.kept), ring.beat, ring.kept)),
      );

      // What others are told.
      const both = ring.enabled[0].and(ring.enabled[1]);
      io.wants_both.set(all([memory.failed.isZero(), meets(ring.translated.and(ring.local.not()), both)]));
      io.open.set(meets(valid.and(launched).and(ring.owed), ring.route[0].and(ring.route[1])));
      io.owed.set(ring.pending.map((pending) => valid.and(pending)));
      io.sent_all.set(ring.sent);
      io.bump_busy.set(meets(valid.and(ring.leaving), ring.owed));
      const underWay = valid.and(launched).and(ring.local.not()).and(ring.owed);
      const within = ring.slots.map((slot, index) =>
        underWay.bit(index).and(
          isClaimed(
            io.claim,
            ring.enabled.map((enabled) => enabled.bit(index)),
            slot.places.elements,
          ),
        ),
      );
      io.claim_busy.set(any(within));
      io.event_error.set(
        masked(outcome.errors, ends).or(masked(cutOutcome.errors, cutSettled.isNonZero())).resize<2>(2),
      );
      io.event_failure.set(settled.waits.or(word(answers.map(({ wrong }) => wrong)) as Bits<2>));
      const { request: of } = outcome.slot;
      const noted = ends.and(outcome.cause.isNonZero());
      io.noted.set({ valid: noted, cause: outcome.cause, domain: of.domain, id: of.id, addr: of.addr });
      m.assert(io.looks.implies(retries.or(fresh)), 'only what asks is looked up');
      m.assert(
        compared.different.and(valid).and(launched).and(beats.current.not()).isZero(),
        'what is launched and found different is current',
      );
    },
    { documentation: 'The write slots.', parameters: { ...p } },
  );
