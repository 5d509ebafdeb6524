import { all, bit, input, module, output, stream, vector } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { outputRegister } from '../parts/axi/output-register.ts';
import { register } from '../parts/rings.ts';
import { chosenOf } from './request-choice.ts';
import { type Geometry, managers, subordinates, targets, writeBeat } from './shapes.ts';

/** A manager's W: the candidate, and the write that is current. To the cycle: `docs/systems/interconnect.md`, "Write data". */
export const dataIntake = (p: Geometry) =>
  module(
    'data_intake',
    {
      channel: input(stream(writeBeat(p))),
      /** The W registers that can be loaded. */
      free: input(subordinates(p)),
      enter: input(bit),
      enter_target: input(targets(p)),
      beat: output(writeBeat(p)),
      /** The register that the beat goes to. */
      moves: output(subordinates(p)),
      /** No write is current, or it ends in this cycle. */
      may: output(bit),
      /** The target of the write that is current and does not end in this cycle. */
      holds: output(subordinates(p)),
      local_ends: output(bit),
    },
    (io, m) => {
      const active = register(m, 'active', bit);
      const target = register(m, 'target', targets(p));
      const beat = candidateOf(m, 'beat', writeBeat(p), io.channel);
      const toward = target.slice<number, number>(p.subordinates - 1, 0);
      const local = target.bit(p.subordinates);
      const { going } = m.named({ going: all([beat.present, active, local.or(toward.and(io.free).isNonZero())]) });
      const { ends } = m.named({ ends: going.and(beat.data.last) });
      const { may_enter } = m.named({ may_enter: active.not().or(ends) });
      beat.moves(going);
      io.beat.set(beat.data);
      io.moves.set(toward.and(going.repeat<number>(p.subordinates)));
      io.may.set(may_enter);
      io.holds.set(toward.and(may_enter.not().repeat<number>(p.subordinates)));
      io.local_ends.set(ends.and(local));
      active.set(io.enter.or(may_enter.not()));
      m.when(io.enter, () => target.set(io.enter_target));
      m.assert(io.enter.implies(may_enter), 'a write enters only when none is current');
    },
    { documentation: "A manager's write data.", parameters: { ...p } },
  );

/** A subordinate's W register. */
export const dataOutput = (p: Geometry) =>
  module(
    'data_output',
    {
      moves: input(managers(p)),
      beats: input(vector(writeBeat(p), p.managers)),
      free: output(bit),
      channel: output(stream(writeBeat(p))),
    },
    (io, m) => {
      const register = outputRegister(m, writeBeat(p), io.channel);
      io.free.set(register.free);
      const { elements } = io.beats;
      register.load(io.moves.isNonZero(), {
        data: chosenOf(
          io.moves,
          elements.map(({ data }) => data),
        ),
        strb: chosenOf(
          io.moves,
          elements.map(({ strb }) => strb),
        ),
        last: chosenOf(
          io.moves,
          elements.map(({ last }) => last),
        ).bit(0),
      });
      m.assert(io.moves.and(io.moves.subtract(1)).isZero(), 'one write at a time');
    },
    { documentation: "A subordinate's write data.", parameters: { ...p } },
  );
