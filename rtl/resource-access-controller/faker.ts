import { all, any, type Bits, bit, bits, input, module, mux, oneHotSelect, output, vector } from '../hdl/index.ts';
import { cyclicChoice } from './cyclic-choice.ts';
import { resourceWidth } from './interface.ts';
import { fakedBeat, type Geometry, slot, writeResponse } from './shapes.ts';
import { word } from './slots.ts';

/** Answers the reads that the controller answers itself, burst by burst. */
export const readFaker = (p: Geometry) =>
  module(
    'read_faker',
    {
      slots: input(vector(slot(p), p.outstanding)),
      last: input(bits<number>(p.outstanding)),
      taken: input(bit),
      offer: output(bit),
      beat: output(fakedBeat(p)),
      match: output(bits<number>(p.outstanding)),
      resource: output(bits<number>(resourceWidth(p))),
      counts: output(bit),
    },
    (io, m) => {
      const slots = io.slots.elements;
      const { active } = m.regs({ active: { type: bit, reset: 0 } });
      const { ready } = m.named({ ready: word(slots.map((one) => all([one.valid, one.route_local, one.first]))) });
      const cycle = cyclicChoice(m, 'fake_slot', ready);
      const { chosen } = m.named({ chosen: mux(active, cycle.last, cycle.choice) });
      const pick = (of: (one: (typeof slots)[number]) => Bits): Bits =>
        oneHotSelect(slots.map((one, index) => [chosen.bit(index), of(one)] as const));
      const { ends } = m.named({ ends: chosen.and(io.last).isNonZero() });
      io.offer.set(active.or(ready.isNonZero()));
      io.beat.set({
        id: pick((one) => one.id),
        last: ends,
        policy: pick((one) => one.policy).resize(2),
        code: pick((one) => one.code).resize(2),
        port: pick((one) => one.port),
      });
      io.match.set(chosen);
      io.resource.set(pick((one) => one.resource));
      io.counts.set(ends.and(pick((one) => one.refused.not()).bit(0)));
      m.when(io.taken, () => {
        cycle.take(chosen);
        active.set(ends.not());
      });
      m.assert(active.implies(ready.and(cycle.last).isNonZero()), 'a burst that was begun can be finished');
    },
    { documentation: 'Fakes reads.', parameters: { ...p } },
  );

/** Answers the writes that the controller answers itself, once it has all their data. */
export const writeFaker = (p: Geometry) =>
  module(
    'write_faker',
    {
      slots: input(vector(slot(p), p.outstanding)),
      received: input(bits<number>(p.outstanding)),
      taken: input(bit),
      offer: output(bit),
      response: output(writeResponse(p)),
      match: output(bits<number>(p.outstanding)),
      resource: output(bits<number>(resourceWidth(p))),
      counts: output(bit),
    },
    (io, m) => {
      const slots = io.slots.elements;
      const { ready } = m.named({
        ready: word(slots.map((one, index) => all([one.valid, one.route_local, one.first, io.received.bit(index)]))),
      });
      const { choice, take } = cyclicChoice(m, 'fake_slot', ready);
      const { chosen } = m.named({ chosen: choice });
      const pick = (of: (one: (typeof slots)[number]) => Bits): Bits =>
        oneHotSelect(slots.map((one, index) => [chosen.bit(index), of(one)] as const));
      io.offer.set(any([ready.isNonZero()]));
      io.response.set({ id: pick((one) => one.id), resp: pick((one) => one.code).resize(2) });
      io.match.set(chosen);
      io.resource.set(pick((one) => one.resource));
      io.counts.set(pick((one) => one.refused.not()).bit(0));
      m.when(io.taken, () => take(chosen));
    },
    { documentation: 'Fakes writes.', parameters: { ...p } },
  );
