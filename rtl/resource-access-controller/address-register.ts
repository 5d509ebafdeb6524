import { bit, bits, input, module, output, stream } from '../hdl/index.ts';
import { slotWidth } from './interface.ts';
import { type Geometry, requestSignals } from './shapes.ts';

/** A port's AW or AR register. It remembers the slot of its request. `free`: it can be loaded in this cycle. */
export const addressRegister = (p: Geometry) =>
  module(
    'address_register',
    {
      load: input(bit),
      request: input(requestSignals(p)),
      request_slot: input(bits<number>(slotWidth(p))),
      clear: input(bit),
      channel: output(stream(requestSignals(p))),
      full: output(bit),
      free: output(bit),
      /** The handshake happens in this cycle. */
      leaves: output(bit),
      slot: output(bits<number>(slotWidth(p))),
    },
    (io, m) => {
      const r = m.regs({
        held: { type: bit, reset: 0 },
        signals: { type: requestSignals(p), reset: 0 },
        held_slot: { type: bits<number>(slotWidth(p)), reset: 0 },
      });
      io.channel.valid.set(r.held);
      io.channel.data.set(r.signals);
      io.full.set(r.held);
      io.free.set(r.held.not().or(io.channel.ready));
      io.leaves.set(r.held.and(io.channel.ready));
      io.slot.set(r.held_slot);
      r.held.set(io.load.or(r.held.and(io.channel.ready.not())).and(io.clear.not()));
      m.when(io.load, () => {
        r.signals.set(io.request);
        r.held_slot.set(io.request_slot);
      });
      m.assert(io.load.implies(io.free), 'a request is loaded only where there is room');
      m.assert(io.load.and(io.clear).not(), 'nothing is sent to a port that is cleared');
    },
    { documentation: "A port's AW or AR register.", parameters: { ...p } },
  );
