import { type Bits, bit, bits, concat, input, lit, module, output, record } from '../hdl/index.ts';
import { aes } from '../parts/cipher/aes.ts';
import { prince } from '../parts/cipher/prince.ts';
import { tweakOf } from '../parts/cipher/xts-tweak.ts';
import { channels } from './interface.ts';
import { selectKey } from './select-key.ts';
import { blockToTake, type Geometry, keyFeed } from './shapes.ts';

/**
 * The engines that decrypt or encrypt blocks, under key 1, of AES and of PRINCE, in XTS: `docs/systems/memory-path.md`, "Ciphers". A block is given as the
 * engines give it.
 */
export const dataEngines = (p: Geometry, direction: 'decrypt' | 'encrypt', tagWidth: number) => {
  /** A block as an engine gives it. */
  const given = record({ valid: bit, tag: bits<number>(tagWidth), block: bits(128) });
  return module(
    direction === 'decrypt' ? 'decryption_engines' : 'encryption_engines',
    {
      keys: input(keyFeed(p)),
      from: input(blockToTake(p)),
      tag: input(bits<number>(tagWidth)),
      /** Of AES; PRINCE is always ready. */
      ready: output(bit),
      aes: output(given),
      prince: output(given),
    },
    (io, m) => {
      const { from } = io;
      const engine = { direction, unrolled: p.unrolled, slots: p.keySlots } as const;
      const word = { direction, rounds: p.princeRounds } as const;
      const u = m.instances({
        aes_engine: aes({ ...engine, tagWidth: tagWidth + 128 }),
        prince_low: prince({ ...word, tagWidth: tagWidth + 64 }),
        prince_high: prince({ ...word, tagWidth: 64 }),
      });
      const isPrince = from.channel.eq(channels.prince);
      u.aes_engine.key_write.set(io.keys.write.and(io.keys.second.not()));
      u.aes_engine.key_written.set(io.keys.written);
      u.aes_engine.clear.set(io.keys.clear);
      const { tweak } = m.named({ tweak: tweakOf(from.tweak, from.index).resize(128) });
      u.aes_engine.from.set({
        valid: from.valid.and(isPrince.not()),
        slot: from.key.resize<number>(u.aes_engine.from.slot.width),
        short: from.channel.eq(channels.aes128),
        tag: concat(tweak, io.tag),
        block: from.block.xor(tweak),
      });
      io.ready.set(u.aes_engine.ready);
      const untagged = (tag: Bits, width: number): Bits => tag.slice<number, number>(width - 1, 0);
      io.aes.set({
        valid: u.aes_engine.to.valid,
        tag: untagged(u.aes_engine.to.tag, tagWidth),
        block: u.aes_engine.to.block.xor(
          u.aes_engine.to.tag.slice<number, number>(tagWidth + 127, tagWidth).resize(128),
        ),
      });

      const own = selectKey(
        from.key,
        io.keys.prince.elements.filter((_, index) => index % 2 === 0),
      );
      const { low_tweak } = m.named({
        low_tweak: tweakOf(from.tweak.slice(63, 0), concat(from.index, lit(1, 0)) as Bits).resize(64),
      });
      const { high_tweak } = m.named({ high_tweak: tweakOf(low_tweak, lit(1, 1)).resize(64) });
      const common = { valid: from.valid.and(isPrince), decrypt: 0, k0: own.k0, k1: own.k1 } as const;
      u.prince_low.from.set({
        ...common,
        tag: concat(low_tweak, io.tag),
        block: from.block.slice(63, 0).xor(low_tweak),
      });
      u.prince_high.from.set({ ...common, tag: high_tweak, block: from.block.slice(127, 64).xor(high_tweak) });
      const lowTweak = u.prince_low.to.tag.slice<number, number>(tagWidth + 63, tagWidth).resize(64);
      io.prince.set({
        valid: u.prince_low.to.valid,
        tag: untagged(u.prince_low.to.tag, tagWidth),
        block: concat(
          u.prince_high.to.block.xor(u.prince_high.to.tag.resize(64)),
          u.prince_low.to.block.xor(lowTweak),
        ).resize(128),
      });
      m.assert(u.aes_engine.from.valid.implies(u.aes_engine.ready), 'a block of AES comes only when there is room');
    },
    { documentation: `Engines for data, in XTS: ${direction}.`, parameters: { ...p } },
  );
};
