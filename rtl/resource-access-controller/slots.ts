import { all, any, type Bits, bit, bits, concat, input, module, mux, output, record, vector } from '../hdl/index.ts';
import { firstOne } from './cyclic-choice.ts';
import { portWidth, resourceWidth } from './interface.ts';
import { type Geometry, request, slot } from './shapes.ts';

const stored = (p: Geometry) =>
  record({
    valid: bit,
    local: bit,
    refused: bit,
    id: bits<number>(p.idWidth),
    port: bits<number>(portWidth(p)),
    resource: bits<number>(resourceWidth(p)),
    policy: bits(2),
    code: bits(2),
    lock: bit,
  });

/** The bits as one word, the first lowest. */
export const word = (bitsOfIt: readonly Bits<1>[]): Bits => concat(...[...bitsOfIt].reverse());

/**
 * The transactions in flight of one direction, and whether the candidate may enter. The page's rank is kept as an order: for each slot, the
 * slots with its identifier that it waits for. To the cycle: `docs/systems/resource-access-controller.md`, "Requests".
 */
export const transactionSlots = (p: Geometry) =>
  module(
    'transaction_slots',
    {
      candidate_valid: input(bit),
      candidate: input(request(p)),
      target: input(bits<number>(p.ports)),
      may_enter: input(bit),
      port_free: input(bits<number>(p.ports)),
      isolated: input(bits<number>(p.ports)),
      completes: input(bits<number>(p.outstanding)),
      enter: output(bit),
      entering: output(bits<number>(p.outstanding)),
      slots: output(vector(slot(p), p.outstanding)),
    },
    (io, m) => {
      const r = m.regs({
        kept: { type: vector(stored(p), p.outstanding), reset: 0 },
        waits_for: { type: vector(bits<number>(p.outstanding), p.outstanding), reset: 0 },
      });
      const slots = r.kept.elements;
      const { signals, plan } = io.candidate;
      const { free, route_local, same } = m.named({
        free: firstOne(word(slots.map((one) => one.valid.not()))),
        route_local: word(slots.map((one) => one.local.or(io.isolated.at(one.port)))),
        same: word(slots.map((one) => one.valid.and(one.id.eq(signals.id)))),
      });
      const ports = Array.from({ length: p.ports }, (_, port) => port);
      // Of each place that the candidate could go to: whether anything keeps it from there, found beside the decoding.
      const { closed, closed_local } = m.named({
        closed: word(
          ports.map((port) =>
            any([
              io.port_free.bit(port).not(),
              ...slots.map((one, index) => same.bit(index).and(route_local.bit(index).or(one.port.ne(port)))),
            ]),
          ),
        ),
        closed_local: same.and(route_local.not()).isNonZero(),
      });
      const { stays } = m.named({ stays: io.target.isZero() });
      const { enters } = m.named({
        enters: all([
          io.candidate_valid,
          io.may_enter,
          free.isNonZero(),
          stays.and(closed_local).not(),
          io.target.and(closed).isZero(),
        ]),
      });
      io.enter.set(enters);
      io.entering.set(mux(enters, free, 0));
      for (const [index, one] of slots.entries()) {
        const waits = r.waits_for.get(index);
        m.when(enters.and(free.bit(index)), () => {
          one.set({
            valid: 1,
            local: stays,
            refused: plan.refused,
            id: signals.id,
            port: plan.port,
            resource: plan.resource,
            policy: plan.policy,
            code: plan.code,
            lock: signals.lock,
          });
          waits.set(same.and(io.completes.not()));
        }).otherwise(() => {
          one.local.set(route_local.bit(index));
          waits.set(waits.and(io.completes.not()));
          m.when(io.completes.bit(index), () => one.valid.set(0));
        });
        io.slots.get(index).set({
          valid: one.valid,
          local: one.local,
          route_local: route_local.bit(index),
          first: waits.isZero(),
          refused: one.refused,
          id: one.id,
          port: one.port,
          resource: one.resource,
          policy: one.policy,
          code: one.code,
          lock: one.lock,
        });
        m.assert(waits.bit(index).not(), `slot ${index} does not wait for itself`);
        m.assert(io.completes.bit(index).implies(one.valid.and(waits.isZero())), `slot ${index} completes in its turn`);
        for (const [other, before] of slots.entries()) {
          m.assert(
            waits.bit(other).implies(before.valid.and(before.id.eq(one.id))),
            `slot ${index} waits for slot ${other} only for its identifier`,
          );
          if (other > index) {
            const ordered = waits.bit(other).ne(r.waits_for.get(other).bit(index));
            m.assert(
              all([one.valid, before.valid, one.id.eq(before.id)]).implies(ordered),
              `slots ${index} and ${other} are ordered`,
            );
          }
        }
      }
    },
    { documentation: 'Transactions in flight in one direction.', parameters: { ...p } },
  );
