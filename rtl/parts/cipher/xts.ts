import { bit, bits, concat, input, log2Ceil, module, output, record, unpack } from '../../hdl/index.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parameters.ts';
import { aes, aesEngineLatency, aesParameterSchema } from './aes.ts';
import { roundKeyShape } from './aes-key-expansion.ts';
import { tweakOf } from './xts-tweak.ts';

/** Cycles from a block's being taken to its being given. */
export const xtsLatency = 2 * aesEngineLatency + 1;

export const xtsParameterSchema = parameters({
  direction: aesParameterSchema.direction,
  unrolled: aesParameterSchema.unrolled,
  slots: aesParameterSchema.slots,
  construction: aesParameterSchema.construction,
  dataUnit: {
    kind: 'choice',
    choices: [32, 64, 128, 256, 512, 1024, 2048, 4096],
    default: 64,
    description: 'Bytes of a data unit.',
  },
});
export type XtsParameters = Parameters<typeof xtsParameterSchema>;

/** @throws ParameterError */
export const xtsParameters = (values: ParameterValues<typeof xtsParameterSchema> = {}): XtsParameters =>
  checkParameters(xtsParameterSchema, values, 'xts');

/**
 * XTS-AES-128 and XTS-AES-256 (IEEE 1619), of whole blocks, in one direction: two AES engines, one behind the other, the first of which encrypts the
 * number of the data unit under key 2. `unit` is that number, `index` the block's in its data unit. A block that is taken in cycle t is at `to` in t+31, for one
 * cycle; otherwise `to` is all zeros. Blocks are taken, and round keys written and cleared, as by the engines.
 */
export const xts = (values: ParameterValues<typeof xtsParameterSchema> = {}) => {
  const p = xtsParameters(values);
  const key = roundKeyShape(p);
  const indexWidth = log2Ceil(p.dataUnit / 16);
  const engine = { unrolled: p.unrolled, slots: p.slots, construction: p.construction };
  const carried = record({ slot: key.fields.slot, short: bit, index: bits(indexWidth), block: bits(128) });
  const slotWidth = Math.max(1, Math.ceil(Math.log2(p.slots)));
  return module(
    'xts',
    {
      /** Whether a round key is written, and to key 2. */
      key_write: input(bit),
      key_second: input(bit),
      key_written: input(key),
      clear: input(bit),
      clearing: output(bit),
      from: input(
        record({
          valid: bit,
          slot: key.fields.slot,
          short: bit,
          unit: bits(128),
          index: bits(indexWidth),
          block: bits(128),
        }),
      ),
      ready: output(bit),
      to: output.reg(record({ valid: bit, block: bits(128) }), { reset: 0 }),
    },
    (io, m) => {
      const { tweaks, data } = m.instances({
        tweaks: aes({ ...engine, direction: 'encrypt', tagWidth: slotWidth + 1 + indexWidth + 128 }),
        data: aes({ ...engine, direction: p.direction, tagWidth: 128 }),
      });
      for (const [engineOf, chosen] of [
        [tweaks, io.key_second],
        [data, io.key_second.not()],
      ] as const) {
        engineOf.key_write.set(io.key_write.and(chosen));
        engineOf.key_written.set(io.key_written);
        engineOf.clear.set(io.clear);
      }
      io.clearing.set(tweaks.clearing.or(data.clearing));
      const { from } = io;
      io.ready.set(tweaks.ready);
      tweaks.from.set({
        valid: from.valid,
        slot: from.slot,
        short: from.short,
        tag: concat(from.block, from.index, from.short, from.slot),
        block: from.unit,
      });
      const waiting = unpack(carried, tweaks.to.tag);
      const { tweak } = m.named({ tweak: tweakOf(tweaks.to.block, waiting.index) });
      data.from.set({
        valid: tweaks.to.valid,
        slot: waiting.slot,
        short: waiting.short,
        tag: tweak,
        block: waiting.block.xor(tweak),
      });
      io.to.valid.set(data.to.valid);
      io.to.block.set(data.to.block.xor(data.to.tag));
      m.assert(data.from.valid.implies(data.ready), 'the second engine has room when the first one had');
    },
    { documentation: 'XTS-AES in one direction (IEEE 1619), of whole blocks.', parameters: { ...p } },
  );
};
