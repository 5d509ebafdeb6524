import { all, any, bit, bits, constant, input, lit, module, mux, oneHotSelect, output, stream } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { masked, takeTurns, word } from '../parts/rings.ts';
import { addressAfter, beatsAhead, offsetAfter, wrapMask } from './burst-addresses.ts';
import { outputRegister } from './channel-registers.ts';
import { ownIdentifier, pieceRequest } from './piece-requests.ts';
import {
  attributes,
  formState,
  type Geometry,
  keySlotWidth,
  memoryRequest,
  mergeRequest,
  processorRequest,
  purposes,
  requestSignals,
  scanRequest,
  slotFill,
  widthsOf,
} from './shapes.ts';
import { verdictOf } from './verdict.ts';

/**
 * Requests to read on their way to memory: the candidate, the cutter of encrypted bursts, and the launch. To the cycle: `docs/systems/memory-path.md`,
 * "Reads".
 */
export const readRequests = (p: Geometry) =>
  module(
    'read_requests',
    {
      channel: input(stream(processorRequest(p))),
      state: input(formState(p)),
      /** A write whose data are coming has the key slot that is committed: reads under it do not wait. */
      commit_waits_for_data: input(bit),
      tamper: input(bit),
      merge_valid: input(bit),
      merge: input(mergeRequest(p)),
      scan_valid: input(bit),
      scan: input(scanRequest(p)),
      slot_free: input(bit),
      memory: output(stream(memoryRequest(p))),
      launches: output(bit),
      fill: output(slotFill(p)),
      merge_wins: output(bit),
      scan_wins: output(bit),
      refuses: output(bit),
      /** A piece of the cutter's is to come. */
      cutting: output(bit),
      /** The key slot of the cutter's burst. */
      cutter_key: output(bits(keySlotWidth)),
    },
    (io, m) => {
      const w = widthsOf(p);
      const ar = candidateOf(m, 'ar', processorRequest(p), io.channel);
      const { signals, form } = ar.data;
      const verdict = verdictOf(form, io.state, io.commit_waits_for_data);
      const r = m.regs({
        active: { type: bit, reset: 0 },
        burst: { type: requestSignals(p), reset: 0 },
        wrap: { type: bits(8), reset: 0 },
        channel: { type: bits(2), reset: 0 },
        key: { type: bits(keySlotWidth), reset: 0 },
        poisoned: { type: bit, reset: 0 },
      });
      const out = outputRegister(m, 'ar_out', memoryRequest(p), io.memory);

      // The cutter's next piece, in beats less one.
      const { burst } = r;
      const { ahead } = m.named({ ahead: beatsAhead(burst.addr, burst.size, burst.burst, r.wrap).extend(8) });
      const { more } = m.named({ more: mux(burst.burst.isZero(), 0, mux(burst.len.lt(ahead), burst.len, ahead)) });
      const { last_piece } = m.named({ last_piece: more.eq(burst.len) });
      const first = burst.addr.slice(5, 4);
      const { last_block } = m.named({ last_block: offsetAfter(burst.addr, more, burst.size).slice(5, 4) });

      const behind = all([r.active, burst.id.eq(signals.id)]);
      const direct = any([all([verdict.plain, out.free]), verdict.refused]);
      const { requests } = m.named({
        requests: masked(
          word([
            all([ar.present, direct, behind.not()]),
            all([r.active, out.free]),
            all([io.merge_valid, out.free]),
            all([io.scan_valid, out.free]),
          ]),
          io.slot_free,
        ),
      });
      const { wins } = m.named({ wins: takeTurns(m, 'launch_last', requests) });
      const [byCandidate, byCutter, byMerge, byScan] = [wins.bit(0), wins.bit(1), wins.bit(2), wins.bit(3)];
      const { cutter_free } = m.named({ cutter_free: r.active.not().or(byCutter.and(last_piece)) });
      const { enters } = m.named({ enters: all([ar.present, verdict.encrypted, cutter_free]) });
      ar.moves(enters.or(byCandidate));

      m.when(byCutter, () => {
        burst.len.set(burst.len.subtract(more).subtract(1));
        burst.addr.set(addressAfter(burst.addr, more.add(1), burst.size, burst.burst, r.wrap));
        m.when(last_piece, () => r.active.set(0));
      });
      m.when(io.tamper, () => r.poisoned.set(1));
      m.when(enters, () => {
        r.active.set(1);
        burst.set(signals);
        r.wrap.set(wrapMask(signals.len, signals.size));
        r.channel.set(verdict.class.slice(1, 0));
        r.key.set(verdict.key);
        r.poisoned.set(io.tamper);
      });

      const type = memoryRequest(p);
      const from = m.wires({ candidate: { type }, cutter: { type }, merge: { type }, scan: { type } });
      from.candidate.set({ ...signals, id: signals.id.resize<number>(w.memoryId) });
      const pieceLine = burst.addr.slice<number, number>(p.addressWidth - 1, 6);
      const cutterId = burst.id.resize<number>(w.memoryId);
      from.cutter.set(pieceRequest(p, { id: cutterId, line: pieceLine, first, last: last_block, attributes: burst }));
      from.merge.set(pieceRequest(p, { ...io.merge, id: ownIdentifier(p, 0) }));
      const wholeLine = { first: lit(2, 0), last: lit(2, 3), attributes: constant(attributes, scanAttributes) };
      from.scan.set(pieceRequest(p, { id: ownIdentifier(p, 1), line: io.scan.line, ...wholeLine }));
      const { launched } = m.named({
        launched: oneHotSelect([
          [byCandidate, from.candidate],
          [byCutter, from.cutter],
          [byMerge, from.merge],
          [byScan, from.scan],
        ]),
      });
      const refuses = byCandidate.and(verdict.refused);
      out.load(wins.isNonZero().and(refuses.not()), launched);
      io.fill.set({
        class: oneHotSelect([
          [byCandidate, verdict.class],
          [byCutter, r.channel.extend(3)],
          [byMerge, io.merge.channel.extend(3)],
          [byScan, io.scan.channel.extend(3)],
        ]),
        purpose: mux(byMerge, lit(2, purposes.merge), mux(byScan, lit(2, purposes.scan), lit(2, purposes.processor))),
        id: launched.id,
        size: burst.size,
        offset: burst.addr.slice(5, 0),
        left: mux(byCandidate, signals.len, more),
        final: last_piece,
        // Of a plain one 1 stands for all that is to come.
        expected: mux(byCandidate, 1, launched.len.slice(3, 0).add(1)),
        unit: launched.addr.slice<number, number>(p.addressWidth - 1, w.unitBits),
        block: launched.addr.slice<number, number>(w.unitBits - 1, 4),
        key: oneHotSelect([
          [byCandidate, verdict.key],
          [byCutter, r.key],
          [byMerge, io.merge.key],
          [byScan, io.scan.key],
        ]),
        poisoned: io.tamper.or(byCutter.and(r.poisoned)),
        piece: io.merge.piece,
      });
      io.launches.set(wins.isNonZero());
      io.merge_wins.set(byMerge);
      io.scan_wins.set(byScan);
      io.refuses.set(refuses);
      io.cutting.set(r.active);
      io.cutter_key.set(r.key);
    },
    { documentation: 'Requests to read.', parameters: { ...p } },
  );

/** Of the scanner's reads: bufferable and modifiable. */
const scanAttributes = { cache: 3, prot: 0, qos: 0, region: 0 } as const;
