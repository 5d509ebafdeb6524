import { all, any, bit, bits, input, module, output, stream } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { targetOf } from './address-map.ts';
import { type Geometry, request, subordinates } from './shapes.ts';
import { transactionSlots } from './slots.ts';

/** A manager's AR or AW: the candidate, its target and whether it asks. To the cycle: `docs/systems/interconnect.md`, "Requests". */
export const requestIntake = (p: Geometry) =>
  module(
    'request_intake',
    {
      channel: input(stream(request(p))),
      /** Nothing but slots, or the interconnect's own answers, keeps a request back. */
      may: input(bit),
      local_free: input(bit),
      asks: output(subordinates(p)),
      candidate: output(request(p)),
      granted: input(bit),
      enters_local: output(bit),
      leave: input(bit),
      leave_id: input(bits<number>(p.idWidth)),
    },
    (io, m) => {
      const { slots } = m.instances({ slots: transactionSlots(p) });
      const candidate = candidateOf(m, 'request', request(p), io.channel);
      const { target } = m.named({ target: targetOf(p, candidate.data.addr) });
      const { may_ask } = m.named({ may_ask: all([candidate.present, io.may, slots.agrees]) });
      const { stays } = m.named({ stays: all([may_ask, target.bit(p.subordinates), io.local_free]) });
      const { enters } = m.named({ enters: any([io.granted, stays]) });
      io.asks.set(target.slice<number, number>(p.subordinates - 1, 0).and(may_ask.repeat<number>(p.subordinates)));
      io.candidate.set(candidate.data);
      io.enters_local.set(stays);
      slots.id.set(candidate.data.id);
      slots.target.set(target);
      slots.enter.set(enters);
      slots.leave.set(io.leave);
      slots.leave_id.set(io.leave_id);
      candidate.moves(enters);
      m.assert(io.granted.implies(may_ask), 'a subordinate takes only what asks');
    },
    { documentation: "A manager's requests in one direction.", parameters: { ...p } },
  );
