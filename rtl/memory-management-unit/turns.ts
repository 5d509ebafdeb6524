import { all, any, type Bits, bit, bits, input, module, mux, output } from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { turnAge } from './interface.ts';

/**
 * When a unit may begin on both memories, and in which direction. To the cycle: `docs/systems/memory-management-unit.md`, "Turns".
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
    reads_allowed: output(bit),
    writes_allowed: output(bit),
    turn_request: output.reg(bit, { reset: 0 }),
    open: output(bit),
  },
  (io, m) => {
    const r = m.regs({
      turn_age: { type: bits(6), reset: 0 },
      /** Of reads, or of writes. */
      both_kind: { type: bit, reset: 1 },
      kind_age: { type: bits(6), reset: 0 },
    });
    r.turn_age.set(mux(io.turn, saturatingIncrement(r.turn_age), 0));
    const { spent } = m.named({ spent: io.contended.and(r.turn_age.eq(turnAge)) });
    const allowed = all([io.turn, io.turn_request, spent.not()]);
    const wants = io.compare_wanted.or(io.writes_want);
    const { is_open } = m.named({ is_open: io.reads_open.or(io.writes_open) });
    io.open.set(is_open);
    io.turn_request.set(any([is_open, wants.and(spent.not()), io.turn.and(io.contended.not())]));

    const { other_wants, own_wants } = m.named({
      other_wants: mux(r.both_kind, io.compare_wanted, io.writes_want),
      own_wants: mux(r.both_kind, io.writes_want, io.compare_wanted),
    });
    const { kind_spent } = m.named({ kind_spent: r.kind_age.eq(turnAge) });
    const { changes } = m.named({ changes: all([other_wants, is_open.not(), kind_spent.or(own_wants.not())]) });
    r.both_kind.set(r.both_kind.xor(changes));
    r.kind_age.set(mux(other_wants.and(changes.not()), saturatingIncrement(r.kind_age), 0));
    const begins = all([allowed, other_wants.and(kind_spent).not()]);
    const { reads_begin, writes_begin } = m.named({
      reads_begin: begins.and(r.both_kind.not()),
      writes_begin: begins.and(r.both_kind),
    });
    io.reads_allowed.set(reads_begin);
    io.writes_allowed.set(writes_begin);
    const onlyIn = (open: Bits<1>, its: Bits<1>, what: string): void =>
      m.assert(open.implies(its), `${what} are open on both memories only in their time`);
    onlyIn(io.reads_open, r.both_kind.not(), 'reads');
    onlyIn(io.writes_open, r.both_kind, 'writes');
  },
  { documentation: 'When a unit may begin on both memories.' },
);
