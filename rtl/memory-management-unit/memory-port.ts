import { all, any, type Bits, bit, bits, concat, input, module, mux, output, stream } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
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
import { meets } from './slot-order.ts';
import { watchedTimer } from './watched-timer.ts';

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
      /** 0: never. */
      timeout: input(bits<number>(p.timerWidth)),
      /** What the unit has begun on both memories is not answered. */
      open_on_both: input(bit),
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
      /** The slots that the memory owes an answer, the writes whose data have all been given, and whether it owes the walker one. */
      owed_reads: input(bits<number>(p.reads)),
      owed_writes: input(bits<number>(p.writes)),
      sent_writes: input(bits<number>(p.writes)),
      walker_waits: input(bit),
      /** Whose beat moves. */
      moves_of: input(bits<number>(p.reads)),
      walker_takes: input(bit),
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

      const { failed } = io;
      const patience = io.timeout.slice<number, number>(p.timerWidth - 1, 1);
      const timeout = mux(all([io.open_on_both, patience.isNonZero()]), patience.extend(p.timerWidth), io.timeout);
      const readLate = watchedTimer(m, 'read_timer', {
        ...{ timeout, failed },
        open: concat(io.walker_waits, io.owed_reads),
        goesOn: (watched) => {
          const [walks, slot] = [watched.bit(p.reads), watched.slice<number, number>(p.reads - 1, 0)];
          const asked = ar.taken.and(any([meets(ar.state.owner, slot), walks.and(ar.state.owner.isZero())]));
          return any([asked, meets(io.moves_of, slot), walks.and(io.walker_takes)]);
        },
        // The held beat is full where the channel is not ready.
        isHeldUp: () => io.r.ready.not(),
      });
      const isUnsent = (watched: Bits): Bits<1> => meets(watched, io.sent_writes).not();
      const writeLate = watchedTimer(m, 'write_timer', {
        ...{ timeout, failed },
        open: io.owed_writes,
        goesOn: (watched) => all([isUnsent(watched), aw.taken.or(w.taken)]),
        isHeldUp: (watched) => all([isUnsent(watched), w.state.full.not()]),
      });
      io.event_timeout.set(all([io.timeout.isNonZero(), readLate.or(writeLate)]));
      m.assert(io.ar_load.implies(ar.state.free), 'a read request comes when there is room');
      m.assert(io.aw_load.implies(aw.state.free), 'a write request comes when there is room');
      m.assert(io.w_load.implies(w.state.free), 'a beat comes when there is room');
    },
    { documentation: "The registers of one memory's port, and its timers.", parameters: { ...p } },
  );
