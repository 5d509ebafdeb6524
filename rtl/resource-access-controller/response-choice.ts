import { any, type Bits, bit, bits, input, module, mux, oneHotSelect, output, stream, vector } from '../hdl/index.ts';
import { cyclicChoice } from './cyclic-choice.ts';
import { fakeData } from './fake-data.ts';
import { disguise, fakedBeat, type Geometry, readBeat, writeResponse } from './shapes.ts';

/** Of what the ports offer, that of the source chosen; anything where it is the faker. */
const ofPort = <T>(chosen: Bits, offered: readonly T[], of: (one: T) => Bits): Bits =>
  offered.length === 1
    ? of(offered[0] as T)
    : oneHotSelect(offered.map((one, port) => [chosen.bit(port), of(one)] as const));

/**
 * The processor's R or B register and the choice among the ports and, last, the faker; and the faked data, which one multiplexer puts in the
 * place of the device's. To the cycle: `docs/systems/resource-access-controller.md`, "Responses".
 */
export const readChoice = (p: Geometry) =>
  module(
    'read_choice',
    {
      offers: input(bits<number>(p.ports + 1)),
      beats: input(vector(readBeat(p), p.ports)),
      disguises: input(vector(disguise(p), p.ports)),
      fake: input(fakedBeat(p)),
      fake_words: input(vector(bits(32), p.ports)),
      taken: output(bits<number>(p.ports + 1)),
      channel: output(stream(readBeat(p))),
    },
    (io, m) => {
      const r = m.regs({
        full: { type: bit, reset: 0 },
        beat: { type: readBeat(p), reset: 0 },
      });
      const cycle = cyclicChoice(m, 'last_source', io.offers);
      const { chosen } = m.named({ chosen: cycle.choice });
      const { free } = m.named({ free: r.full.not().or(io.channel.ready) });
      const { loads } = m.named({ loads: free.and(io.offers.isNonZero()) });
      const beats = io.beats.elements;
      const disguises = io.disguises.elements;
      const { by_faker, faked } = m.named({
        by_faker: chosen.bit(p.ports),
        faked: any([chosen.bit(p.ports), ...disguises.map((one, port) => chosen.bit(port).and(one.masked))]),
      });
      const { policy, code, word } = m.named({
        policy: mux(
          by_faker,
          io.fake.policy,
          ofPort(chosen, disguises, (one) => one.policy),
        ),
        code: mux(
          by_faker,
          io.fake.code,
          ofPort(chosen, disguises, (one) => one.code),
        ),
        word:
          p.ports === 1
            ? io.fake_words.get(0)
            : oneHotSelect(
                io.fake_words.elements.map((own, port) => [
                  mux(by_faker, io.fake.port.eq(port), chosen.bit(port)),
                  own,
                ]),
              ),
      });
      const { last } = m.named({
        last: mux(
          by_faker,
          io.fake.last,
          ofPort(chosen, beats, (one) => one.last),
        ).bit(0),
      });
      io.taken.set(chosen.and(loads.repeat<number>(p.ports + 1)));
      io.channel.valid.set(r.full);
      io.channel.data.set(r.beat);
      r.full.set(any([io.offers.isNonZero(), r.full.and(io.channel.ready.not())]));
      m.when(loads, () => {
        r.beat.set({
          id: mux(
            by_faker,
            io.fake.id,
            ofPort(chosen, beats, (one) => one.id),
          ),
          data: mux(
            faked,
            fakeData(p, policy, word),
            ofPort(chosen, beats, (one) => one.data),
          ),
          resp: mux(
            faked,
            code,
            ofPort(chosen, beats, (one) => one.resp),
          ).resize(2),
          last,
        });
        cycle.take(chosen);
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
      responses: input(vector(writeResponse(p), p.ports)),
      disguises: input(vector(disguise(p), p.ports)),
      fake: input(writeResponse(p)),
      taken: output(bits<number>(p.ports + 1)),
      channel: output(stream(writeResponse(p))),
    },
    (io, m) => {
      const r = m.regs({ full: { type: bit, reset: 0 }, response: { type: writeResponse(p), reset: 0 } });
      const cycle = cyclicChoice(m, 'last_source', io.offers);
      const { choice } = cycle;
      const { free } = m.named({ free: r.full.not().or(io.channel.ready) });
      const { loads } = m.named({ loads: free.and(io.offers.isNonZero()) });
      const offered = io.responses.elements.map(({ id, resp }, port) => {
        const { masked, code } = io.disguises.get(port);
        return { id, resp: mux(masked, code, resp) };
      });
      const byFaker = choice.bit(p.ports);
      io.taken.set(choice.and(loads.repeat<number>(p.ports + 1)));
      io.channel.valid.set(r.full);
      io.channel.data.set(r.response);
      r.full.set(any([io.offers.isNonZero(), free.not()]));
      m.when(loads, () => {
        r.response.set({
          id: mux(
            byFaker,
            io.fake.id,
            ofPort(choice, offered, (one) => one.id),
          ),
          resp: mux(
            byFaker,
            io.fake.resp,
            ofPort(choice, offered, (one) => one.resp),
          ).resize(2),
        });
        cycle.take(choice);
      });
    },
    { documentation: "The processor's B register.", parameters: { ...p } },
  );
