import { all, any, bit, bits, input, module, mux, output } from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { turnAge } from './interface.ts';

/**
 * When a unit may begin on both memories. To the cycle: `docs/systems/memory-management-unit.md`, "Turns".
 */
export const turns = module(
  'turns',
  {
    turn: input(bit),
    contended: input(bit),
    compare_wanted: input(bit),
    writes_want: input(bit),
    reads_open: input(bit),
    writes_open: input(bit),
    allowed: output(bit),
    turn_request: output.reg(bit, { reset: 0 }),
  },
  (io, m) => {
    const r = m.regs({ turn_age: { type: bits(6), reset: 0 } });
    r.turn_age.set(mux(io.turn, saturatingIncrement(r.turn_age), 0));
    const { spent } = m.named({ spent: io.contended.and(r.turn_age.eq(turnAge)) });
    io.allowed.set(all([io.turn, io.turn_request, spent.not()]));
    const wants = io.compare_wanted.or(io.writes_want);
    io.turn_request.set(any([io.reads_open, io.writes_open, wants.and(spent.not()), io.turn.and(io.contended.not())]));
  },
  { documentation: 'When a unit may begin on both memories.' },
);
