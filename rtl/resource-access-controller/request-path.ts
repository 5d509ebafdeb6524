import { all, type Bits, bit, bits, concat, input, module, mux, output, stream } from '../hdl/index.ts';
import { type Geometry, plan, request, requestSignals } from './shapes.ts';

/**
 * The held request of AW or AR and the candidate of the cycle. The target is by what is known of faults in this cycle, also for a request
 * that has waited. To the cycle: `docs/systems/resource-access-controller.md`, "Requests".
 */
export const requestPath = (p: Geometry) =>
  module(
    'request_path',
    {
      channel: input(stream(requestSignals(p))),
      device_address: input(bits<number>(p.addressWidth)),
      plan: input(plan(p)),
      channel_target: input(bits<number>(p.ports)),
      faulted: input(bits<number>(p.resources)),
      isolated: input(bits<number>(p.ports)),
      enter: input(bit),
      candidate_valid: output(bit),
      candidate: output(request(p)),
      target: output(bits<number>(p.ports)),
      /** A request is held, and what is planned for it. */
      waiting: output(bit),
      waiting_plan: output(plan(p)),
    },
    (io, m) => {
      const r = m.regs({
        full: { type: bit, reset: 0 },
        held: { type: request(p), reset: 0 },
      });
      const { data } = io.channel;
      const arrived = { signals: { ...fieldsOf(data), addr: io.device_address }, plan: io.plan };
      io.channel.ready.set(r.full.not());
      io.candidate_valid.set(r.full.or(io.channel.valid));
      io.candidate.set(mux(r.full, r.held, arrived));
      const held = r.held.plan;
      io.waiting.set(r.full);
      io.waiting_plan.set(held);
      const { held_target } = m.named({
        held_target: concat(
          ...Array.from({ length: p.ports }, (_, port) =>
            all([held.forward, held.port.eq(port), io.faulted.at(held.resource).not(), io.isolated.bit(port).not()]),
          ).reverse(),
        ) as Bits,
      });
      io.target.set(mux(r.full, held_target, io.channel_target));
      m.when(r.full.not(), () => r.held.set(arrived));
      r.full.set(io.candidate_valid.and(io.enter.not()));
    },
    { documentation: 'Holds a request that must wait.', parameters: { ...p } },
  );

const fieldsOf = <R extends { readonly id: Bits }>(data: R) => ({
  ...(Object.fromEntries(Object.entries(data)) as unknown as R),
});
