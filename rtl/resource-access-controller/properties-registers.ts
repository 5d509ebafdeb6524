import { all, bit, bits, input, module, mux } from '../hdl/index.ts';
import { addressRegister } from './address-register.ts';
import { dataRegister } from './data-register.ts';
import { slotWidth } from './interface.ts';
import { seenInstance } from './properties-seen.ts';
import { type Geometry, requestSignals, writeBeat } from './shapes.ts';

/** A port's registers towards its devices: what the devices are promised is kept, also after isolation. Proved at the sizes that are built. */

/** A request that was loaded is offered unchanged until it is taken, but where the port is cleared while its device is in reset. */
export const checkedAddressRegister = (p: Geometry) =>
  module(
    'checked_address_register',
    {
      load: input(bit),
      request: input(requestSignals(p)),
      request_slot: input(bits<number>(slotWidth(p))),
      clear: input(bit),
      ready: input(bit),
    },
    (io, m) => {
      const { register } = m.instances({ register: addressRegister(p) });
      register.load.set(io.load);
      register.request.set(io.request);
      register.request_slot.set(io.request_slot);
      register.clear.set(io.clear);
      register.channel.ready.set(io.ready);
      m.assume(io.load.implies(register.free), 'it is loaded where it is free');
      m.assume(io.load.and(io.clear).not(), 'nothing is loaded while it is cleared');
      const r = m.regs({
        expected: { type: bit, reset: 0 },
        request_kept: { type: requestSignals(p), reset: 'none' },
        slot_kept: { type: bits<number>(slotWidth(p)), reset: 'none' },
      });
      const sent = register.channel.valid.and(io.ready);
      r.expected.set(io.load.or(r.expected.and(sent.not())).and(io.clear.not()));
      m.when(io.load, () => {
        r.request_kept.set(io.request);
        r.slot_kept.set(io.request_slot);
      });
      m.assert(register.channel.valid.eq(r.expected), 'a request is offered until it is taken, and once');
      m.assert(
        r.expected.implies(register.channel.data.eq(r.request_kept).and(register.slot.eq(r.slot_kept))),
        'a request is offered as it was loaded',
      );
    },
    { documentation: 'The AW or AR register with properties.', parameters: { ...p } },
  );

/**
 * A beat that was loaded is offered unchanged until it is taken. After a fill is asked for, exactly the beats that were promised follow, none of which writes,
 * the last of them marked.
 */
export const checkedDataRegister = (p: Geometry) =>
  module(
    'checked_data_register',
    {
      load: input(bit),
      beat: input(writeBeat(p)),
      beat_slot: input(bits<number>(slotWidth(p))),
      fill: input(bit),
      fill_left: input(bits(8)),
      fill_slot: input(bits<number>(slotWidth(p))),
      clear: input(bit),
      ready: input(bit),
    },
    (io, m) => {
      const { instance: register, seen } = seenInstance(m, 'register', dataRegister(p), ['left', 'promised_slot']);
      register.load.set(io.load);
      register.beat.set(io.beat);
      register.beat_slot.set(io.beat_slot);
      register.fill.set(io.fill);
      register.fill_left.set(io.fill_left);
      register.fill_slot.set(io.fill_slot);
      register.clear.set(io.clear);
      register.channel.ready.set(io.ready);
      const r = m.regs({
        expected: { type: bit, reset: 0 },
        filler: { type: bit, reset: 0 },
        beat_kept: { type: writeBeat(p), reset: 'none' },
        to_come: { type: bits(9), reset: 0 },
        slot: { type: bits<number>(slotWidth(p)), reset: 'none' },
        filled_slot: { type: bits<number>(slotWidth(p)), reset: 'none' },
      });
      const filling = r.to_come.isNonZero();
      m.assume(io.load.implies(register.free), 'it is loaded where it is free');
      m.assume(io.load.and(io.clear).not(), 'nothing is loaded while it is cleared');
      const busy = filling.or(all([r.expected, r.filler]));
      m.assume(busy.implies(io.load.or(io.fill).not()), 'nothing is asked for until what was promised is out');
      const sent = register.channel.valid.and(io.ready);
      const { fills } = m.named({ fills: all([filling, r.expected.not().or(sent)]) });
      r.expected.set(io.load.or(fills).or(r.expected.and(sent.not())).and(io.clear.not()));
      m.when(io.load, () => {
        r.beat_kept.set(io.beat);
        r.filler.set(0);
      }).elseWhen(fills, () => r.filler.set(1));
      m.when(io.clear, () => r.to_come.set(0))
        .elseWhen(io.fill, () => r.to_come.set(io.fill_left.extend(9).add(1)))
        .elseWhen(fills, () => r.to_come.set(r.to_come.subtract(1)));
      m.when(io.load, () => r.slot.set(io.beat_slot));
      m.when(io.fill, () => r.filled_slot.set(io.fill_slot));
      m.assert(filling.implies(seen('promised_slot').eq(r.filled_slot)), 'it keeps whose data it fills up');
      m.assert(
        r.expected.implies(register.slot.eq(mux(r.filler, r.filled_slot, r.slot))),
        'a beat is of the write that it was loaded for, or filled up for',
      );
      const { data } = register.channel;
      m.assert(register.channel.valid.eq(r.expected), 'a beat is offered until it is taken, and once');
      m.assert(all([r.expected, r.filler.not()]).implies(data.eq(r.beat_kept)), 'a beat is offered as it was loaded');
      m.assert(all([r.expected, r.filler]).implies(data.strb.isZero()), 'a filling beat writes nothing');
      m.assert(
        all([r.expected, r.filler]).implies(data.last.eq(filling.not())),
        'the last filling beat is the last that was promised',
      );
      m.assert(filling.implies(seen('left').extend<number>(9).add(1).eq(r.to_come)), 'it counts what was promised');
      m.assert(register.filling.eq(filling), 'it fills until the last beat is in the register');
    },
    { documentation: 'The W register with properties.', parameters: { ...p } },
  );
