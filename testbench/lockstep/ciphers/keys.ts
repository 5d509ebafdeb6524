/** Keys and blocks of tests, and their way into the ports: byte 0 is the lowest byte of a number. */
import { elaborate } from '../../../rtl/hdl/index.ts';
import { aesKeyExpansion } from '../../../rtl/parts/cipher/aes-key-expansion.ts';
import { rtlWay } from '../ways.ts';
import type { Engine, Inputs } from './engine.ts';
import { KeyExpander } from './key-expander.ts';

export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** The number whose lowest byte is the first. */
export const numberOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex').padStart(2, '0')}`);

export const bytesOf = (value: bigint, length: number): Uint8Array =>
  new Uint8Array(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex').reverse());

let expander: KeyExpander | undefined;

/** Writes the round keys of `key` into a slot, as the key expansion makes them. */
export const loadKey = (engine: Engine, slot: number, key: Uint8Array, more: Inputs = {}): void => {
  expander ??= new KeyExpander(rtlWay(elaborate(aesKeyExpansion({ construction: 'table', slots: 16 }))));
  for (const [round, roundKey] of expander.expand(key).entries())
    engine.step({
      ...more,
      key_write: 1n,
      key_written_slot: BigInt(slot),
      key_written_round: BigInt(round),
      key_written_key: roundKey,
    });
};
