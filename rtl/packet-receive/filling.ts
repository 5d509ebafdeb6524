import {
  all,
  any,
  bit,
  bits,
  concat,
  input,
  lit,
  log2Ceil,
  module,
  mux,
  output,
  popCount,
  stream,
} from '../hdl/index.ts';
import { beatBytes, beatWidth, clientWidth, dataBeats, lengthWidth, slotBeats } from './interface.ts';
import { chainRecord, frameBeat, type Geometry, job } from './shapes.ts';

/** Bits of the number of a word of the packet memory: the buffer in front. */
export const wordAddressWidth = (p: Geometry): number => 1 + log2Ceil(slotBeats(p));

/** Frames into two packet buffers, and records of chains behind them. To the cycle: `docs/systems/receive-engine.md`, "Filling". */
export const filling = (p: Geometry) =>
  module(
    'packet_filling',
    {
      beat: input(stream(frameBeat(p))),
      record: input(stream(chainRecord(p))),
      job: output(stream(job(p))),
      /** The buffer of a packet that is done with. */
      freed: input(bits(2)),
      /** A packet is longer than an entry holds. */
      cuts: output(bit),
      word_address: input(bits<number>(wordAddressWidth(p))),
      word: output(bits<number>(p.dataWidth)),
    },
    (io, m) => {
      const { words } = m.memories({
        words: { type: bits<number>(p.dataWidth), depth: 2 * slotBeats(p), readDuringWrite: 'old' },
      });
      const r = m.regs({
        fill: { type: bit, reset: 0 },
        full: { type: bits(2), reset: 0 },
        in_frame: { type: bit, reset: 0 },
        beats: { type: bits<number>(beatWidth), reset: 0 },
        length: { type: bits<number>(lengthWidth), reset: 0 },
        open: { type: bit, reset: 0 },
        count: { type: bits(16), reset: 0 },
      });
      const { tdata, tkeep, tlast, tdest, tuser } = io.beat.data;
      const fields = {
        hash: tuser.slice(31, 0),
        chain_number: tuser.slice(47, 32),
        hash_type: tuser.slice(50, 48),
        chain_start: tuser.bit(51),
        mask: tuser.slice<number, number>(51 + p.clients, 52),
      };
      const bytes = beatBytes(p);
      const { starts } = m.named({ starts: r.in_frame.not().and(fields.chain_start) });
      const { takes } = m.named({
        takes: all([
          io.beat.valid,
          mux(r.fill, r.full.bit(1), r.full.bit(0)).not(),
          starts.and(r.open).not(),
          tlast.not().or(io.job.ready),
        ]),
      });
      const { ends } = m.named({ ends: takes.and(tlast) });
      const { no_room } = m.named({ no_room: r.beats.eq(dataBeats(p)) });
      const { stored } = m.named({ stored: mux(no_room, r.beats, r.beats.add(1)) });
      // The ones of tkeep from bit 0 up to the first zero.
      const { kept } = m.named({ kept: tkeep.and(tkeep.add(1).not()) });
      const { packet_length } = m.named({
        packet_length: r.length.add(
          mux(tlast, popCount(kept).resize<number>(lengthWidth), lit<number>(lengthWidth, bytes)),
        ),
      });
      const { packet_count } = m.named({ packet_count: mux(starts, 0, r.count).add(1) });
      m.when(takes, () => {
        m.when(no_room.not(), () =>
          words.write(concat(r.fill, r.beats.resize<number>(wordAddressWidth(p) - 1)), tdata),
        );
        r.beats.set(stored);
        r.length.set(packet_length);
        r.in_frame.set(tlast.not());
        m.when(starts, () => {
          r.open.set(1);
          r.count.set(0);
        });
        m.when(tlast, () => {
          r.count.set(packet_count);
          r.beats.set(0);
          r.length.set(0);
          r.fill.set(r.fill.not());
        });
      });
      const { gained } = m.named({ gained: concat(ends.and(r.fill), ends.and(r.fill.not())) });
      r.full.set(r.full.and(io.freed.not()).or(gained));

      const { packets, mask } = io.record.data;
      const { silent } = m.named({ silent: mask.isZero() });
      const { closes } = m.named({
        closes: all([
          io.record.valid,
          ends.not(),
          silent.not(),
          r.open,
          r.in_frame.not(),
          r.count.eq(packets),
          io.job.ready,
        ]),
      });
      m.when(closes, () => r.open.set(0));
      io.record.ready.set(any([closes, all([ends.not(), silent])]));
      io.beat.ready.set(takes);
      io.cuts.set(ends.and(no_room));
      io.job.valid.set(ends.or(closes));
      io.job.data.set({
        chain: closes,
        mask: mux(closes, mask, fields.mask),
        buffer: r.fill,
        client: tdest.resize<number>(clientWidth(p)),
        hash: fields.hash,
        hash_type: fields.hash_type,
        chain_number: fields.chain_number,
        chain_start: fields.chain_start,
        length: packet_length,
        stored,
        truncated: no_room,
        strobes: mux(no_room, lit<number>(1, 1).repeat<number>(bytes), kept),
      });
      io.word.set(words.fetch(io.word_address));
      m.assert(r.beats.le(dataBeats(p)), 'no more is stored than an entry holds');
      m.assert(io.freed.and(r.full.not()).isZero(), 'only a full buffer is freed');
    },
    { documentation: 'Packets into two buffers.', parameters: { ...p } },
  );
