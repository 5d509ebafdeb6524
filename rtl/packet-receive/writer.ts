import { all, any, bit, bits, concat, input, lit, module, mux, output, stream } from '../hdl/index.ts';
import { lowestOne } from '../parts/arbiter/one-hot.ts';
import { outputRegister } from '../parts/axi/output-register.ts';
import { masked } from '../parts/rings.ts';
import { wordAddressWidth } from './filling.ts';
import { beatBytes, beatWidth, burstBeats, dataBeats, headerBeats, headerBytes, slotBeats } from './interface.ts';
import { clientMask, type Geometry, job, passing, writeBeat, writeRequest } from './shapes.ts';

const phases = { choosing: 0, address: 1, data: 2 } as const;

/** Packets into entries of rings. To the cycle: `docs/systems/receive-engine.md`, "Writer". */
export const writer = (p: Geometry) =>
  module(
    'entry_writer',
    {
      job: input(stream(job(p))),
      passing: output(stream(passing(p))),
      room: input(clientMask(p)),
      /** The client that is looked at, and whether an entry of its ring is begun; where that is. */
      choice: output(clientMask(p)),
      begins: output(bit),
      entry: input(bits<number>(p.addressWidth)),
      overflow: output(clientMask(p)),
      freed: output(bits(2)),
      word_address: output(bits<number>(wordAddressWidth(p))),
      word: input(bits<number>(p.dataWidth)),
      aw: output(stream(writeRequest(p))),
      w: output(stream(writeBeat(p))),
    },
    (io, m) => {
      const request = outputRegister(m, writeRequest(p), io.aw, 'request_');
      const data = outputRegister(m, writeBeat(p), io.w, 'data_');
      const r = m.regs({
        phase: { type: bits(2), reset: 0 },
        begun: { type: bit, reset: 0 },
        left: { type: clientMask(p), reset: 0 },
        client: { type: clientMask(p), reset: 0 },
        at: { type: bits<number>(p.addressWidth), reset: 0 },
        beat: { type: bits<number>(beatWidth), reset: 0 },
      });
      const own = io.job.data;
      const { choosing, asking, sending } = m.named({
        choosing: r.phase.eq(phases.choosing).and(io.job.valid),
        asking: all([r.phase.eq(phases.address), request.free, io.passing.ready]),
        sending: r.phase.eq(phases.data).and(data.free),
      });
      const { packet } = m.named({ packet: choosing.and(own.chain.not()) });
      const { todo } = m.named({ todo: mux(r.begun, r.left, own.mask) });
      const { chosen } = m.named({ chosen: lowestOne(todo) });
      const { ends_packet, looks } = m.named({
        ends_packet: packet.and(todo.isZero()),
        looks: packet.and(todo.isNonZero()),
      });
      const { has_room } = m.named({ has_room: chosen.and(io.room).isNonZero() });
      const { opens, passes_chain } = m.named({
        opens: looks.and(has_room),
        passes_chain: all([choosing, own.chain, io.passing.ready]),
      });
      const beats = own.stored.add(headerBeats(p));
      const { rest } = m.named({ rest: beats.subtract(r.beat) });
      const { short, entry_ends, burst_ends } = m.named({
        short: rest.le(burstBeats),
        entry_ends: rest.eq(1),
        burst_ends: r.beat.resize<number>(4).reduceAnd(),
      });
      const { last_beat } = m.named({ last_beat: entry_ends.or(burst_ends) });

      io.job.ready.set(any([ends_packet, passes_chain]));
      io.choice.set(chosen);
      io.begins.set(opens);
      io.overflow.set(masked(chosen, looks.and(has_room.not())));
      io.freed.set(concat(ends_packet.and(own.buffer), ends_packet.and(own.buffer.not())));
      m.when(looks, () => {
        r.begun.set(1);
        r.left.set(todo.and(chosen.not()));
      });
      m.when(ends_packet, () => r.begun.set(0));
      m.when(opens, () => {
        r.phase.set(phases.address);
        r.client.set(chosen);
        r.at.set(io.entry);
        r.beat.set(0);
      });
      m.when(asking, () => r.phase.set(phases.data));
      m.when(sending, () => {
        r.beat.set(r.beat.add(1));
        m.when(entry_ends, () => r.phase.set(phases.choosing)).elseWhen(burst_ends, () => r.phase.set(phases.address));
      });

      io.passing.valid.set(any([passes_chain, r.phase.eq(phases.address).and(request.free)]));
      io.passing.data.set({
        chain: passes_chain,
        end: short.and(passes_chain.not()),
        mask: mux(passes_chain, own.mask, r.client),
      });
      const offset = concat(r.beat, lit<number>(Math.log2(beatBytes(p)), 0)).resize<number>(p.addressWidth);
      request.load(asking, {
        address: r.at.add(offset),
        len: mux(short, rest.resize<number>(8).subtract(1), lit<number>(8, burstBeats - 1)).truncate(8),
      });

      const stored = mux(own.truncated, lit(16, dataBeats(p) * beatBytes(p)), own.length);
      const { header } = m.named({
        header: concat(
          lit<number>(8 * headerBytes(p) - 96, 0),
          stored,
          own.chain_number,
          own.hash,
          own.client.resize<number>(8),
          lit(1, 0),
          own.hash_type,
          lit(2, 0),
          own.chain_start,
          own.truncated,
          own.length,
        ),
      });
      const ofHeader =
        headerBeats(p) === 1
          ? header
          : mux(
              r.beat.bit(0),
              header.slice<number, number>(2 * p.dataWidth - 1, p.dataWidth),
              header.slice<number, number>(p.dataWidth - 1, 0),
            );
      data.load(sending, {
        data: mux(r.beat.lt(headerBeats(p)), ofHeader, io.word),
        strb: mux(entry_ends, own.strobes, lit<number>(1, 1).repeat<number>(beatBytes(p))),
        last: last_beat,
      });
      // The word that the next cycle may send.
      const { next_beat } = m.named({ next_beat: r.beat.add(sending.extend<number>(beatWidth)) });
      const place = next_beat.subtract(headerBeats(p)).resize<number>(Math.log2(slotBeats(p)));
      io.word_address.set(concat(own.buffer, place));
      m.assert(r.phase.ne(3), 'there are three phases');
      m.assert(
        r.phase.isNonZero().implies(io.job.valid.and(own.chain.not())),
        'an entry is written of a packet that is there',
      );
      m.assert(r.phase.isNonZero().implies(r.beat.lt(beats)), 'an entry ends with its packet');
    },
    { documentation: 'Packets into entries of rings.', parameters: { ...p } },
  );
