import { all, bit, bits, input, log2Ceil, module, mux, output, record, select, vector } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { incrementModulo } from '../parts/counters.ts';
import { resourceWidth, slotWidth } from './interface.ts';
import { type Geometry, overdue, slot } from './shapes.ts';

/** What is known of a slot on its way through the stages. */
const place = (p: Geometry) =>
  record({
    slot: bits<number>(slotWidth(p)),
    resource: bits<number>(resourceWidth(p)),
    id: bits<number>(p.idWidth),
  });

/**
 * How long the transactions of one direction have been kept waiting, and which of them for too long. Each input is a bit for each slot. The ages are in
 * a memory; what was added since a slot's last turn is beside it. To the cycle: `docs/systems/resource-access-controller.md`, "Timeouts".
 */
export const transactionAges = (p: Geometry) =>
  module(
    'transaction_ages',
    {
      /** The slot is used anew, or its transaction goes on. */
      moves: input(bits<number>(p.outstanding)),
      /** Its device keeps it waiting. */
      charged: input(bits<number>(p.outstanding)),
      slots: input(vector(slot(p), p.outstanding)),
      timeouts: input(vector(bits<number>(p.timerWidth), p.resources)),
      overdue: output(overdue(p)),
    },
    (io, m) => {
      const recentWidth = log2Ceil(p.outstanding + 1);
      const slots = io.slots.elements;
      const r = m.regs({
        watch: { type: bits<number>(slotWidth(p)), reset: 0 },
        looked: { type: place(p), reset: 0 },
        threshold: { type: bits<number>(p.timerWidth), reset: 0 },
        late: { type: bit, reset: 0 },
        due: { type: place(p), reset: 0 },
        moved: { type: bits<number>(p.outstanding), reset: 0 },
        recent: { type: vector(bits<number>(recentWidth), p.outstanding), reset: 0 },
      });
      const { resource } = m.named({
        resource: select(
          r.watch,
          slots.map((one) => one.resource),
        ),
      });
      r.watch.set(incrementModulo(r.watch, p.outstanding));
      r.looked.set({
        slot: r.watch,
        resource,
        id: select(
          r.watch,
          slots.map((one) => one.id),
        ),
      });
      r.threshold.set(select(resource, io.timeouts.elements));

      const { ages } = m.memories({ ages: { type: bits<number>(p.timerWidth), depth: p.outstanding } });
      const kept = ages.fetch(r.watch);
      const width = Math.max(p.timerWidth, recentWidth) + 1;
      const { sum } = m.named({
        sum: mux(r.moved.at(r.looked.slot), 0, kept.extend<number>(width)).add(
          select(r.looked.slot, r.recent.elements).extend<number>(width),
        ),
      });
      const most = 2 ** p.timerWidth - 1;
      ages.write(r.looked.slot, mux(sum.gt(most), most, sum).resize<number>(p.timerWidth));
      r.late.set(r.threshold.isNonZero().and(sum.ge(r.threshold.extend<number>(width))));
      r.due.set(r.looked);

      const looked = decodeOneHot(r.looked.slot, p.outstanding);
      r.moved.set(r.moved.and(looked.not()).or(io.moves));
      for (const [index, recent] of r.recent.elements.entries())
        m.when(io.moves.bit(index), () => recent.set(0))
          .elseWhen(looked.bit(index), () => recent.set(io.charged.bit(index).extend<number>(recentWidth)))
          .elseWhen(io.charged.bit(index), () => recent.set(recent.add(1)));
      io.overdue.set({
        slots: decodeOneHot(r.due.slot, p.outstanding).and(r.late.repeat<number>(p.outstanding)).and(r.moved.not()),
        slot: r.due.slot,
        resource: r.due.resource,
        id: r.due.id,
      });
      m.assert(r.watch.le(p.outstanding - 1), 'the watched slot exists');
      m.assert(all(r.recent.elements.map((recent) => recent.le(p.outstanding))), 'no turn is missed');
    },
    { documentation: 'Ages of transactions.', parameters: { ...p } },
  );
