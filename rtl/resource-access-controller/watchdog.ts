import { all, bit, bits, input, module, output, select, vector } from '../hdl/index.ts';
import { incrementModulo } from '../parts/counters.ts';
import { resourceWidth, slotWidth } from './interface.ts';
import type { Geometry } from './shapes.ts';

/**
 * Watches the transactions of one port and direction, one after the other, for want of progress. Each input is a bit for each slot. To the
 * cycle: `docs/systems/resource-access-controller.md`, "Timeouts".
 */
export const watchdog = (p: Geometry) =>
  module(
    'watchdog',
    {
      isolated: input(bit),
      ours: input(bits<number>(p.outstanding)),
      progress: input(bits<number>(p.outstanding)),
      /** The device is not to blame. */
      excused: input(bits<number>(p.outstanding)),
      resources: input(vector(bits<number>(resourceWidth(p)), p.outstanding)),
      timeouts: input(vector(bits<number>(p.timerWidth), p.resources)),
      expired: output(bit),
      slot: output(bits<number>(slotWidth(p))),
      resource: output(bits<number>(resourceWidth(p))),
    },
    (io, m) => {
      const r = m.regs({
        watch: { type: bits<number>(slotWidth(p)), reset: 0 },
        timer: { type: bits<number>(p.timerWidth), reset: 0 },
      });
      const resource = select(r.watch, io.resources.elements);
      const timeout = select(resource, io.timeouts.elements);
      const { idle, moving, pardoned, late } = m.named({
        idle: io.isolated.or(io.ours.at(r.watch).not()),
        moving: io.progress.at(r.watch),
        pardoned: io.excused.at(r.watch),
        late: timeout.isNonZero().and(r.timer.ge(timeout)),
      });
      m.when(idle, () => {
        r.timer.set(0);
        r.watch.set(incrementModulo(r.watch, p.outstanding));
      })
        .elseWhen(moving, () => r.timer.set(0))
        .elseWhen(all([pardoned.not(), late.not(), r.timer.reduceAnd().not()]), () => r.timer.set(r.timer.add(1)));
      io.expired.set(all([idle.not(), moving.not(), pardoned.not(), late]));
      io.slot.set(r.watch);
      io.resource.set(resource);
      m.assert(r.watch.le(p.outstanding - 1), 'the watched slot exists');
    },
    { documentation: 'Watches transactions for progress.', parameters: { ...p } },
  );
