/** AES in hardware beside published vectors and a kept library, in every way of running it. */
import { ecb } from '@noble/ciphers/aes.js';
import { describe, expect, test } from 'vitest';
import { elaborate } from '../../../rtl/hdl/index.ts';
import { type AesParameters, aes, aesEngineLatency } from '../../../rtl/parts/cipher/aes.ts';
import { inverseSBox, sBox } from '../../../rtl/parts/cipher/aes-field.ts';
import { aesKeyExpansion } from '../../../rtl/parts/cipher/aes-key-expansion.ts';
import { aesSBox, sBoxConstructions } from '../../../rtl/parts/cipher/aes-sbox.ts';
import { Random } from '../../simulator/index.ts';
import { inputSlot, outputSlot, readSlot, writeSlot } from '../ports.ts';
import type { Way } from '../way.ts';
import { gatesWay, rtlWay, verilogWay } from '../ways.ts';
import { Engine, type Inputs } from './engine.ts';
import { KeyExpander } from './key-expander.ts';
import { bytesOf, fromHex, loadKey, numberOf } from './keys.ts';
import { aesVectors } from './vectors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const directions = ['encrypt', 'decrypt'] as const;
/** The ends in every run, all in the thorough one. */
const unrollings = thorough ? ([1, 2, 7, 14] as const) : ([1, 14] as const);

type Choice = Pick<AesParameters, 'direction' | 'unrolled'> & Partial<AesParameters>;
const hardware = (choice: Choice) => elaborate(aes(choice));

describe.each(sBoxConstructions)('the S-box made of a %s', (construction) => {
  test.each(['forward', 'inverse'] as const)('gives every byte, as RTL, Verilog and gates: %s', async (direction) => {
    const module = elaborate(aesSBox({ direction, construction }));
    for (const way of [rtlWay(module), await verilogWay(module), await gatesWay(module)]) {
      way.reset();
      const inputs = new Uint32Array(way.layout.inputWords);
      const outputs = new Uint32Array(way.layout.outputWords);
      const found = Array.from({ length: 256 }, (_, byte) => {
        writeSlot(inputs, inputSlot(way.layout, 'value'), BigInt(byte));
        way.step(inputs, outputs);
        return Number(readSlot(outputs, outputSlot(way.layout, 'substitute')));
      });
      expect(found).toEqual(direction === 'forward' ? sBox : inverseSBox);
    }
  });
});

test('the computed S-box has the values of FIPS 197, figures 7 and 14', () => {
  expect([0x00, 0x01, 0x53, 0x9a, 0xff].map((byte) => sBox[byte])).toEqual([0x63, 0x7c, 0xed, 0xb8, 0x16]);
  expect([0x00, 0x01, 0x53, 0x9a, 0xff].map((byte) => inverseSBox[byte])).toEqual([0x52, 0x09, 0x50, 0x37, 0x7d]);
});

test('keys are expanded as FIPS 197, A.1 and A.3 do, as RTL, Verilog and gates', async () => {
  const module = elaborate(aesKeyExpansion({ construction: 'gates', slots: 4 }));
  for (const way of [rtlWay(module), await verilogWay(module), await gatesWay(module)]) {
    const expander = new KeyExpander(way);
    const hex = (key: string) =>
      expander.expand(fromHex(key)).map((word) => Buffer.from(bytesOf(word, 16)).toString('hex'));
    const short = hex('2b7e151628aed2a6abf7158809cf4f3c');
    expect([short[0], short[5], short[6], short[14]]).toEqual([
      '2b7e151628aed2a6abf7158809cf4f3c',
      'a0fafe1788542cb123a339392a6c7605',
      'f2c295f27a96b9435935807a7359f67f',
      'd014f9a8c9ee2589e13f0cc8b6630ca6',
    ]);
    expect(short.slice(1, 5)).toEqual(Array.from({ length: 4 }, () => '00'.repeat(16)));
    const long = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    expect([long[1], long[2], long[14]]).toEqual([
      '1f352c073b6108d72d9810a30914dff4',
      '9ba354118e6925afa51a8b5f2067fcde',
      'fe4890d1e6188d0b046df344706c631e',
    ]);
  }
});

/** All vectors through an engine: keys by turns in its four slots, blocks in flight under several keys at once. */
const vectorsAgree = (way: Way, { direction, unrolled }: Choice): void => {
  const engine = new Engine(way);
  const keys = [...new Set(aesVectors.map(({ key }) => key))];
  for (let first = 0; first < keys.length; first += 4) {
    const held = keys.slice(first, first + 4);
    for (const [slot, key] of held.entries()) loadKey(engine, slot, fromHex(key));
    const vectors = aesVectors.filter(({ key }) => held.includes(key));
    const bytes = (way: 'in' | 'out') =>
      vectors.map((vector) => ((direction === 'encrypt') === (way === 'in') ? vector.plain : vector.cipher));
    const blocks = bytes('in').map((block, index): Inputs => {
      const { key } = vectors[index]!;
      return {
        from_block: numberOf(fromHex(block)),
        from_slot: BigInt(held.indexOf(key)),
        from_short: key.length === 32 ? 1n : 0n,
      };
    });
    const { given } = engine.play(blocks, unrolled);
    expect(given.map(({ block }) => Buffer.from(bytesOf(block, 16)).toString('hex'))).toEqual(bytes('out'));
  }
};

describe.each(directions)('published vectors: %s', (direction) => {
  test.each(unrollings)('as RTL, %i rounds in hardware', (unrolled) => {
    for (const construction of thorough ? sBoxConstructions : (['table'] as const))
      vectorsAgree(rtlWay(hardware({ direction, unrolled, construction })), { direction, unrolled });
  });

  test('as Verilog, one round in hardware', async () => {
    vectorsAgree(await verilogWay(hardware({ direction, unrolled: 1 })), { direction, unrolled: 1 });
  });

  if (thorough) {
    test.each([2, 7, 14] as const)('as Verilog, %i rounds in hardware', async (unrolled) => {
      vectorsAgree(await verilogWay(hardware({ direction, unrolled })), { direction, unrolled });
    });
    test.each([1, 2] as const)('as gates, %i rounds in hardware', async (unrolled) => {
      vectorsAgree(await gatesWay(hardware({ direction, unrolled })), { direction, unrolled });
    });
  }
});

const bitsOf = (random: Random, bits: number): bigint => {
  let value = 0n;
  for (let done = 0; done < bits; done += 32) value = (value << 32n) | BigInt(random.word());
  return value;
};

describe.each(directions)('random blocks agree with the library: %s', (direction) => {
  test.each(unrollings)('%i rounds in hardware', (unrolled) => {
    const random = new Random(14 * unrolled + directions.indexOf(direction));
    const engine = new Engine(rtlWay(hardware({ direction, unrolled, tagWidth: 32 })));
    const rekeyed = thorough ? 100 : 2;
    for (let round = 0; round < rekeyed; round += 1) {
      const keys = [16, 32, 16, 32].map((length) => bytesOf(bitsOf(random, 8 * length), length));
      for (const [slot, key] of keys.entries()) loadKey(engine, slot, key);
      // The library encrypts once with each cipher that it makes.
      const cipherOf = (slot: number) => ecb(keys[slot]!, { disablePadding: true });
      const blocks = Array.from({ length: thorough ? 1000 : 100 }, (_, index) => ({
        slot: random.word() & 3,
        block: bitsOf(random, 128),
        tag: BigInt(index),
      }));
      const { given, taken } = engine.play(
        blocks.map(({ slot, block, tag }) => ({
          from_block: block,
          from_slot: BigInt(slot),
          from_short: slot % 2 === 0 ? 1n : 0n,
          from_tag: tag,
        })),
        unrolled,
        () => round % 2 === 1 && (random.word() & 3) === 0,
      );
      const expected = blocks.map(({ slot, block }) => numberOf(cipherOf(slot)[direction](bytesOf(block, 16))));
      expect(given.map(({ block }) => block)).toEqual(expected);
      expect(given.map(({ tag }) => tag)).toEqual(blocks.map(({ tag }) => tag));
      expect(given.map(({ cycle }, index) => cycle - taken[index]!)).toEqual(blocks.map(() => aesEngineLatency));
      // Full speed where nothing is idle: every group of `unrolled` blocks takes 14 cycles.
      if (round % 2 === 0) {
        const groups = Math.floor((blocks.length - 1) / unrolled);
        const whole = taken.at(-1)! - taken[0]!;
        expect(whole).toBe(groups * 14 + ((blocks.length - 1) % unrolled));
      }
    }
  });
});

describe.each([1, 3, 4])('clearing leaves keys of zeros in each of %i slots', (count) => {
  test.each(unrollings)('%i rounds in hardware', (unrolled) => {
    const engine = new Engine(rtlWay(hardware({ direction: 'encrypt', unrolled, slots: count })));
    const slots = Array.from({ length: count }, (_, slot) => slot);
    const blocks = slots.map((slot): Inputs => ({ from_block: 0x1234n, from_slot: BigInt(slot) }));
    const fresh = engine.play(blocks, unrolled).given.map(({ block }) => block);
    expect(new Set(fresh).size).toBe(1);
    for (const slot of slots) loadKey(engine, slot, new Uint8Array(32).fill(slot + 1));
    const keyed = engine.play(blocks, unrolled).given.map(({ block }) => block);
    expect(new Set([...keyed, ...fresh]).size).toBe(count + 1);
    engine.step({ clear: 1n });
    const passes = 14 / unrolled;
    expect(engine.settle()).toBe(count * 2 ** Math.ceil(Math.log2(passes)));
    expect(engine.play(blocks, unrolled).given.map(({ block }) => block)).toEqual(fresh);
  });
});
