import { all, any, bits, input, lit, module, mux, output, stream } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { addressRegister } from './address-register.ts';
import { faultCauses, responses } from './interface.ts';
import { owedBeats, owedTransactions } from './owed.ts';
import { matchingSlot, sideNote, slotsOf, wrongCause } from './port-checks.ts';
import { portSide } from './port-side.ts';
import { responseIntake } from './response-intake.ts';
import { type Geometry, readBeat, requestSignals } from './shapes.ts';
import { word } from './slots.ts';

/**
 * The read side of a port: its AR register, the beats that come back, what is wrong with them, and the reads owed. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Responses", "Faults", "An isolated port".
 */
export const portRead = (p: Geometry, port: number) =>
  module(
    'port_read',
    {
      ar: output(stream(requestSignals(p))),
      r: input(stream(readBeat(p))),
      ...portSide(p),
      last: input(bits<number>(p.outstanding)),
      beat: output(readBeat(p)),
    },
    (io, m) => {
      const u = m.instances({
        address_register: addressRegister(p),
        intake: responseIntake({ type: readBeat(p), name: 'read_data' }),
        owed: owedBeats(p),
        owed_reads: owedTransactions(p),
      });
      u.address_register.load.set(io.load);
      u.address_register.request.set(io.request);
      u.address_register.request_slot.set(io.request_slot);
      u.address_register.clear.set(io.clear);
      io.ar.connect(u.address_register.channel);
      io.free.set(u.address_register.free);
      u.intake.channel.connect(io.r);
      u.intake.isolated.set(io.isolated);
      u.intake.clear.set(io.clear);

      const beat = u.intake.data;
      const slots = io.slots.elements;
      const ours = slotsOf(io.slots, port);
      const waiting = decodeOneHot(u.address_register.slot, p.outstanding).and(
        u.address_register.full.and(u.address_register.leaves.not()).repeat<number>(p.outstanding),
      );
      const { matchable } = m.named({
        matchable: ours.and(word(slots.map((one) => one.first))).and(waiting.not()),
      });
      const { matching } = m.named({ matching: matchable.and(word(slots.map((one) => one.id.eq(beat.id)))) });
      const { ends } = m.named({ ends: matching.and(io.last).isNonZero() });
      const matched = matchingSlot(io.slots, matching);
      const cause = wrongCause(matching, matchable, [
        [beat.last.and(ends.not()), 'early_last'],
        [beat.last.not().and(ends), 'missing_last'],
      ]);
      // Every slot is checked beside the matching; a beat that passes is the last one just where its slot says so.
      const exclusive = beat.resp.eq(responses.exclusive_okay);
      const passing = word(
        slots.map((one, index) => all([io.last.bit(index).eq(beat.last), exclusive.and(one.lock.not()).not()])),
      );
      const { passes } = m.named({ passes: matching.and(passing).isNonZero() });
      const { wrong, good } = m.named({
        wrong: u.intake.valid.and(passes.not()),
        good: all([u.intake.valid, io.isolated.not(), passes]),
      });
      u.intake.keep.set(good.and(io.taken.not()).or(io.isolates));
      io.offer.set(good);
      io.match.set(matching);
      const failed = beat.resp.bit(1);
      const faulted = io.faulted.at(matched.resource);
      const { masked } = m.named({ masked: faulted.or(failed.and(io.brink.at(matched.resource))) });
      io.beat.set(beat);
      io.disguise.set({ masked, policy: matched.policy, code: matched.code, resource: matched.resource });

      const { leaves } = u.address_register;
      const { swallowed, pays } = m.named({
        swallowed: all([io.isolated, io.isolates.not(), io.resetting.not(), u.intake.valid]),
        pays: u.owed_reads.payable.and(u.owed.owes.or(leaves)),
      });
      u.owed.up.set(leaves);
      u.owed.length.set(u.address_register.channel.data.len);
      u.owed.down.set(any([io.taken, swallowed.and(pays)]));
      u.owed.clear.set(io.clear);
      u.owed_reads.take.set(io.isolates);
      u.owed_reads.ours.set(ours);
      u.owed_reads.slots.set(io.slots);
      u.owed_reads.asked.set(waiting.not());
      u.owed_reads.id.set(beat.id);
      u.owed_reads.ends.set(all([swallowed, pays, beat.last]));
      u.owed_reads.clear.set(io.clear);
      io.spoils.set(swallowed.and(pays.not()));
      io.quiet.set(
        all([u.owed.owes.not(), u.owed_reads.owes.not(), u.address_register.full.not(), u.intake.held.not()]),
      );

      const sent = decodeOneHot(u.address_register.slot, p.outstanding).and(
        u.address_register.leaves.repeat<number>(p.outstanding),
      );
      const { going_on } = m.named({
        going_on: sent.and(ours).or(matching.and(u.intake.arrives.repeat<number>(p.outstanding))),
      });
      io.moves.set(going_on);
      io.charged.set(ours.and(u.intake.held.not().repeat<number>(p.outstanding)));
      const { expired } = m.named({ expired: io.overdue.slots.and(ours).and(going_on.not()).isNonZero() });
      const { unsent } = m.named({
        unsent: u.address_register.full.and(u.address_register.slot.eq(io.overdue.slot)),
      });
      const found = sideNote(p, {
        healthy: io.isolated.not(),
        changed: u.intake.changed,
        wrong,
        wrongCause: cause,
        match: matching,
        candidateId: beat.id,
        resource: matched.resource,
        error: all([io.taken, failed, faulted.not()]),
        expired,
        expiredCause: mux(unsent, lit(4, faultCauses.address_timeout), lit(4, faultCauses.response_timeout)),
        overdue: io.overdue,
        suspect: io.suspect,
        suspected: io.suspected,
      });
      io.finds.set(found.note.fault);
      io.finds_wrong.set(found.wrongs);
      io.note.set(found.note);
      m.assert(matching.and(matching.subtract(1)).isZero(), 'at most one read matching');
      m.assert(io.taken.implies(good), 'only good beats are taken');
    },
    { documentation: 'The read side of a port.', parameters: { ...p, port } },
  );
