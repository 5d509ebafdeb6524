import { any, bit, bits, input, module, output, stream, vector } from '../hdl/index.ts';
import { resourceWidth, slotWidth } from './interface.ts';
import { portControl } from './port-control.ts';
import { portRead } from './port-read.ts';
import { portWrite } from './port-write.ts';
import {
  disguise,
  type Geometry,
  note,
  overdue,
  readBeat,
  request,
  requestSignals,
  slot,
  writeBeat,
  writeResponse,
} from './shapes.ts';

/** A manager port with all that keeps its devices from doing harm. */
export const devicePort = (p: Geometry, port: number) =>
  module(
    'device_port',
    {
      ar: output(stream(requestSignals(p))),
      r: input(stream(readBeat(p))),
      aw: output(stream(requestSignals(p))),
      w: output(stream(writeBeat(p))),
      b: input(stream(writeResponse(p))),
      read_load: input(bit),
      read_request: input(request(p)),
      read_slot: input(bits<number>(slotWidth(p))),
      write_load: input(bit),
      write_request: input(request(p)),
      write_slot: input(bits<number>(slotWidth(p))),
      data_load: input(bit),
      data_beat: input(writeBeat(p)),
      data_slot: input(bits<number>(slotWidth(p))),
      /** The write that is current after this cycle goes to this port, with so many beats left. */
      promised: input(bit),
      promised_left: input(bits(8)),
      promised_slot: input(bits<number>(slotWidth(p))),
      read_slots: input(vector(slot(p), p.outstanding)),
      write_slots: input(vector(slot(p), p.outstanding)),
      read_last: input(bits<number>(p.outstanding)),
      delivered: input(bits<number>(p.outstanding)),
      faulted: input(bits<number>(p.resources)),
      brink: input(bits<number>(p.resources)),
      read_overdue: input(overdue(p)),
      write_overdue: input(overdue(p)),
      read_taken: input(bit),
      write_taken: input(bit),
      reset: input(bit),
      readmit: input(bit),
      /** Software takes the port out of service, and its reset request back. */
      withdraw: input(bit),
      acknowledge: input(bit),
      reset_request: output(bit),
      isolated: output(bit),
      drained: output(bit),
      ready: output(bit),
      read_free: output(bit),
      write_free: output(bit),
      data_free: output(bit),
      delivers: output(bits<number>(p.outstanding)),
      read_offer: output(bit),
      read_beat: output(readBeat(p)),
      read_match: output(bits<number>(p.outstanding)),
      read_moves: output(bits<number>(p.outstanding)),
      read_charged: output(bits<number>(p.outstanding)),
      read_disguise: output(disguise(p)),
      write_offer: output(bit),
      write_response: output(writeResponse(p)),
      write_match: output(bits<number>(p.outstanding)),
      write_moves: output(bits<number>(p.outstanding)),
      write_charged: output(bits<number>(p.outstanding)),
      write_disguise: output(disguise(p)),
      read_note: output(note(p)),
      write_note: output(note(p)),
    },
    (io, m) => {
      const u = m.instances({ control: portControl(p), read_side: portRead(p, port), write_side: portWrite(p, port) });
      const { isolate, spoil } = m.named({
        isolate: any([u.read_side.finds, u.write_side.finds, io.withdraw.and(u.control.isolated.not())]),
        spoil: any([u.read_side.spoils, u.write_side.spoils, u.read_side.finds_wrong, u.write_side.finds_wrong]),
      });
      for (const side of [u.read_side, u.write_side]) {
        side.slots.set(side === u.read_side ? io.read_slots : io.write_slots);
        side.faulted.set(io.faulted);
        side.brink.set(io.brink);
        side.overdue.set(side === u.read_side ? io.read_overdue : io.write_overdue);
        side.suspect.set(u.control.suspect);
        side.suspected.set(u.control.suspected);
        side.isolated.set(u.control.isolated);
        side.isolates.set(u.control.isolates);
        side.resetting.set(u.control.resetting);
        side.clear.set(u.control.clear);
      }
      io.ar.connect(u.read_side.ar);
      u.read_side.r.connect(io.r);
      u.read_side.load.set(io.read_load);
      u.read_side.request.set(io.read_request.signals);
      u.read_side.request_slot.set(io.read_slot);
      u.read_side.last.set(io.read_last);
      u.read_side.taken.set(io.read_taken);
      io.read_free.set(u.read_side.free);
      io.read_offer.set(u.read_side.offer);
      io.read_beat.set(u.read_side.beat);
      io.read_match.set(u.read_side.match);
      io.read_moves.set(u.read_side.moves);
      io.read_charged.set(u.read_side.charged);
      io.read_disguise.set(u.read_side.disguise);
      io.read_note.set(u.read_side.note);

      io.aw.connect(u.write_side.aw);
      io.w.connect(u.write_side.w);
      u.write_side.b.connect(io.b);
      u.write_side.load.set(io.write_load);
      u.write_side.request.set(io.write_request.signals);
      u.write_side.request_slot.set(io.write_slot);
      u.write_side.data_load.set(io.data_load);
      u.write_side.data_beat.set(io.data_beat);
      u.write_side.data_slot.set(io.data_slot);
      u.write_side.fill.set(isolate.and(io.promised));
      u.write_side.fill_left.set(io.promised_left);
      u.write_side.fill_slot.set(io.promised_slot);
      u.write_side.delivered.set(io.delivered);
      u.write_side.taken.set(io.write_taken);
      io.write_free.set(u.write_side.free);
      io.data_free.set(u.write_side.data_free);
      io.delivers.set(u.write_side.delivers);
      io.write_offer.set(u.write_side.offer);
      io.write_response.set(u.write_side.response);
      io.write_match.set(u.write_side.match);
      io.write_moves.set(u.write_side.moves);
      io.write_charged.set(u.write_side.charged);
      io.write_disguise.set(u.write_side.disguise);
      io.write_note.set(u.write_side.note);

      u.control.isolate.set(isolate);
      u.control.spoil.set(spoil);
      u.control.quiet.set(u.read_side.quiet.and(u.write_side.quiet));
      u.control.answering.set(io.r.valid.or(io.b.valid));
      u.control.reset.set(io.reset);
      u.control.readmit.set(io.readmit);
      u.control.withdraw.set(io.withdraw);
      u.control.acknowledge.set(io.acknowledge);
      u.control.read_enters.set(io.read_load);
      u.control.read_resource.set(io.read_request.plan.resource.resize<number>(resourceWidth(p)));
      u.control.write_enters.set(io.write_load);
      u.control.write_resource.set(io.write_request.plan.resource.resize<number>(resourceWidth(p)));
      io.reset_request.set(u.control.request);
      io.isolated.set(u.control.isolated);
      io.drained.set(u.control.drained);
      io.ready.set(u.control.ready);
    },
    { documentation: `Manager port ${port}.`, parameters: { ...p, port } },
  );
