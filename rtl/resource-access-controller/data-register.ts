import { all, bit, bits, input, module, output, stream } from '../hdl/index.ts';
import { slotWidth } from './interface.ts';
import { type Geometry, writeBeat } from './shapes.ts';

/**
 * A port's W register, and the filling: after isolation the beats that the device was promised are sent without strobes. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Write data".
 */
export const dataRegister = (p: Geometry) =>
  module(
    'data_register',
    {
      load: input(bit),
      beat: input(writeBeat(p)),
      beat_slot: input(bits<number>(slotWidth(p))),
      fill: input(bit),
      fill_left: input(bits(8)),
      fill_slot: input(bits<number>(slotWidth(p))),
      clear: input(bit),
      channel: output(stream(writeBeat(p))),
      full: output(bit),
      free: output(bit),
      leaves: output(bit),
      leaves_last: output(bit),
      slot: output(bits<number>(slotWidth(p))),
      filling: output(bit),
    },
    (io, m) => {
      const r = m.regs({
        held: { type: bit, reset: 0 },
        held_beat: { type: writeBeat(p), reset: 0 },
        held_slot: { type: bits<number>(slotWidth(p)), reset: 0 },
        promising: { type: bit, reset: 0 },
        left: { type: bits(8), reset: 0 },
        promised_slot: { type: bits<number>(slotWidth(p)), reset: 0 },
      });
      const { empties, sends } = m.named({
        empties: r.held.not().or(io.channel.ready),
        sends: r.held.and(io.channel.ready),
      });
      io.channel.valid.set(r.held);
      io.channel.data.set(r.held_beat);
      io.full.set(r.held);
      io.free.set(empties);
      io.leaves.set(sends);
      io.leaves_last.set(sends.and(r.held_beat.last));
      io.slot.set(r.held_slot);
      io.filling.set(r.promising);
      const { fills } = m.named({ fills: all([r.promising, empties, io.clear.not()]) });
      r.held.set(all([io.load.or(fills).or(r.held.and(sends.not())), io.clear.not()]));
      // Never both at once; so the zeros are those of the registers' own reset.
      m.when(fills, () => {
        r.held_beat.set({ data: 0, strb: 0, last: r.left.isZero() });
        r.held_slot.set(r.promised_slot);
        r.left.set(r.left.subtract(1));
      }).elseWhen(io.load, () => {
        r.held_beat.set(io.beat);
        r.held_slot.set(io.beat_slot);
      });
      m.when(io.clear, () => r.promising.set(0))
        .elseWhen(io.fill, () => {
          r.promising.set(1);
          r.left.set(io.fill_left);
          r.promised_slot.set(io.fill_slot);
        })
        .elseWhen(fills.and(r.left.isZero()), () => r.promising.set(0));
      m.assert(io.load.implies(empties), 'data are loaded only where there is room');
      m.assert(io.load.and(r.promising).not(), 'nothing else is sent while filling');
      m.assert(io.load.and(io.clear).not(), 'no data for a port that is cleared');
    },
    { documentation: "A port's W register.", parameters: { dataWidth: p.dataWidth, outstanding: p.outstanding } },
  );
