import { all, any, type Bits, bit, bits, input, log2Ceil, module, output } from '../hdl/index.ts';
import { encodeOneHot, lowestOne } from '../parts/arbiter/one-hot.ts';
import { register, word } from '../parts/rings.ts';
import { type Geometry, targets } from './shapes.ts';

/**
 * What a manager has in flight in one direction, so that an identifier is at one target only. To the cycle: `docs/systems/interconnect.md`,
 * "Requests", "Responses".
 */
export const transactionSlots = (p: Geometry) =>
  module(
    'transaction_slots',
    {
      id: input(bits<number>(p.idWidth)),
      target: input(targets(p)),
      /** There is room, and nothing of the identifier is at another target. */
      agrees: output(bit),
      enter: input(bit),
      leave: input(bit),
      leave_id: input(bits<number>(p.idWidth)),
    },
    (io, m) => {
      const { valid } = m.regs({ valid: { type: bits<number>(p.outstanding), reset: 0 } });
      const width = Math.max(1, log2Ceil(p.subordinates + 1));
      const { number } = m.named({ number: encodeOneHot(io.target) });
      const slots = Array.from({ length: p.outstanding }, (_, slot) => ({
        valid: valid.bit(slot),
        id: register(m, `id_${slot}`, bits<number>(p.idWidth)),
        target: register(m, `target_${slot}`, bits<number>(width)),
      }));
      const { entering, leaving } = m.named({
        entering: lowestOne(valid.not() as Bits),
        leaving: lowestOne(word(slots.map((slot) => slot.valid.and(slot.id.eq(io.leave_id))))),
      });
      const elsewhere = slots.map((slot) => all([slot.valid, slot.id.eq(io.id), slot.target.ne(number)]));
      io.agrees.set(valid.reduceAnd().not().and(any(elsewhere).not()));
      const gained = entering.and(io.enter.repeat<number>(p.outstanding));
      const lost = leaving.and(io.leave.repeat<number>(p.outstanding));
      valid.set(valid.and(lost.not()).or(gained));
      for (const [place, slot] of slots.entries())
        m.when(gained.bit(place), () => {
          slot.id.set(io.id);
          slot.target.set(number);
        });
      m.assert(io.enter.implies(io.agrees), 'a transaction enters only where it may');
    },
    { documentation: 'Transactions of a manager in flight in one direction.', parameters: { ...p } },
  );
