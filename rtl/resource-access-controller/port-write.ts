import { all, bit, bits, input, lit, module, mux, output, stream } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { addressRegister } from './address-register.ts';
import { dataRegister } from './data-register.ts';
import { faultCauses, responses, slotWidth } from './interface.ts';
import { owedTransactions } from './owed.ts';
import { matchingSlot, sideNote, slotsOf, wrongCause } from './port-checks.ts';
import { portSide } from './port-side.ts';
import { responseIntake } from './response-intake.ts';
import { type Geometry, requestSignals, writeBeat, writeResponse } from './shapes.ts';
import { word } from './slots.ts';

/**
 * The write side of a port: its AW and W registers, the responses that come back, what is wrong with them, and the writes owed. To the
 * cycle: `docs/systems/resource-access-controller.md`, "Responses", "Faults", "An isolated port".
 */
export const portWrite = (p: Geometry, port: number) =>
  module(
    'port_write',
    {
      aw: output(stream(requestSignals(p))),
      w: output(stream(writeBeat(p))),
      b: input(stream(writeResponse(p))),
      ...portSide(p),
      data_load: input(bit),
      data_beat: input(writeBeat(p)),
      data_slot: input(bits<number>(slotWidth(p))),
      fill: input(bit),
      fill_left: input(bits(8)),
      fill_slot: input(bits<number>(slotWidth(p))),
      delivered: input(bits<number>(p.outstanding)),
      data_free: output(bit),
      delivers: output(bits<number>(p.outstanding)),
      response: output(writeResponse(p)),
    },
    (io, m) => {
      const u = m.instances({
        address_register: addressRegister(p),
        data_register: dataRegister(p),
        intake: responseIntake({ type: writeResponse(p), name: 'write_response' }),
        owed_writes: owedTransactions(p),
      });
      const perSlot = (condition: ReturnType<typeof all>) => condition.repeat<number>(p.outstanding);
      u.address_register.load.set(io.load);
      u.address_register.request.set(io.request);
      u.address_register.request_slot.set(io.request_slot);
      u.address_register.clear.set(io.clear);
      io.aw.connect(u.address_register.channel);
      io.free.set(u.address_register.free);
      u.data_register.load.set(io.data_load);
      u.data_register.beat.set(io.data_beat);
      u.data_register.beat_slot.set(io.data_slot);
      u.data_register.fill.set(io.fill);
      u.data_register.fill_left.set(io.fill_left);
      u.data_register.fill_slot.set(io.fill_slot);
      u.data_register.clear.set(io.clear);
      io.w.connect(u.data_register.channel);
      io.data_free.set(u.data_register.free);
      u.intake.channel.connect(io.b);
      u.intake.isolated.set(io.isolated);
      u.intake.clear.set(io.clear);

      const answer = u.intake.data;
      const slots = io.slots.elements;
      const ours = slotsOf(io.slots, port);
      const waiting = decodeOneHot(u.address_register.slot, p.outstanding).and(
        perSlot(u.address_register.full.and(u.address_register.leaves.not())),
      );
      const dataSlot = decodeOneHot(u.data_register.slot, p.outstanding);
      const delivering = dataSlot.and(perSlot(u.data_register.leaves_last));
      io.delivers.set(delivering.and(perSlot(io.isolated.not())));
      const { matchable } = m.named({
        matchable: ours
          .and(word(slots.map((one) => one.first)))
          .and(waiting.not())
          .and(io.delivered.or(delivering)),
      });
      const { matching } = m.named({ matching: matchable.and(word(slots.map((one) => one.id.eq(answer.id)))) });
      const matched = matchingSlot(io.slots, matching);
      const cause = wrongCause(matching, matchable, []);
      const exclusive = answer.resp.eq(responses.exclusive_okay);
      const passing = word(slots.map((one) => exclusive.and(one.lock.not()).not()));
      const { passes } = m.named({ passes: matching.and(passing).isNonZero() });
      const { wrong, good } = m.named({
        wrong: u.intake.valid.and(passes.not()),
        good: all([u.intake.valid, io.isolated.not(), passes]),
      });
      u.intake.keep.set(good.and(io.taken.not()).or(io.isolates));
      io.offer.set(good);
      io.match.set(matching);
      const failed = answer.resp.bit(1);
      const faulted = io.faulted.at(matched.resource);
      const { masked } = m.named({ masked: faulted.or(failed.and(io.brink.at(matched.resource))) });
      io.response.set(answer);
      io.disguise.set({ masked, policy: matched.policy, code: matched.code, resource: matched.resource });

      const { whole } = m.regs({ whole: { type: bits<number>(p.outstanding), reset: 0 } });
      whole.set(mux(io.isolates, io.delivered, whole).or(delivering));
      const { swallowed } = m.named({
        swallowed: all([io.isolated, io.isolates.not(), io.resetting.not(), u.intake.valid]),
      });
      const pays = u.owed_writes.payable;
      u.owed_writes.take.set(io.isolates);
      u.owed_writes.ours.set(ours);
      u.owed_writes.slots.set(io.slots);
      u.owed_writes.asked.set(whole.or(delivering).and(waiting.not()));
      u.owed_writes.id.set(answer.id);
      u.owed_writes.ends.set(swallowed.and(pays));
      u.owed_writes.clear.set(io.clear);
      io.spoils.set(swallowed.and(pays.not()));
      io.quiet.set(
        all([
          u.owed_writes.owes.not(),
          u.address_register.full.not(),
          u.data_register.full.not(),
          u.data_register.filling.not(),
          u.intake.held.not(),
        ]),
      );

      const sent = decodeOneHot(u.address_register.slot, p.outstanding).and(perSlot(u.address_register.leaves));
      const dataSent = dataSlot.and(perSlot(u.data_register.leaves));
      const { going_on } = m.named({
        going_on: sent
          .or(dataSent)
          .and(ours)
          .or(matching.and(perSlot(u.intake.arrives))),
      });
      io.moves.set(going_on);
      io.charged.set(ours.and(perSlot(u.intake.held.not())).and(io.delivered.or(perSlot(u.data_register.full))));
      const { expired } = m.named({ expired: io.overdue.slots.and(ours).and(going_on.not()).isNonZero() });
      const { unsent, untaken } = m.named({
        unsent: u.address_register.full.and(u.address_register.slot.eq(io.overdue.slot)),
        untaken: u.data_register.full.and(io.overdue.slots.and(io.delivered).isZero()),
      });
      const found = sideNote(p, {
        healthy: io.isolated.not(),
        changed: u.intake.changed,
        wrong,
        wrongCause: cause,
        match: matching,
        candidateId: answer.id,
        resource: matched.resource,
        error: all([io.taken, failed, faulted.not()]),
        expired,
        expiredCause: mux(
          unsent,
          lit(4, faultCauses.address_timeout),
          mux(untaken, lit(4, faultCauses.data_timeout), lit(4, faultCauses.response_timeout)),
        ),
        overdue: io.overdue,
        suspect: io.suspect,
        suspected: io.suspected,
      });
      io.finds.set(found.note.fault);
      io.finds_wrong.set(found.wrongs);
      io.note.set(found.note);
      m.assert(matching.and(matching.subtract(1)).isZero(), 'at most one write matching');
      m.assert(io.taken.implies(good), 'only good responses are taken');
    },
    { documentation: 'The write side of a port.', parameters: { ...p, port } },
  );
