import { all, any, type Bits, bit, bits, input, lit, module, mux, output, stream } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { register } from '../parts/rings.ts';
import { outputRegister } from './output-register.ts';
import {
  type Geometry,
  heldBeat,
  memoryAnswer,
  memoryBeat,
  memoryRequest,
  memoryResponse,
  registerState,
  writeBeat,
} from './shapes.ts';

/**
 * The registers of one memory's port, and its timers. To the cycle: `docs/systems/memory-management-unit.md`, "Words", "Timeouts" and "Port clear".
 * An AR register without an owner is the walker's.
 */
export const memoryPort = (p: Geometry) =>
  module(
    'memory_port',
    {
      ar: output(stream(memoryRequest(p))),
      r: input(stream(memoryBeat(p))),
      aw: output(stream(memoryRequest(p))),
      w: output(stream(writeBeat(p))),
      b: input(stream(memoryResponse(p))),
      failed: input(bit),
      clear: input(bit),
      timeout: input(bits<number>(p.timerWidth)),
      ar_load: input(bit),
      ar_request: input(memoryRequest(p)),
      ar_owner: input(bits<number>(p.reads)),
      ar_state: output(registerState(p.reads)),
      aw_load: input(bit),
      aw_request: input(memoryRequest(p)),
      aw_owner: input(bits<number>(p.writes)),
      aw_state: output(registerState(p.writes)),
      w_load: input(bit),
      w_beat: input(writeBeat(p)),
      w_owner: input(bits<number>(p.writes)),
      w_state: output(registerState(p.writes)),
      held: output(heldBeat(p)),
      held_moves: input(bit),
      answer: output(memoryAnswer(p)),
      /** Something is owed by the memory beside what waits in the registers. */
      owes_reads: input(bit),
      owes_writes: input(bit),
      event_timeout: output.reg(bit, { reset: 0 }),
    },
    (io, m) => {
      const { clear } = io;
      const ar = outputRegister(m, 'ar_out', memoryRequest(p), io.ar, { owners: p.reads, clear });
      const aw = outputRegister(m, 'aw_out', memoryRequest(p), io.aw, { owners: p.writes, clear });
      const w = outputRegister(m, 'w_out', writeBeat(p), io.w, { owners: p.writes, clear });
      ar.load(io.ar_load, io.ar_request, io.ar_owner);
      aw.load(io.aw_load, io.aw_request, io.aw_owner);
      w.load(io.w_load, io.w_beat, io.w_owner);
      io.ar_state.set(ar.state);
      io.aw_state.set(aw.state);
      io.w_state.set(w.state);
      const r = candidateOf(m, 'r', memoryBeat(p), io.r);
      io.held.set({ present: r.present, beat: r.data });
      r.moves(io.held_moves.or(clear));
      io.b.ready.set(1);
      io.answer.set({ present: io.b.valid, ...io.b.data });

      const timer = (name: string, outstanding: Bits<1>, progress: Bits<1>, stays: Bits<1>): Bits<1> => {
        const cycles = register(m, name, bits<number>(p.timerWidth));
        const stopped = any([io.failed, outstanding.not(), progress]);
        cycles.set(mux(stopped, 0, mux(stays, cycles, saturatingIncrement(cycles))));
        return cycles.ge(io.timeout);
      };
      // The held beat is full where the channel is not ready.
      const readLate = timer(
        'read_timer',
        ar.state.full.or(io.owes_reads),
        any([ar.taken, io.r.valid.and(io.r.ready)]),
        io.r.ready.not(),
      );
      const writeLate = timer(
        'write_timer',
        w.state.full.or(io.owes_writes),
        any([aw.taken, w.taken, io.b.valid]),
        lit(1, 0),
      );
      io.event_timeout.set(all([io.timeout.isNonZero(), readLate.or(writeLate)]));
      m.assert(io.ar_load.implies(ar.state.free), 'a read request comes when there is room');
      m.assert(io.aw_load.implies(aw.state.free), 'a write request comes when there is room');
      m.assert(io.w_load.implies(w.state.free), 'a beat comes when there is room');
    },
    { documentation: "The registers of one memory's port, and its timers.", parameters: { ...p } },
  );
