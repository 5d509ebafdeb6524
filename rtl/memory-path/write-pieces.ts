import {
  all,
  type Bits,
  bit,
  bits,
  concat,
  input,
  module,
  mux,
  oneHotSelect,
  output,
  record,
  type ValueOf,
} from '../hdl/index.ts';
import { decodeOneHot, encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { firstFrom, masked, olderThan, pointer, register, word } from '../parts/rings.ts';
import { channels } from './interface.ts';
import { pieceBytes } from './piece-bytes.ts';
import { worse } from './responses.ts';
import {
  answeredPiece,
  attributes,
  blockToTake,
  fetchedBlock,
  type Geometry,
  keySlotWidth,
  mergeRequest,
  pieceBeat,
  sealedPiece,
  tweakQuestion,
  tweaksFound,
  widthsOf,
  writeTag,
} from './shapes.ts';
import { tweakStore } from './tweak-store.ts';

/** What is known of a piece beside its bytes. */
const pieceShape = (p: Geometry) =>
  record({
    burst: bits<number>(widthsOf(p).write),
    line: bits<number>(p.addressWidth - 6),
    first: bits(2),
    last: bits(2),
    channel: bits(2),
    key: bits(keySlotWidth),
    /** Blocks of which nothing is written. */
    empty: bits(4),
    /** A block is written in part. */
    mixed: bit,
    failed: bits(2),
  });
type Piece = ValueOf<ReturnType<typeof pieceShape>>;

/**
 * Write pieces: collected, merged, encrypted and launched in their order. A piece is collected, filled, sealed and launched one after the other. To the cycle:
 * `docs/systems/memory-path.md`, "Writes".
 */
export const writePieces = (p: Geometry) => {
  const w = widthsOf(p);
  const finished = record({ valid: bit, piece: bits<number>(w.write) });
  return module(
    'write_pieces',
    {
      beat: input(pieceBeat(p)),
      piece_free: output(bit),
      wanted: output(tweakQuestion(p)),
      asked: input(bit),
      found: input(tweaksFound(p)),
      merge_burst: output(bits<number>(w.write)),
      merge_burst_attributes: input(attributes),
      merge_valid: output(bit),
      merge: output(mergeRequest(p)),
      merge_wins: input(bit),
      fetched: input(fetchedBlock(p)),
      take: output(blockToTake(p)),
      tag: output(writeTag(p)),
      aes_free: input(bit),
      aes_finished: input(finished),
      prince_finished: input(finished),
      launch_burst: output(bits<number>(w.write)),
      launch_burst_attributes: input(attributes),
      launch_poisoned: input(bit),
      launch: output(sealedPiece(p)),
      launch_goes: input(bit),
      dropped: output(answeredPiece(p)),
      /** An answer from memory, and whose burst it is for if a piece was waiting for it. */
      answer: input(bit),
      answer_identifier: input(bits<number>(w.memoryId - 1)),
      answered: output(record({ valid: bit, burst: bits<number>(w.write) })),
      in_use: output(bits<number>(p.keySlots)),
    },
    (io, m) => {
      const tail = pointer(m, 'piece_tail', p.writes);
      const type = bits<number>(p.writes);
      const r = m.regs({
        valid: { type, reset: 0 },
        collected: { type, reset: 0 },
        filled: { type, reset: 0 },
        sealed: { type, reset: 0 },
        launched: { type, reset: 0 },
        tweak_asked: { type, reset: 0 },
        tweak_known: { type, reset: 0 },
      });
      const pieces = Array.from({ length: p.writes }, (_, index) => register(m, `piece_${index}`, pieceShape(p)));
      const those = (of: (piece: Piece, index: number) => Bits<1>): Bits =>
        word(pieces.map((piece, index) => all([r.valid.bit(index), of(piece, index)])));
      const pick = (oneHot: Bits): Piece =>
        oneHotSelect(pieces.map((piece, index) => [oneHot.bit(index), piece as Piece] as const));
      const has = (flags: Bits, oneHot: Bits): Bits<1> => flags.and(oneHot).isNonZero();
      const u = m.instances({ tweaks: tweakStore(p, 'write'), bytes: pieceBytes(p) });

      // Collecting: the last piece goes on, or the next one begins.
      const { beat } = io;
      io.piece_free.set(r.valid.at(tail.at).not());
      const { begins } = m.named({ begins: beat.valid.and(beat.begins) });
      tail.advance(begins);
      const { into } = m.named({ into: mux(beat.begins, tail.at, tail.at.subtract(1)) });
      const collecting = masked(decodeOneHot(into, p.writes), beat.valid);
      u.bytes.valid.set(beat.valid);
      u.bytes.begins.set(beat.begins);
      u.bytes.piece.set(into);
      u.bytes.offset.set(beat.offset);
      u.bytes.strb.set(beat.strb);
      u.bytes.data.set(beat.data);

      // Merging.
      const merging = pointer(m, 'merge_next', p.writes);
      const { merge_piece } = m.named({ merge_piece: pick(merging.oneHot) });
      const touched = merge_piece.empty.not();
      const touching = those((piece) =>
        all([piece.line.eq(merge_piece.line), piece.empty.not().and(touched).isNonZero()]),
      );
      const { older_touching } = m.named({ older_touching: touching.and(olderThan(merging.oneHot, tail.oneHot)) });
      const { mergeable } = m.named({ mergeable: has(r.collected, merging.oneHot).and(older_touching.isZero()) });
      const whole = mergeable.and(merge_piece.mixed.not());
      const { passes } = m.named({ passes: whole.or(io.merge_wins) });
      merging.advance(passes);
      io.merge_burst.set(merge_piece.burst);
      io.merge_valid.set(mergeable.and(merge_piece.mixed));
      const { line, first, last, channel, key } = merge_piece;
      io.merge.set({ line, first, last, channel, key, piece: merging.at, attributes: io.merge_burst_attributes });
      const { fetched } = io;
      const fetching = masked(decodeOneHot(fetched.piece, p.writes), fetched.valid);
      u.bytes.fetched_valid.set(fetched.valid);
      u.bytes.fetched_piece.set(fetched.piece);
      u.bytes.fetched_place.set(fetched.place);
      u.bytes.fetched_block.set(fetched.block);

      // Encryption, a block at a time.
      const encrypting = pointer(m, 'encrypt_next', p.writes);
      const e = m.regs({ encrypt_started: { type: bit, reset: 0 }, encrypt_place: { type: bits(2), reset: 0 } });
      const { encrypt_piece } = m.named({ encrypt_piece: pick(encrypting.oneHot) });
      const isPrince = encrypt_piece.channel.eq(channels.prince);
      const { place } = m.named({ place: mux(e.encrypt_started, e.encrypt_place, encrypt_piece.first) });
      u.tweaks.found.set(io.found);
      u.tweaks.place.set(encrypting.at);
      u.tweaks.prince.set(isPrince);
      const { takes } = m.named({
        takes: all([
          has(r.filled, encrypting.oneHot),
          has(r.tweak_known.or(u.tweaks.arrived), encrypting.oneHot),
          isPrince.or(io.aes_free),
        ]),
      });
      const { last_taken } = m.named({ last_taken: takes.and(place.eq(encrypt_piece.last)) });
      encrypting.advance(last_taken);
      m.when(takes, () => {
        e.encrypt_place.set(place.add(1));
        e.encrypt_started.set(last_taken.not());
      });
      u.bytes.take_piece.set(encrypting.at);
      u.bytes.take_place.set(place);
      const blockIndex = concat(encrypt_piece.line, place).truncate<number>(w.block);
      io.take.set({
        valid: takes,
        channel: encrypt_piece.channel,
        key: encrypt_piece.key,
        index: blockIndex,
        tweak: u.tweaks.tweak,
        block: u.bytes.take_block,
      });
      io.tag.set({ piece: encrypting.at, place, last: last_taken });
      const finishing = [io.aes_finished, io.prince_finished]
        .map(({ valid, piece }) => masked(decodeOneHot(piece, p.writes), valid))
        .reduce((left, right) => left.or(right));

      // To memory, or not.
      const launching = pointer(m, 'write_next', p.writes);
      const { launch_piece } = m.named({ launch_piece: pick(launching.oneHot) });
      const sealed = has(r.sealed, launching.oneHot);
      const spoilt = io.launch_poisoned.or(launch_piece.failed.isNonZero());
      const { drops } = m.named({ drops: sealed.and(spoilt) });
      io.launch_burst.set(launch_piece.burst);
      io.launch.set({
        valid: sealed.and(spoilt.not()),
        piece: launching.at,
        line: launch_piece.line,
        first: launch_piece.first,
        last: launch_piece.last,
        empty: launch_piece.empty,
        prince: launch_piece.channel.eq(channels.prince),
        attributes: io.launch_burst_attributes,
      });
      io.dropped.set({
        valid: drops,
        burst: launch_piece.burst,
        response: mux(io.launch_poisoned, 2, launch_piece.failed),
      });
      const { leaves } = m.named({ leaves: drops.or(io.launch_goes) });
      launching.advance(leaves);

      // Answered.
      const identified = word(pieces.map((_, index) => io.answer_identifier.eq(index)));
      const { answered } = m.named({ answered: masked(r.launched.and(identified), io.answer) });
      io.answered.set({ valid: answered.isNonZero(), burst: pick(answered).burst });

      // Tweaks.
      const { wanting } = m.named({
        wanting: firstFrom(r.valid.and(r.tweak_asked.not()), tail.oneHot),
      });
      const asks = pick(wanting);
      io.wanted.set({
        valid: wanting.isNonZero(),
        channel: asks.channel,
        key: asks.key,
        unit: asks.line.slice<number, number>(p.addressWidth - 7, w.unitBits - 6),
        place: encodeOneHot(wanting).resize<number>(io.wanted.place.width),
      });

      const gone = masked(launching.oneHot, drops).or(answered);
      const begun = masked(tail.oneHot, begins);
      const completed = masked(collecting, beat.completes);
      r.valid.set(r.valid.and(gone.not()).or(begun));
      r.collected.set(r.collected.or(completed).and(masked(merging.oneHot, passes).not()));
      const complete = masked(merging.oneHot, whole).or(masked(fetching, fetched.last));
      r.filled.set(r.filled.or(complete).and(masked(encrypting.oneHot, last_taken).not()));
      r.sealed.set(r.sealed.or(finishing).and(masked(launching.oneHot, leaves).not()));
      r.launched.set(r.launched.or(masked(launching.oneHot, io.launch_goes)).and(answered.not()));
      r.tweak_asked.set(r.tweak_asked.or(masked(wanting, io.asked)).and(begun.not()));
      r.tweak_known.set(r.tweak_known.or(u.tweaks.arrived).and(begun.not()));
      for (const [index, piece] of pieces.entries()) {
        m.when(collecting.bit(index), () => {
          piece.last.set(beat.offset.slice(5, 4));
          piece.empty.set(u.bytes.empty);
          piece.mixed.set(u.bytes.mixed);
          m.when(beat.begins, () => {
            piece.burst.set(beat.burst);
            piece.line.set(beat.line);
            piece.first.set(beat.offset.slice(5, 4));
            piece.channel.set(beat.channel);
            piece.key.set(beat.key);
            piece.failed.set(0);
          });
        });
        m.when(fetching.bit(index), () => piece.failed.set(worse(piece.failed, fetched.response)));
      }
      io.in_use.set(
        word(Array.from({ length: p.keySlots }, (_, key) => those((piece) => piece.key.eq(key)).isNonZero())),
      );
    },
    { documentation: 'Write pieces.', parameters: { ...p } },
  );
};
