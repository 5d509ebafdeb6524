import { all, type Bits, bit, concat, input, module, mux, output, unpack, type ValueOf } from '../hdl/index.ts';
import { aes } from '../parts/cipher/aes.ts';
import { prince } from '../parts/cipher/prince.ts';
import { channels } from './interface.ts';
import { selectKey } from './select-key.ts';
import { type Geometry, keyFeed, tweakQuestion, tweaksFound, tweakTag, widthsOf } from './shapes.ts';

/**
 * The engines that make tweaks of data units, under key 2, and whose turn it is to ask them: `docs/systems/memory-path.md`, "Ciphers" and "Reads".
 */
export const tweakEngines = (p: Geometry) =>
  module(
    'tweak_engines',
    {
      keys: input(keyFeed(p)),
      read: input(tweakQuestion(p)),
      write: input(tweakQuestion(p)),
      read_asked: output(bit),
      write_asked: output(bit),
      found: output(tweaksFound(p)),
    },
    (io, m) => {
      const width = widthsOf(p);
      const tagWidth = 1 + Math.max(width.read, width.write);
      const u = m.instances({
        aes: aes({ direction: 'encrypt', unrolled: p.unrolled, slots: p.keySlots, tagWidth }),
        prince: prince({ direction: 'encrypt', rounds: p.princeRounds, tagWidth }),
      });
      // The kind that asked last, 1: a write.
      const { ask_last } = m.regs({ ask_last: { type: bit, reset: 1 } });
      const can = (question: ValueOf<ReturnType<typeof tweakQuestion>>): Bits<1> =>
        question.valid.and(question.channel.eq(channels.prince).or(u.aes.ready));
      const { read_can, write_can } = m.named({ read_can: can(io.read), write_can: can(io.write) });
      const { read_asks } = m.named({ read_asks: read_can.and(write_can.not().or(ask_last)) });
      const { write_asks } = m.named({ write_asks: write_can.and(read_asks.not()) });
      m.when(read_asks.or(write_asks), () => ask_last.set(write_asks));
      io.read_asked.set(read_asks);
      io.write_asked.set(write_asks);
      const { question } = m.named({ question: mux(read_asks, io.read, io.write) });
      const { asks } = m.named({ asks: read_asks.or(write_asks) });
      const tag = concat(question.place, write_asks);
      const isPrince = question.channel.eq(channels.prince);
      u.aes.key_write.set(io.keys.write.and(io.keys.second));
      u.aes.key_written.set(io.keys.written);
      u.aes.clear.set(io.keys.clear);
      u.aes.from.set({
        valid: all([asks, isPrince.not()]),
        slot: question.key.resize<number>(u.aes.from.slot.width),
        short: question.channel.eq(channels.aes128),
        tag,
        block: question.unit.resize(128),
      });
      const key = io.keys.prince.elements.filter((_, index) => index % 2 === 1);
      const own = selectKey(question.key, key);
      u.prince.from.set({
        valid: all([asks, isPrince]),
        decrypt: 0,
        k0: own.k0,
        k1: own.k1,
        tag,
        block: question.unit.resize(64),
      });
      io.found.set({
        aes: { valid: u.aes.to.valid, tag: unpack(tweakTag(p), u.aes.to.tag), tweak: u.aes.to.block },
        prince: { valid: u.prince.to.valid, tag: unpack(tweakTag(p), u.prince.to.tag), tweak: u.prince.to.block },
      });
    },
    { documentation: 'Engines for tweaks.', parameters: { ...p } },
  );
