import { all, bit, bits, input, module, mux, output, stream } from '../hdl/index.ts';
import { decodeOneHot, encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { slotWidth } from './interface.ts';
import { type Geometry, writeBeat } from './shapes.ts';

/**
 * Leads beats of write data to where their write went: a port's W register, or nowhere. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Write data".
 */
export const writeData = (p: Geometry) =>
  module(
    'write_data',
    {
      channel: input(stream(writeBeat(p))),
      enter: input(bit),
      entering: input(bits<number>(p.outstanding)),
      target: input(bits<number>(p.ports)),
      length: input(bits(8)),
      isolated: input(bits<number>(p.ports)),
      port_free: input(bits<number>(p.ports)),
      busy: output(bit),
      load: output(bits<number>(p.ports)),
      beat: output(writeBeat(p)),
      slot: output(bits<number>(slotWidth(p))),
      enters_received: output(bit),
      receives: output(bits<number>(p.outstanding)),
      /** The write that is current after this cycle, for a port that is isolated at its edge: where its data go, and the beats left. */
      promised: output(bits<number>(p.ports)),
      left: output(bits(8)),
    },
    (io, m) => {
      const r = m.regs({
        full: { type: bit, reset: 0 },
        held: { type: writeBeat(p), reset: 0 },
        active: { type: bit, reset: 0 },
        current_slot: { type: bits<number>(slotWidth(p)), reset: 0 },
        current_target: { type: bits<number>(p.ports), reset: 0 },
        current_left: { type: bits(8), reset: 0 },
      });
      const beat = mux(r.full, r.held, io.channel.data);
      const number = encodeOneHot(io.entering);
      const { route } = m.named({ route: mux(r.active, r.current_target.and(io.isolated.not()), io.target) });
      const { present, moves } = m.named({
        present: r.active.or(io.enter),
        moves: all([r.full.or(io.channel.valid), r.active.or(io.enter), route.and(io.port_free.not()).isZero()]),
      });
      const { ends } = m.named({ ends: moves.and(beat.last) });
      const { active_after } = m.named({ active_after: present.and(ends.not()) });
      const before = mux(r.active, r.current_left, io.length);
      const { left_after } = m.named({ left_after: mux(moves, before.subtract(1), before) });

      io.channel.ready.set(r.full.not());
      m.when(r.full.not(), () => r.held.set(io.channel.data));
      r.full.set(r.full.or(io.channel.valid).and(moves.not()));
      r.active.set(active_after);
      m.when(io.enter, () => r.current_slot.set(number.resize<number>(slotWidth(p))));
      m.when(present, () => {
        r.current_target.set(route);
        r.current_left.set(left_after);
      });

      io.busy.set(r.active);
      io.load.set(route.and(moves.repeat<number>(p.ports)));
      io.beat.set(beat);
      io.slot.set(mux(r.active, r.current_slot, number.resize<number>(slotWidth(p))));
      io.enters_received.set(ends);
      io.receives.set(
        decodeOneHot(r.current_slot, p.outstanding).and(all([r.active, ends]).repeat<number>(p.outstanding)),
      );
      io.promised.set(route.and(active_after.repeat<number>(p.ports)));
      io.left.set(left_after);
      m.assert(io.enter.implies(r.active.not()), 'one write at a time sends its data');
      m.assert(route.and(route.subtract(1)).isZero(), 'data go to one place');
    },
    { documentation: 'Leads write data to its ports.', parameters: { ...p } },
  );
