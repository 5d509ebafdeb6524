import { all, bit, bits, input, module, mux, output } from '../hdl/index.ts';
import { resourceWidth } from './interface.ts';
import type { Geometry } from './shapes.ts';

/**
 * Whether a port is in service: isolation, the reset handshake with its devices, re-admission; and the resource that was last asked
 * through it. To the cycle: `docs/systems/resource-access-controller.md`, "An isolated port".
 */
export const portControl = (p: Geometry) =>
  module(
    'port_control',
    {
      isolate: input(bit),
      spoil: input(bit),
      quiet: input(bit),
      /** The device offers a response. */
      answering: input(bit),
      reset: input(bit),
      readmit: input(bit),
      /** Takes a reset request back. */
      withdraw: input(bit),
      acknowledge: input(bit),
      read_enters: input(bit),
      read_resource: input(bits<number>(resourceWidth(p))),
      write_enters: input(bit),
      write_resource: input(bits<number>(resourceWidth(p))),
      isolated: output.reg(bit, { reset: 0 }),
      /** The first cycle of an isolation. */
      isolates: output(bit),
      request: output(bit),
      /** The devices are in reset, as they said. */
      resetting: output(bit),
      clear: output(bit),
      drained: output(bit),
      ready: output(bit),
      suspect: output.reg(bits<number>(resourceWidth(p)), { reset: 0 }),
      suspected: output.reg(bit, { reset: 0 }),
    },
    (io, m) => {
      const r = m.regs({
        requesting: { type: bit, reset: 0 },
        releasing: { type: bit, reset: 0 },
        spoiled: { type: bit, reset: 0 },
        ready_before: { type: bit, reset: 0 },
        was_isolated: { type: bit, reset: 0 },
      });
      const { handshaking, clears } = m.named({
        handshaking: r.requesting.or(r.releasing),
        clears: r.requesting.and(io.acknowledge),
      });
      const { empty } = m.named({
        empty: all([io.isolated, r.was_isolated, io.quiet, r.spoiled.not(), handshaking.not()]),
      });
      r.was_isolated.set(io.isolated);
      io.isolates.set(io.isolated.and(r.was_isolated.not()));
      io.request.set(r.requesting);
      io.resetting.set(r.releasing);
      io.clear.set(clears);
      io.drained.set(empty);
      io.ready.set(empty.and(r.ready_before.not()));
      r.ready_before.set(empty);
      const begins = all([r.releasing.not(), io.reset, io.isolated]);
      r.requesting.set(io.acknowledge.not().and(mux(r.requesting, io.withdraw.not(), begins)));
      r.releasing.set(clears.or(r.releasing.and(io.acknowledge)));
      r.spoiled.set(r.spoiled.or(io.spoil).and(clears.not()));
      m.when(io.isolate, () => io.isolated.set(1)).elseWhen(
        all([io.readmit, io.reset.not(), empty, io.answering.not()]),
        () => io.isolated.set(0),
      );
      m.when(io.read_enters, () => io.suspect.set(io.read_resource)).elseWhen(io.write_enters, () =>
        io.suspect.set(io.write_resource),
      );
      m.when(io.read_enters.or(io.write_enters), () => io.suspected.set(1));
      m.assert(r.requesting.and(r.releasing).not(), 'the reset handshake is in one phase');
      m.assert(handshaking.implies(io.isolated), 'only an isolated port is reset');
      m.assert(io.isolate.implies(io.isolated.not()), 'what is isolated is not isolated again');
    },
    { documentation: 'Service and isolation of a port.', parameters: { resources: p.resources } },
  );
