import { all, any, type Bits, bit, bits, input, lit, module, output, record, stream } from '../hdl/index.ts';
import { responses } from './interface.ts';
import { copiedBeat, type KeeperGeometry, lineAddress } from './keeper-shapes.ts';
import { outputRegister } from './output-register.ts';

/**
 * The engine's registers at one memory's port, and what makes the memory fail there. To the cycle: `docs/systems/memory-management-unit.md`,
 * "Keeper: restoring".
 */
export const copyPort = (p: KeeperGeometry) => {
  const beat = record({ data: bits<number>(p.dataWidth), last: bit });
  return module(
    'copy_port',
    {
      ar: output(stream(lineAddress(p))),
      aw: output(stream(lineAddress(p))),
      w: output(stream(beat)),
      r: input(record({ valid: bit, id: bit, ...copiedBeat(p).fields })),
      b: input(record({ valid: bit, id: bit, resp: bits(2) })),
      failed: input(bit),
      clear: input(bit),
      ar_load: input(bit),
      aw_load: input(bit),
      address: input(lineAddress(p)),
      w_load: input(bit),
      w_beat: input(beat),
      w_free: output(bit),
      /** Beats, or an answer, are waited for here; and the next beat is to be the last. */
      reading: input(bit),
      answering: input(bit),
      expects_last: input(bit),
      /** What is waited for has come, and is as it must be. */
      takes: output(bit),
      /** A beat that has come is an error. */
      refused: output(bit),
      answered: output(bit),
      fails: output(bit),
      /** A handshake on any channel. */
      progress: output(bit),
    },
    (io, m) => {
      const p1 = { owners: 1, clear: io.clear };
      const whose = lit(1, 0);
      const ar = outputRegister(m, 'ar_out', lineAddress(p), io.ar, p1);
      const aw = outputRegister(m, 'aw_out', lineAddress(p), io.aw, p1);
      const w = outputRegister(m, 'w_out', beat, io.w, p1);
      ar.load(io.ar_load, io.address, whose);
      aw.load(io.aw_load, io.address, whose);
      w.load(io.w_load, io.w_beat, whose);
      io.w_free.set(w.state.free);
      const isError = (resp: Bits): Bits<1> => resp.ge(responses.subordinate_error);
      const { good_beat, good_answer } = m.named({
        good_beat: all([io.reading, ar.state.waits.not(), io.r.id.not(), io.r.last.eq(io.expects_last)]),
        good_answer: all([
          ...[io.answering, aw.state.waits.not(), w.state.waits.not()],
          ...[io.b.id.not(), isError(io.b.resp).not()],
        ]),
      });
      const lives = io.failed.not();
      io.takes.set(all([lives, io.r.valid, good_beat]));
      io.refused.set(isError(io.r.resp));
      io.answered.set(all([lives, io.b.valid, good_answer]));
      io.fails.set(lives.and(any([io.r.valid.and(good_beat.not()), io.b.valid.and(good_answer.not())])));
      io.progress.set(any([ar.taken, aw.taken, w.taken, io.r.valid, io.b.valid]));
      m.assert(io.ar_load.implies(ar.state.full.not()), 'a line is asked for when the last one has come');
      m.assert(io.aw_load.implies(aw.state.full.not()), 'a line is written when the last one is answered');
    },
    { documentation: "The copy engine's registers at a memory's port.", parameters: { ...p } },
  );
};
