/** A key slot's ciphers, in the tweaked mode of their channel. Source: `docs/systems/memory-path.md`, "Ciphers". */
import { unsafe } from '@noble/ciphers/aes.js';
import { blockBytes, channels } from '../../../rtl/memory-path/interface.ts';
import { Prince } from './prince.ts';

/** What encrypts and decrypts the blocks of a channel under one slot's keys. */
export interface Cipher {
  /** T0 of a data unit. */
  tweak(unit: number): Uint8Array;
  /** @param index of the block in its data unit */
  encrypt(plain: Uint8Array, tweak: Uint8Array, index: number): Uint8Array;
  decrypt(hidden: Uint8Array, tweak: Uint8Array, index: number): Uint8Array;
}

const exclusiveOr = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  Uint8Array.from(left, (byte, index) => byte ^ right[index]!);

/** Multiplies by alpha, byte 0 lowest (IEEE 1619, 5.2). */
const double = (value: Uint8Array): Uint8Array => {
  let carry = 0;
  const doubled = Uint8Array.from(value, (byte) => {
    const shifted = (byte << 1) | carry;
    carry = byte >> 7;
    return shifted;
  });
  if (carry !== 0) doubled[0]! ^= 0x87;
  return doubled;
};

/** What a tweak becomes block by block, each step made once. */
class Sequence<Mask> {
  readonly #step: (mask: Mask) => Mask;
  readonly #known = new WeakMap<Uint8Array, Mask[]>();

  constructor(step: (mask: Mask) => Mask) {
    this.#step = step;
  }

  at(tweak: Uint8Array, first: (tweak: Uint8Array) => Mask, index: number): Mask {
    const masks = this.#known.get(tweak) ?? [first(tweak)];
    this.#known.set(tweak, masks);
    while (masks.length <= index) masks.push(this.#step(masks[masks.length - 1]!));
    return masks[index]!;
  }
}

/** AES in XTS mode (IEEE 1619). */
class AesXts implements Cipher {
  readonly #sequence = new Sequence(double);
  readonly #encryption: Uint32Array;
  readonly #decryption: Uint32Array;
  readonly #tweaking: Uint32Array;

  constructor(key1: Uint8Array, key2: Uint8Array) {
    this.#encryption = unsafe.expandKeyLE(key1);
    this.#decryption = unsafe.expandKeyDecLE(key1);
    this.#tweaking = unsafe.expandKeyLE(key2);
  }

  tweak(unit: number): Uint8Array {
    const block = new Uint8Array(blockBytes);
    new DataView(block.buffer).setBigUint64(0, BigInt(unit), true);
    return unsafe.encryptBlock(this.#tweaking, block);
  }

  encrypt(plain: Uint8Array, tweak: Uint8Array, index: number): Uint8Array {
    const mask = this.#masked(tweak, index);
    return exclusiveOr(unsafe.encryptBlock(this.#encryption, exclusiveOr(plain, mask)), mask);
  }

  decrypt(hidden: Uint8Array, tweak: Uint8Array, index: number): Uint8Array {
    const mask = this.#masked(tweak, index);
    return exclusiveOr(unsafe.decryptBlock(this.#decryption, exclusiveOr(hidden, mask)), mask);
  }

  #masked(tweak: Uint8Array, index: number): Uint8Array {
    return this.#sequence.at(tweak, (first) => first, index);
  }
}

/** Multiplies by x modulo x^64 + x^4 + x^3 + x + 1. */
const doubleWord = (value: bigint): bigint => BigInt.asUintN(64, value << 1n) ^ (value >> 63n === 0n ? 0n : 0x1bn);

/** PRINCE on both words of a block, each masked by its place in the data unit. */
class MaskedPrince implements Cipher {
  readonly #sequence = new Sequence(doubleWord);
  readonly #data: Prince;
  readonly #tweaking: Prince;

  constructor(key1: Uint8Array, key2: Uint8Array) {
    this.#data = princeOf(key1);
    this.#tweaking = princeOf(key2);
  }

  tweak(unit: number): Uint8Array {
    const block = new Uint8Array(blockBytes);
    new DataView(block.buffer).setBigUint64(0, this.#tweaking.encrypt(BigInt(unit)), true);
    return block;
  }

  encrypt(plain: Uint8Array, tweak: Uint8Array, index: number): Uint8Array {
    return this.#words(plain, tweak, index, (word) => this.#data.encrypt(word));
  }

  decrypt(hidden: Uint8Array, tweak: Uint8Array, index: number): Uint8Array {
    return this.#words(hidden, tweak, index, (word) => this.#data.decrypt(word));
  }

  #words(block: Uint8Array, tweak: Uint8Array, index: number, change: (word: bigint) => bigint): Uint8Array {
    const from = new DataView(block.buffer, block.byteOffset);
    const number = (value: Uint8Array): bigint => new DataView(value.buffer, value.byteOffset).getBigUint64(0, true);
    const result = new Uint8Array(blockBytes);
    const to = new DataView(result.buffer);
    for (const word of [0, 1]) {
      const mask = this.#sequence.at(tweak, number, 2 * index + word);
      to.setBigUint64(8 * word, change(from.getBigUint64(8 * word, true) ^ mask) ^ mask, true);
    }
    return result;
  }
}

const princeOf = (key: Uint8Array): Prince => {
  const view = new DataView(key.buffer, key.byteOffset);
  return new Prince(view.getBigUint64(0, true), view.getBigUint64(8, true));
};

/**
 * @param channel of the key: AES-128, AES-256 or PRINCE
 * @param key the 64 bytes as staged
 */
export const cipherOf = (channel: number, key: Uint8Array): Cipher => {
  const second = key.slice(32);
  if (channel === channels.prince) return new MaskedPrince(key, second);
  const length = channel === channels.aes128 ? 16 : 32;
  return new AesXts(key.slice(0, length), second.slice(0, length));
};
