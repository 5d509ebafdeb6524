import {
  all,
  any,
  type Bits,
  bit,
  bits,
  input,
  lit,
  module,
  mux,
  oneHotSelect,
  output,
  record,
  stream,
  type ValueOf,
} from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { firstFrom, masked, olderThan, pointer, register, word } from '../parts/rings.ts';
import { addressAfter, beatsAhead, wrapMask } from './burst-addresses.ts';
import { outputRegister } from './channel-registers.ts';
import { responses } from './interface.ts';
import { worse } from './responses.ts';
import {
  accessClass,
  answeredPiece,
  attributes,
  formState,
  type Geometry,
  keySlotWidth,
  memoryRequest,
  memoryResponse,
  pieceBeat,
  processorRequest,
  refusedClass,
  widthsOf,
  writeBeat,
  writeResponse,
} from './shapes.ts';
import { verdictOf } from './verdict.ts';

/** What a burst keeps until it is answered. */
const burstShape = (p: Geometry) =>
  record({
    class: accessClass,
    id: bits<number>(p.idWidth),
    attributes,
    /** Pieces that are not answered. */
    pieces: bits<number>(widthsOf(p).write + 1),
    response: bits(2),
  });
type Burst = ValueOf<ReturnType<typeof burstShape>>;

const isPlain = (burst: Burst): Bits<1> => burst.class.isZero();
const isRefused = (burst: Burst): Bits<1> => burst.class.eq(refusedClass);

/**
 * Write bursts from the processor's request to its answer, and where their data goes: a plain beat to memory, an encrypted one into a write piece.
 * To the cycle: `docs/systems/memory-path.md`, "Writes".
 */
export const writeBursts = (p: Geometry) => {
  const w = widthsOf(p);
  return module(
    'write_bursts',
    {
      channel: input(stream(processorRequest(p))),
      data: input(stream(writeBeat(p))),
      answer: output(stream(writeResponse(p))),
      memory: input(stream(memoryResponse(p))),
      state: input(formState(p)),
      tamper: input(bit),
      /** A plain request that may go, but for what the launch says. */
      plain_asks: output(bit),
      plain_request: output(memoryRequest(p)),
      plain_goes: input(bit),
      /** A plain burst owns the W side. */
      plain_owns: output(bit),
      plain_beat_free: input(bit),
      plain_beat_goes: output(bit),
      plain_beat: output(writeBeat(p)),
      piece_free: input(bit),
      piece_beat: output(pieceBeat(p)),
      /** An answer of memory to a piece, and the burst of the piece if it was waiting for one. */
      piece_answered: output(bit),
      piece_identifier: output(bits<number>(w.memoryId - 1)),
      answered: input(record({ valid: bit, burst: bits<number>(w.write) })),
      dropped: input(answeredPiece(p)),
      /** The bursts that pieces ask about. */
      merge_burst: input(bits<number>(w.write)),
      merge_burst_attributes: output(attributes),
      launch_burst: input(bits<number>(w.write)),
      launch_burst_attributes: output(attributes),
      launch_poisoned: output(bit),
      refuses: output(bit),
      in_use: output(bits<number>(p.keySlots)),
    },
    (io, m) => {
      const tail = pointer(m, 'burst_tail', p.writes);
      const type = bits<number>(p.writes);
      const r = m.regs({ valid: { type, reset: 0 }, closed: { type, reset: 0 }, poisoned: { type, reset: 0 } });
      const bursts = Array.from({ length: p.writes }, (_, index) => register(m, `burst_${index}`, burstShape(p)));
      const those = (of: (burst: Burst, index: number) => Bits<1>): Bits =>
        word(bursts.map((burst, index) => all([r.valid.bit(index), of(burst, index)])));
      const { current } = m.regs({
        current: {
          type: record({
            active: bit,
            index: bits<number>(w.write),
            addr: bits<number>(p.addressWidth),
            size: bits(3),
            burst: bits(2),
            wrap: bits(8),
            class: accessClass,
            key: bits(keySlotWidth),
            /** Its next beat continues a piece. */
            continues: bit,
          }),
          reset: 0,
        },
      });

      const aw = candidateOf(m, 'aw', processorRequest(p), io.channel);
      const { signals } = aw.data;
      const verdict = verdictOf(aw.data.form, io.state);
      const otherWay = those((burst) =>
        all([burst.id.eq(signals.id), any([isPlain(burst).ne(verdict.plain), isRefused(burst).ne(verdict.refused)])]),
      );
      const { may_enter } = m.named({
        may_enter: all([
          aw.present,
          verdict.waits.not(),
          current.active.not(),
          r.valid.at(tail.at).not(),
          otherWay.isZero(),
        ]),
      });
      const { enters } = m.named({ enters: may_enter.and(verdict.plain.not().or(io.plain_goes)) });
      aw.moves(enters);
      tail.advance(enters);
      io.plain_asks.set(may_enter.and(verdict.plain));
      io.plain_request.set({ ...signals, id: signals.id.resize<number>(w.memoryId) });
      io.plain_owns.set(current.active.and(current.class.isZero()));
      io.refuses.set(enters.and(verdict.refused));

      // The burst that the data belongs to: one that enters in this cycle if there is none.
      const { own } = m.named({
        own: mux(current.active, current, {
          active: enters,
          index: tail.at,
          addr: signals.addr,
          size: signals.size,
          burst: signals.burst,
          wrap: wrapMask(signals.len, signals.size),
          class: verdict.class,
          key: verdict.key,
          continues: 0,
        }),
      });
      const beat = candidateOf(m, 'w', writeBeat(p), io.data);
      const [plain, refused] = [own.class.isZero(), own.class.eq(refusedClass)];
      const room = mux(plain, io.plain_beat_free, any([refused, own.continues, io.piece_free]));
      const { moves } = m.named({ moves: all([beat.present, own.active, room]) });
      beat.moves(moves);
      io.plain_beat_goes.set(moves.and(plain));
      io.plain_beat.set(beat.data);
      const goesOn = beatsAhead(own.addr, own.size, own.burst, own.wrap).isNonZero().and(own.burst.isNonZero());
      const { completes } = m.named({ completes: beat.data.last.or(goesOn.not()) });
      const { collects } = m.named({ collects: all([moves, plain.not(), refused.not()]) });
      io.piece_beat.set({
        valid: collects,
        begins: own.continues.not(),
        completes,
        burst: own.index,
        line: own.addr.slice<number, number>(p.addressWidth - 1, 6),
        offset: own.addr.slice(5, 0),
        channel: own.class.slice(1, 0),
        key: own.key,
        strb: beat.data.strb,
        data: beat.data.data,
      });
      m.when(enters.or(moves), () => current.set(own));
      m.when(moves, () => {
        current.addr.set(addressAfter(own.addr, lit(1, 1), own.size, own.burst, own.wrap));
        current.continues.set(collects.and(completes.not()));
        m.when(beat.data.last, () => current.active.set(0));
      });

      // Answers from memory.
      const b = candidateOf(m, 'b', memoryResponse(p), io.memory);
      const ofPiece = b.data.id.bit(w.memoryId - 1);
      io.piece_answered.set(b.present.and(ofPiece));
      io.piece_identifier.set(b.data.id.slice<number, number>(w.memoryId - 2, 0));
      const { plain_match } = m.named({
        plain_match: firstFrom(
          those((burst) => all([isPlain(burst), burst.id.resize<number>(w.memoryId).eq(b.data.id)])),
          tail.oneHot,
        ),
      });
      // The oldest that is at its end, with none of its identifier before it.
      const places = bursts.map((_, index) => decodeOneHot(lit<number>(w.write, index), p.writes));
      const ended = those((burst, index) => {
        const same = those((other, number) => (number === index ? lit(1, 0) : other.id.eq(burst.id)));
        return all([
          isPlain(burst).not(),
          r.closed.bit(index),
          burst.pieces.isZero(),
          olderThan(places[index] as Bits, tail.oneHot)
            .and(same)
            .isZero(),
        ]);
      });
      const { ending } = m.named({ ending: firstFrom(ended, tail.oneHot) });
      const out = outputRegister(m, 'b_out', writeResponse(p), io.answer);
      // What won last, 1: a burst that is not plain.
      const { b_last } = m.regs({ b_last: { type: bit, reset: 1 } });
      const { plain_offers, ending_offers } = m.named({
        plain_offers: all([b.present, plain_match.isNonZero(), out.free]),
        ending_offers: ending.isNonZero().and(out.free),
      });
      const { plain_wins } = m.named({ plain_wins: plain_offers.and(ending_offers.not().or(b_last)) });
      const { ending_wins } = m.named({ ending_wins: ending_offers.and(plain_wins.not()) });
      m.when(plain_wins.or(ending_wins), () => b_last.set(ending_wins));
      const pick = (oneHot: Bits): Burst =>
        oneHotSelect(bursts.map((burst, index) => [oneHot.bit(index), burst as Burst] as const));
      const { id, response } = pick(ending);
      const { answer_payload } = m.wires({ answer_payload: { type: writeResponse(p) } });
      answer_payload.set({
        id: mux(plain_wins, b.data.id.truncate<number>(p.idWidth), id),
        resp: mux(plain_wins, b.data.resp, response),
      });
      out.load(plain_wins.or(ending_wins), answer_payload);
      b.moves(any([ofPiece, plain_wins, plain_match.isZero()]));
      const gone = masked(plain_match, plain_wins).or(masked(ending, ending_wins));

      for (const [index, burst] of bursts.entries()) {
        const is = (valid: Bits<1>, number: Bits): Bits<1> => all([valid, number.eq(index)]);
        const begins = is(collects.and(own.continues.not()), own.index);
        const answers = is(io.answered.valid, io.answered.burst);
        const drops = is(io.dropped.valid, io.dropped.burst);
        const count = (one: Bits<1>): Bits => one.resize<number>(w.write + 1);
        burst.pieces.set(burst.pieces.add(count(begins)).subtract(count(answers)).subtract(count(drops)));
        const after = worse(burst.response, mux(answers, b.data.resp, 0));
        burst.response.set(worse(after, mux(drops, io.dropped.response, 0)));
        m.when(is(enters, tail.at), () => {
          burst.class.set(verdict.class);
          burst.id.set(signals.id);
          const { cache, prot, qos, region } = signals;
          burst.attributes.set({ cache, prot, qos, region });
          burst.response.set(mux(verdict.refused, lit(2, responses.decode_error), lit(2, responses.okay)));
        });
        m.when(gone.bit(index), () => r.valid.bit(index).set(0));
        m.when(is(enters, tail.at), () => {
          r.valid.bit(index).set(1);
          r.closed.bit(index).set(0);
          r.poisoned.bit(index).set(0);
        });
        m.when(is(moves.and(beat.data.last), own.index), () => r.closed.bit(index).set(1));
      }
      m.when(io.tamper, () => r.poisoned.set(lit<number>(p.writes, 2 ** p.writes - 1)));

      const attributesOf = (number: Bits) => pick(decodeOneHot(number, p.writes)).attributes;
      io.merge_burst_attributes.set(attributesOf(io.merge_burst));
      io.launch_burst_attributes.set(attributesOf(io.launch_burst));
      io.launch_poisoned.set(r.poisoned.at(io.launch_burst));
      const uses = all([current.active, current.class.isNonZero(), current.class.ne(refusedClass)]);
      io.in_use.set(word(Array.from({ length: p.keySlots }, (_, key) => all([uses, current.key.eq(key)]))));
    },
    { documentation: 'Write bursts.', parameters: { ...p } },
  );
};
