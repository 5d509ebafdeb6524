import { all, any, bit, bits, input, lit, module, mux, output } from '../hdl/index.ts';
import { encodeOneHot, lowestOne } from '../parts/arbiter/one-hot.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { failureCauses } from './interface.ts';

/** Phases of a memory's reset. */
const phases = { idle: 0, requesting: 1, clearing: 2, releasing: 3 } as const;

/**
 * What a memory's state is, and why it is taken out of use. To the cycle: `docs/systems/memory-management-unit.md`, "Status of memory m",
 * "Reset of memory m" and "Back".
 */
export const memoryStatus = (p: { readonly units: number }) =>
  module(
    'memory_status',
    {
      events_error: input(bits<number>(p.units)),
      events_failure: input(bits<number>(p.units)),
      events_timeout: input(bits<number>(p.units)),
      error_limit: input(bits(16)),
      /** The copy engine got an error where it read a line. */
      line_refused: input(bit),
      engine_fails: input(bit),
      /** The other memory may be read, so that this one can be done without. */
      spared: input(bit),
      take_out: input(bit),
      reset: input(bit),
      restore: input(bit),
      on_line: input(bit),
      copying: input(bit),
      copy_starts: input(bit),
      reset_acknowledge: input(bit),
      failed: output.reg(bit, { reset: 0 }),
      restoring: output.reg(bit, { reset: 0 }),
      was_reset: output.reg(bit, { reset: 0 }),
      phase: output.reg(bits(2), { reset: 0 }),
      errors: output.reg(bits(16), { reset: 0 }),
      reset_request: output(bit),
      port_clear: output(bit),
      /** It fails at the edge: why, and which unit told. */
      fails: output(bit),
      cause: output(bits(3)),
      unit: output(bits(3)),
      counted: output(bit),
      changes: output(bit),
    },
    (io, m) => {
      const { failed, restoring, was_reset, phase, errors } = io;
      const counted = failed.not().and(io.events_error.isNonZero().or(io.line_refused));
      io.counted.set(counted);
      const limit = all([
        counted,
        io.spared,
        io.error_limit.isNonZero(),
        errors.addWide(1).ge(io.error_limit.extend(17)),
      ]);
      const { by_failure, by_timeout } = m.named({
        by_failure: io.events_failure.isNonZero(),
        by_timeout: io.events_timeout.isNonZero(),
      });
      const { failing } = m.named({
        failing: all([failed.not(), any([by_failure, by_timeout, limit, io.take_out, io.engine_fails])]),
      });
      io.fails.set(failing);
      const rest = mux(io.take_out, lit(3, failureCauses.taken_out), lit(3, failureCauses.engine));
      const told = mux(by_timeout, lit(3, failureCauses.timeout), mux(limit, lit(3, failureCauses.limit), rest));
      io.cause.set(mux(by_failure, lit(3, failureCauses.failure), told));
      const tellers = mux(
        by_failure,
        io.events_failure,
        mux(by_timeout, io.events_timeout, mux(limit, io.events_error, io.events_error.and(0))),
      );
      io.unit.set(encodeOneHot(lowestOne(tellers)).resize(3));

      const { restored } = m.named({
        restored: all([io.restore, io.reset.not(), failed, was_reset, phase.eq(phases.idle)]),
      });
      const { returns } = m.named({
        returns: all([io.on_line, restoring, io.copying.not(), io.copy_starts.not(), failing.not()]),
      });
      io.changes.set(any([failing, restored, returns]));

      io.reset_request.set(phase.eq(phases.requesting).or(phase.eq(phases.clearing)));
      io.port_clear.set(phase.eq(phases.clearing));
      m.matchBits(
        phase,
        [
          [phases.idle, () => void m.when(io.reset.and(failed), () => phase.set(phases.requesting))],
          [phases.requesting, () => void m.when(io.reset_acknowledge, () => phase.set(phases.clearing))],
          [phases.clearing, () => phase.set(phases.releasing)],
        ],
        () =>
          void m.when(io.reset_acknowledge.not(), () => {
            phase.set(phases.idle);
            was_reset.set(1);
          }),
      );
      m.when(counted, () => errors.set(saturatingIncrement(errors)));
      m.when(returns, () => restoring.set(0));
      m.when(restored, () => {
        failed.set(0);
        restoring.set(1);
        errors.set(0);
      });
      m.when(failing, () => {
        failed.set(1);
        restoring.set(0);
        was_reset.set(0);
      });
      m.assert(failed.and(restoring).not(), 'a failed memory is not being restored');
      m.assert(phase.isZero().or(failed), 'a memory in reset has failed');
    },
    { documentation: 'State of a memory.', parameters: { units: p.units } },
  );
