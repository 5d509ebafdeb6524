import { all, any, type Bits, bit, bits, concat, input, module, mux, output } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { word } from '../parts/rings.ts';
import { type Geometry, widthsOf } from './shapes.ts';

/** The bytes of write pieces: what is written, which of them, and what memory had: `docs/systems/memory-path.md`, "Write pieces" and "Encryption". */
export const pieceBytes = (p: Geometry) => {
  const w = widthsOf(p);
  const piece = bits<number>(w.write);
  return module(
    'piece_bytes',
    {
      /** A beat for a piece, its first or one more. */
      valid: input(bit),
      begins: input(bit),
      piece: input(piece),
      offset: input(bits(6)),
      strb: input(bits<number>(w.bytes)),
      data: input(bits<number>(p.dataWidth)),
      /** With this beat: blocks of which no byte is written, and whether of one some are. */
      empty: output(bits(4)),
      mixed: output(bit),
      fetched_valid: input(bit),
      fetched_piece: input(piece),
      fetched_place: input(bits(2)),
      fetched_block: input(bits(128)),
      take_piece: input(piece),
      take_place: input(bits(2)),
      take_block: output(bits(128)),
    },
    (io, m) => {
      const { written_bytes, old, strobes } = m.memories({
        written_bytes: { type: bits(128), depth: 4 * p.writes },
        old: { type: bits(128), depth: 4 * p.writes },
        strobes: { type: bits(64), depth: p.writes },
      });
      // Of the piece that is collected: one at a time.
      const { collected } = m.regs({ collected: { type: bits(64), reset: 0 } });
      const beats = 64 / w.bytes;
      const at = decodeOneHot(io.offset.slice<number, number>(5, Math.log2(w.bytes)), beats);
      const placed = concat(
        ...Array.from({ length: beats }, (_, beat) => io.strb.and(at.bit(beat).repeat<number>(w.bytes))).reverse(),
      ) as Bits<64>;
      const { written } = m.named({ written: placed.or(mux(io.begins, 0, collected)) });
      const blocks = [0, 1, 2, 3].map((block) => written.slice<number, number>(16 * block + 15, 16 * block));
      io.empty.set(word(blocks.map((block) => block.isZero())));
      io.mixed.set(any(blocks.map((block) => all([block.isNonZero(), block.reduceAnd().not()]))));
      const half = io.offset.bit(3);
      const mask = w.beats === 1 ? io.strb : concat(io.strb.and(half.repeat(8)), io.strb.and(half.not().repeat(8)));
      m.when(io.valid, () => {
        collected.set(written);
        strobes.write(io.piece, written);
        written_bytes.write(concat(io.piece, io.offset.slice(5, 4)), io.data.repeat<number>(w.beats), mask);
      });
      m.when(io.fetched_valid, () => old.write(concat(io.fetched_piece, io.fetched_place), io.fetched_block));

      const address = concat(io.take_piece, io.take_place);
      const { was, is } = m.named({ was: old.read(address), is: written_bytes.read(address) });
      const line = strobes.read(io.take_piece);
      const { chosen } = m.named({
        chosen: mux(
          io.take_place.bit(1),
          mux(io.take_place.bit(0), line.slice(63, 48), line.slice(47, 32)),
          mux(io.take_place.bit(0), line.slice(31, 16), line.slice(15, 0)),
        ),
      });
      const bytes = Array.from({ length: 16 }, (_, byte) => {
        const [high, low] = [8 * byte + 7, 8 * byte];
        return mux(chosen.bit(byte), is.slice<number, number>(high, low), was.slice<number, number>(high, low));
      });
      io.take_block.set(concat(...bytes.reverse()));
    },
    { documentation: 'The bytes of write pieces.', parameters: { ...p } },
  );
};
