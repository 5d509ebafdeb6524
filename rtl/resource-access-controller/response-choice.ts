import { any, type Bits, bit, bits, input, module, mux, oneHotSelect, output, stream, vector } from '../hdl/index.ts';
import { cyclicChoice } from './cyclic-choice.ts';
import { type Geometry, readBeat, writeResponse } from './shapes.ts';

/**
 * The processor's R or B register and the choice among the ports and, last, the faker. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Responses".
 */
export const readChoice = (p: Geometry) =>
  module(
    'read_choice',
    {
      offers: input(bits<number>(p.ports + 1)),
      beats: input(vector(readBeat(p), p.ports + 1)),
      taken: output(bits<number>(p.ports + 1)),
      stalled: output(bit),
      channel: output(stream(readBeat(p))),
    },
    (io, m) => {
      const r = m.regs({
        full: { type: bit, reset: 0 },
        beat: { type: readBeat(p), reset: 0 },
        sticky: { type: bit, reset: 0 },
      });
      const cycle = cyclicChoice(m, 'last_source', io.offers);
      const again = io.offers.and(cycle.last);
      const { chosen } = m.named({ chosen: mux(r.sticky.and(again.isNonZero()), again, cycle.choice) });
      const { free } = m.named({ free: r.full.not().or(io.channel.ready) });
      const { loads } = m.named({ loads: free.and(io.offers.isNonZero()) });
      const beat = oneHotSelect(io.beats.elements.map((one, source) => [chosen.bit(source), one] as const));
      io.taken.set(chosen.and(loads.repeat<number>(p.ports + 1)));
      io.stalled.set(r.full.and(io.channel.ready.not()));
      io.channel.valid.set(r.full);
      io.channel.data.set(r.beat);
      r.full.set(any([io.offers.isNonZero(), r.full.and(io.channel.ready.not())]));
      m.when(loads, () => {
        r.beat.set(beat);
        cycle.take(chosen);
        r.sticky.set(beat.last.not());
      });
      m.assert(chosen.and((chosen as Bits).subtract(1)).isZero(), 'one source at a time');
    },
    { documentation: "The processor's R register.", parameters: { ...p } },
  );

export const writeChoice = (p: Geometry) =>
  module(
    'write_choice',
    {
      offers: input(bits<number>(p.ports + 1)),
      responses: input(vector(writeResponse(p), p.ports + 1)),
      taken: output(bits<number>(p.ports + 1)),
      stalled: output(bit),
      channel: output(stream(writeResponse(p))),
    },
    (io, m) => {
      const r = m.regs({ full: { type: bit, reset: 0 }, response: { type: writeResponse(p), reset: 0 } });
      const cycle = cyclicChoice(m, 'last_source', io.offers);
      const { free } = m.named({ free: r.full.not().or(io.channel.ready) });
      const { loads } = m.named({ loads: free.and(io.offers.isNonZero()) });
      io.taken.set(cycle.choice.and(loads.repeat<number>(p.ports + 1)));
      io.stalled.set(free.not());
      io.channel.valid.set(r.full);
      io.channel.data.set(r.response);
      r.full.set(any([io.offers.isNonZero(), free.not()]));
      m.when(loads, () => {
        r.response.set(
          oneHotSelect(io.responses.elements.map((one, source) => [cycle.choice.bit(source), one] as const)),
        );
        cycle.take(cycle.choice);
      });
    },
    { documentation: "The processor's B register.", parameters: { ...p } },
  );
