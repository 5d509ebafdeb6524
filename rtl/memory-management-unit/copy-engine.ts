import {
  all,
  any,
  type Bits,
  bit,
  bits,
  concat,
  enumeration,
  input,
  lit,
  module,
  mux,
  output,
  select,
  vector,
} from '../hdl/index.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { masked, register } from '../parts/rings.ts';
import { frameWidth } from './interface.ts';
import { copyRequest, type KeeperGeometry, lineAddress, lineBeats } from './keeper-shapes.ts';

const copyPhases = enumeration('IDLE', 'CLAIM', 'READ', 'WRITE', 'ANSWER', 'GAP');

/**
 * The engine that copies pages to a replaced memory, line by line. To the cycle: `docs/systems/memory-management-unit.md`, "Keeper: restoring".
 */
export const copyEngine = (p: KeeperGeometry) => {
  const beats = lineBeats(p);
  const lineBits = 6;
  return module(
    'copy_engine',
    {
      start: input(bit),
      stop: input(bit),
      request: input(copyRequest(p)),
      forms: input(vector(bits(4), 2)),
      pace: input(bits(8)),
      timeout: input(bits(16)),
      failed: input(bits(2)),
      restoring: input(bits(2)),
      /** Memories that fail at the edge. */
      failing: input(bits(2)),
      claim_busy: input(bit),
      claim: output.reg(bit, { reset: 0 }),
      claim_memory: output.reg(bit, { reset: 0 }),
      claim_frame: output.reg(bits<number>(frameWidth(p)), { reset: 0 }),
      /** To the ports, bit m for memory m. */
      ar_load: output(bits(2)),
      aw_load: output(bits(2)),
      address: output(lineAddress(p)),
      w_load: output(bits(2)),
      w_data: output(bits<number>(p.dataWidth)),
      w_last: output(bit),
      w_free: input(bits(2)),
      reading: output(bits(2)),
      answering: output(bits(2)),
      expects_last: output(bit),
      takes: input(bits(2)),
      /** What is taken is an error. */
      refused: input(bits(2)),
      data: input(vector(bits<number>(p.dataWidth), 2)),
      answered: input(bits(2)),
      progress: input(bits(2)),
      /** Memories that gave an error for a line, in the cycle after its last beat. */
      line_refused: output.reg(bits(2), { reset: 0 }),
      /** Memories without progress for too long. */
      late: output(bits(2)),
      starts: output(bit),
      copying: output(bit),
      copy_failed: output.reg(bit, { reset: 0 }),
      pages_done: output.reg(bits(20), { reset: 0 }),
      /** The copying ends, or did not start. */
      ends: output(bit),
    },
    (io, m) => {
      const r = m.regs({
        phase: { type: copyPhases, reset: copyPhases.IDLE },
        claimed: { type: bit, reset: 0 },
        source_frame: { type: bits<number>(frameWidth(p)), reset: 0 },
        pages_left: { type: bits(20), reset: 0 },
        line: { type: bits(lineBits), reset: 0 },
        beat: { type: bits<number>(Math.log2(beats)), reset: 0 },
        /** A beat of the line was an error. */
        spoiled: { type: bit, reset: 0 },
        stopping: { type: bit, reset: 0 },
        gap: { type: bits(8), reset: 0 },
        timer: { type: bits(16), reset: 0 },
      });
      const buffer = Array.from({ length: beats }, (_, beat) =>
        register(m, `buffer_${beat}`, bits<number>(p.dataWidth)),
      );
      const isPhase = (...those: (typeof copyPhases.IDLE)[]): Bits<1> => r.phase.isAnyOf(...those);
      const { target, source } = m.named({
        target: concat(io.claim_memory, io.claim_memory.not()),
        source: concat(io.claim_memory.not(), io.claim_memory),
      });
      const of = (word: Bits, memory: Bits): Bits<1> => word.and(memory).isNonZero();
      const active = isPhase(copyPhases.IDLE).not();

      // What is waited for, and for how long.
      const { reads, writes } = m.named({
        reads: isPhase(copyPhases.READ),
        writes: isPhase(copyPhases.WRITE, copyPhases.ANSWER),
      });
      const lastBeat = r.beat.eq(beats - 1);
      const { own } = m.named({ own: masked(source, reads).or(masked(target, writes)) });
      io.late.set(masked(own, all([io.timeout.isNonZero(), r.timer.ge(io.timeout)])));
      r.timer.set(mux(any([own.isZero(), of(io.progress, own)]), 0, saturatingIncrement(r.timer)));
      io.reading.set(masked(source, reads));
      io.answering.set(masked(target, isPhase(copyPhases.ANSWER)));
      io.expects_last.set(lastBeat);
      const { taking: takes } = m.named({ taking: reads.and(of(io.takes, source)) });

      // Whether it stops: that wins over all else.
      const [targetFailed, sourceFailed] = [of(io.failed, target), of(io.failed, source)];
      const { spoils } = m.named({ spoils: r.spoiled.or(of(io.refused, source)) });
      const { fetches } = m.named({ fetches: all([takes, lastBeat]) });
      io.line_refused.set(masked(source, fetches.and(spoils)));
      const { stops } = m.named({
        stops: any([
          isPhase(copyPhases.CLAIM, copyPhases.GAP).and(targetFailed.or(sourceFailed)),
          reads.and(any([sourceFailed, all([fetches, targetFailed.or(spoils)])])),
          writes.and(targetFailed),
        ]),
      });
      const { asks, fetched, puts, lands } = m.named({
        asks: all([isPhase(copyPhases.CLAIM), r.claimed, io.claim_busy.not(), stops.not()]),
        fetched: all([fetches, stops.not()]),
        puts: all([isPhase(copyPhases.WRITE), of(io.w_free, target), stops.not()]),
        lands: all([isPhase(copyPhases.ANSWER), of(io.answered, target), stops.not()]),
      });
      io.ar_load.set(masked(source, asks));
      io.aw_load.set(masked(target, fetched));
      io.w_load.set(masked(target, puts));
      io.w_data.set(select(r.beat, buffer));
      io.w_last.set(lastBeat);
      const frame = mux(asks, r.source_frame, io.claim_frame);
      const form = mux(asks, io.forms.get(0), io.forms.get(1));
      const low = concat(frame, r.line, lit(lineBits, 0)) as Bits;
      io.address.set(p.formWidth === 0 ? low : concat(form.resize<number>(p.formWidth), low));

      // The start.
      const { target: wanted, pages } = io.request;
      const wantedPlace = concat(wanted, wanted.not());
      const others = wantedPlace.not();
      const { can_start } = m.named({
        can_start: all([
          of(io.restoring.and(io.failing.not()), wantedPlace),
          of(io.failed.or(io.restoring), others).not(),
          pages.isNonZero(),
        ]),
      });
      const tries = io.start.and(active.not());
      const { begins } = m.named({ begins: tries.and(can_start) });
      const lastLine = r.line.reduceAnd();
      const lastPage = all([lands, lastLine, r.pages_left.eq(1).or(r.stopping)]);
      const given = all([isPhase(copyPhases.GAP), r.stopping, stops.not()]);
      io.starts.set(begins);
      io.copying.set(active);
      io.ends.set(any([stops, lastPage, given, tries.and(can_start.not())]));

      const claims = (): void => {
        r.phase.set(copyPhases.CLAIM);
        r.claimed.set(0);
        io.claim.set(1);
      };
      const counts = (): void => r.beat.set(r.beat.add(1));
      m.when(active.and(io.stop), () => r.stopping.set(1));
      m.match(r.phase, {
        IDLE: () => undefined,
        CLAIM: () => {
          r.claimed.set(1);
          r.beat.set(0);
          r.spoiled.set(0);
          m.when(asks, () => r.phase.set(copyPhases.READ));
        },
        READ: () => {
          m.when(takes, () => {
            counts();
            r.spoiled.set(spoils);
          });
          m.when(fetched, () => r.phase.set(copyPhases.WRITE));
        },
        WRITE: () =>
          void m.when(puts, () => {
            counts();
            m.when(lastBeat, () => r.phase.set(copyPhases.ANSWER));
          }),
        ANSWER: () =>
          void m.when(lands, () => {
            io.claim.set(0);
            r.line.set(r.line.add(1));
            r.phase.set(copyPhases.GAP);
            r.gap.set(io.pace);
            m.when(lastLine, () => {
              io.pages_done.set(io.pages_done.add(1));
              r.pages_left.set(r.pages_left.subtract(1));
              r.source_frame.set(r.source_frame.add(1));
              io.claim_frame.set(io.claim_frame.add(1));
            });
            m.when(lastPage, () => r.phase.set(copyPhases.IDLE));
          }),
        GAP: () =>
          void m
            .when(r.stopping, () => r.phase.set(copyPhases.IDLE))
            .elseWhen(r.gap.isZero(), claims)
            .otherwise(() => r.gap.set(r.gap.subtract(1))),
      });
      for (const [place, one] of buffer.entries())
        m.when(takes.and(r.beat.eq(place)), () => one.set(mux(source.bit(0), io.data.get(0), io.data.get(1))));
      m.when(tries.and(can_start.not()), () => io.copy_failed.set(1));
      m.when(begins, () => {
        claims();
        io.claim_memory.set(wanted);
        io.claim_frame.set(io.request.to);
        r.source_frame.set(io.request.from);
        r.pages_left.set(pages);
        r.line.set(0);
        io.pages_done.set(0);
        io.copy_failed.set(0);
        r.stopping.set(0);
      });
      m.when(stops, () => {
        r.phase.set(copyPhases.IDLE);
        io.claim.set(0);
        io.copy_failed.set(1);
      });
    },
    { documentation: 'The engine that copies pages.', parameters: { ...p } },
  );
};
