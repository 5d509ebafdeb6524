import { all, any, bit, bits, input, lit, module, mux, output, record, stream } from '../hdl/index.ts';
import { outputRegister } from './channel-registers.ts';
import { ownIdentifier, pieceRequest } from './piece-requests.ts';
import { type Geometry, memoryRequest, sealedPiece, widthsOf, writeBeat } from './shapes.ts';

/**
 * The AW and W registers, and whose turn it is: plain requests and beats as they come, and write pieces from what is encrypted. To the cycle:
 * `docs/systems/memory-path.md`, "Writes", "Launch of writes".
 */
export const writeLaunch = (p: Geometry) => {
  const w = widthsOf(p);
  return module(
    'write_launch',
    {
      aw: output(stream(memoryRequest(p))),
      w: output(stream(writeBeat(p))),
      plain_asks: input(bit),
      plain_request: input(memoryRequest(p)),
      plain_goes: output(bit),
      plain_owns: input(bit),
      plain_beat_free: output(bit),
      plain_beat_goes: input(bit),
      plain_beat: input(writeBeat(p)),
      piece: input(sealedPiece(p)),
      piece_goes: output(bit),
      /** The block that the W register is to have. */
      block_piece: output(bits<number>(w.write)),
      block_place: output(bits(2)),
      block_prince: output(bit),
      block: input(bits(128)),
    },
    (io, m) => {
      const awOut = outputRegister(m, 'aw_out', memoryRequest(p), io.aw);
      const wOut = outputRegister(m, 'w_out', writeBeat(p), io.w);
      // The piece that owns the W side.
      const { owner } = m.regs({
        owner: {
          type: record({
            active: bit,
            piece: bits<number>(w.write),
            place: bits(2),
            /** The second beat of a block of two. */
            second: bit,
            last: bits(2),
            empty: bits(4),
            prince: bit,
          }),
          reset: 0,
        },
      });
      // What went last, 1: a piece.
      const { went_last } = m.regs({ went_last: { type: bit, reset: 1 } });
      const { beat_goes } = m.named({ beat_goes: owner.active.and(wOut.free) });
      const ends = w.beats === 1 ? lit(1, 1) : owner.second;
      const { last_beat } = m.named({ last_beat: ends.and(owner.place.eq(owner.last)) });
      const { side_free } = m.named({
        side_free: all([io.plain_owns.not(), any([owner.active.not(), beat_goes.and(last_beat)]), awOut.free]),
      });
      const { plain_can, piece_can } = m.named({
        plain_can: io.plain_asks.and(side_free),
        piece_can: io.piece.valid.and(side_free),
      });
      const { plain_next } = m.named({ plain_next: plain_can.and(piece_can.not().or(went_last)) });
      const { piece_next } = m.named({ piece_next: piece_can.and(plain_next.not()) });
      m.when(plain_next.or(piece_next), () => went_last.set(piece_next));
      io.plain_goes.set(plain_next);
      io.piece_goes.set(piece_next);

      const { piece_request } = m.wires({ piece_request: { type: memoryRequest(p) } });
      piece_request.set(pieceRequest(p, { ...io.piece, id: ownIdentifier(p, io.piece.piece) }));
      awOut.load(plain_next.or(piece_next), mux(plain_next, io.plain_request, piece_request));

      io.block_piece.set(owner.piece);
      io.block_place.set(owner.place);
      io.block_prince.set(owner.prince);
      const isEmpty = owner.empty.at(owner.place);
      const data = w.beats === 1 ? io.block : mux(owner.second, io.block.slice(127, 64), io.block.slice(63, 0));
      const { piece_beat } = m.wires({ piece_beat: { type: writeBeat(p) } });
      piece_beat.set({
        data: mux(isEmpty, 0, data),
        strb: isEmpty.not().repeat<number>(w.bytes),
        last: last_beat,
      });
      io.plain_beat_free.set(wOut.free.and(owner.active.not()));
      wOut.load(io.plain_beat_goes.or(beat_goes), mux(beat_goes, piece_beat, io.plain_beat));
      m.when(beat_goes, () => {
        if (w.beats === 2) owner.second.set(owner.second.not());
        m.when(ends, () => owner.place.set(owner.place.add(1)));
        m.when(last_beat, () => owner.active.set(0));
      });
      m.when(piece_next, () => {
        const { piece, first, last, empty, prince } = io.piece;
        owner.set({ active: 1, piece, place: first, second: 0, last, empty, prince });
      });
      m.assert(io.plain_beat_goes.implies(wOut.free.and(owner.active.not())), 'a plain beat goes only when it may');
    },
    { documentation: 'Write requests and data to memory.', parameters: { ...p } },
  );
};
