import { type Bits, bit, bits, input, module, output, vector } from '../hdl/index.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/** The beats that the reads in flight still have to come; `last` of a slot: its next beat is its last one. */
export const readProgress = (p: Geometry) =>
  module(
    'read_progress',
    {
      entering: input(bits<number>(p.outstanding)),
      length: input(bits(8)),
      advances: input(bits<number>(p.outstanding)),
      last: output(bits<number>(p.outstanding)),
      completes: output(bits<number>(p.outstanding)),
    },
    (io, m) => {
      const { beats } = m.regs({ beats: { type: vector(bits(8), p.outstanding), reset: 0 } });
      for (const [index, left] of beats.elements.entries()) {
        m.when(io.entering.bit(index), () => left.set(io.length)).elseWhen(io.advances.bit(index), () =>
          left.set(left.subtract(1)),
        );
      }
      const { ends } = m.named({ ends: word(beats.elements.map((left) => left.isZero())) });
      io.last.set(ends);
      io.completes.set(ends.and(io.advances));
    },
    { documentation: 'Beats to come of the reads in flight.', parameters: { outstanding: p.outstanding } },
  );

/** Of the writes in flight: whether the controller has all their data, and whether the device has. */
export const writeProgress = (p: Geometry) =>
  module(
    'write_progress',
    {
      entering: input(bits<number>(p.outstanding)),
      enters_received: input(bit),
      receives: input(bits<number>(p.outstanding)),
      delivers: input(bits<number>(p.outstanding)),
      received: output.reg(bits<number>(p.outstanding), { reset: 0 }),
      delivered: output.reg(bits<number>(p.outstanding), { reset: 0 }),
    },
    (io) => {
      const whole: Bits = io.enters_received.repeat<number>(p.outstanding);
      io.received.set(io.received.or(io.receives).and(io.entering.not()).or(io.entering.and(whole)));
      io.delivered.set(io.delivered.or(io.delivers).and(io.entering.not()));
    },
    { documentation: 'Data of the writes in flight.', parameters: { outstanding: p.outstanding } },
  );
