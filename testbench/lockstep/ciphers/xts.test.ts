/** XTS-AES in hardware beside the vectors of IEEE 1619 and OpenSSL, a block at a time, in any order within a data unit. */
import { createCipheriv } from 'node:crypto';
import { ecb } from '@noble/ciphers/aes.js';
import { describe, expect, test } from 'vitest';
import { bits, elaborate, input, module, output } from '../../../rtl/hdl/index.ts';
import { xts, xtsLatency } from '../../../rtl/parts/cipher/xts.ts';
import { tweakOf } from '../../../rtl/parts/cipher/xts-tweak.ts';
import { compile, Random } from '../../simulator/index.ts';
import type { Way } from '../way.ts';
import { gatesWay, rtlWay, verilogWay } from '../ways.ts';
import { Engine } from './engine.ts';
import { bytesOf, fromHex, loadKey, numberOf } from './keys.ts';
import { type XtsVector, xtsVectors } from './vectors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const directions = ['encrypt', 'decrypt'] as const;

/** The whole ciphertext of a vector; the hardware is compared with each block of it. */
const ciphertextOf = ({ key1, key2, unit, plain, cipher }: XtsVector): Uint8Array => {
  // OpenSSL refuses equal keys.
  if (key1 === key2) return fromHex(cipher);
  const name = key1.length === 32 ? 'aes-128-xts' : 'aes-256-xts';
  return createCipheriv(name, fromHex(key1 + key2), bytesOf(unit, 16)).update(fromHex(plain));
};

test("OpenSSL's ciphertexts begin as IEEE 1619 prints them", () => {
  for (const vector of xtsVectors)
    expect(Buffer.from(ciphertextOf(vector)).toString('hex').slice(0, 64), `vector ${vector.number}`).toBe(
      vector.cipher,
    );
});

const vectorsAgree = (way: Way, direction: 'encrypt' | 'decrypt', unrolled: number): void => {
  const engine = new Engine(way);
  const random = new Random(1619);
  for (const vector of xtsVectors) {
    loadKey(engine, 2, fromHex(vector.key1));
    loadKey(engine, 2, fromHex(vector.key2), { key_second: 1n });
    const [plain, cipher] = [fromHex(vector.plain), ciphertextOf(vector)];
    const [from, to] = direction === 'encrypt' ? [plain, cipher] : [cipher, plain];
    const order = Array.from({ length: plain.length / 16 }, (_, index) => index)
      .map((index) => [random.word(), index] as const)
      .sort(([one], [other]) => one - other)
      .map(([, index]) => index);
    const block = (bytes: Uint8Array, index: number): bigint => numberOf(bytes.slice(16 * index, 16 * index + 16));
    const { given, taken } = engine.play(
      order.map((index) => ({
        from_block: block(from, index),
        from_index: BigInt(index),
        from_unit: vector.unit,
        from_slot: 2n,
        from_short: vector.key1.length === 32 ? 1n : 0n,
      })),
      unrolled,
    );
    expect(
      given.map((one) => one.block),
      `vector ${vector.number}`,
    ).toEqual(order.map((index) => block(to, index)));
    expect(given.map(({ cycle }, index) => cycle - taken[index]!)).toEqual(order.map(() => xtsLatency));
  }
};

describe.each(directions)('vectors of IEEE 1619: %s', (direction) => {
  test.each(thorough ? ([1, 2, 7, 14] as const) : ([1] as const))('as RTL, %i rounds in hardware', (unrolled) => {
    vectorsAgree(rtlWay(elaborate(xts({ direction, unrolled, dataUnit: 512 }))), direction, unrolled);
  });

  if (thorough) {
    test.each([1, 14] as const)('as Verilog, %i rounds in hardware', async (unrolled) => {
      const hardware = elaborate(xts({ direction, unrolled, dataUnit: 512 }));
      vectorsAgree(await verilogWay(hardware), direction, unrolled);
    });
    test('as gates, one round in hardware', async () => {
      vectorsAgree(await gatesWay(elaborate(xts({ direction, unrolled: 1, dataUnit: 512 }))), direction, 1);
    });
  }
});

test.each(directions)('random blocks under mixed keys agree with the library: %s', (direction) => {
  const random = new Random(5);
  const wide = (count: number): bigint =>
    Array.from({ length: count / 32 }).reduce<bigint>((value) => (value << 32n) | BigInt(random.word()), 0n);
  const unrolled = thorough ? 14 : 2;
  const engine = new Engine(rtlWay(elaborate(xts({ direction, unrolled }))));
  for (let batch = 0; batch < (thorough ? 100 : 2); batch += 1) {
    const slots = [16, 32, 16, 32].map((length, slot) => {
      const [first, second] = [bytesOf(wide(8 * length), length), bytesOf(wide(8 * length), length)] as const;
      loadKey(engine, slot, first);
      loadKey(engine, slot, second, { key_second: 1n });
      const options = { disablePadding: true };
      // The library encrypts once with each cipher that it makes.
      return { data: () => ecb(first, options), tweak: () => ecb(second, options), short: length === 16 };
    });
    const blocks = Array.from({ length: thorough ? 1000 : 100 }, () => ({
      slot: random.word() & 3,
      index: random.word() & 3,
      unit: wide(32),
      block: wide(128),
    }));
    const { given } = engine.play(
      blocks.map(({ slot, index, unit, block }) => ({
        from_block: block,
        from_unit: unit,
        from_index: BigInt(index),
        from_slot: BigInt(slot),
        from_short: slots[slot]!.short ? 1n : 0n,
      })),
      unrolled,
    );
    const expected = blocks.map(({ slot, index, unit, block }) => {
      const { data, tweak } = slots[slot]!;
      let value = numberOf(tweak().encrypt(bytesOf(unit, 16)));
      for (let step = 0; step < index; step += 1)
        value = ((value << 1n) & (2n ** 128n - 1n)) ^ ((value >> 127n) * 0x87n);
      return numberOf(data()[direction](bytesOf(block ^ value, 16))) ^ value;
    });
    expect(given.map(({ block }) => block)).toEqual(expected);
  }
});

test.each([
  [64, 9, 0x1bn],
  [128, 8, 0x87n],
] as const)('a tweak of %i bits is multiplied by x as often as asked', (width, indexWidth, reduction) => {
  const jump = module(
    'jump',
    { tweak: input(bits(width as number)), index: input(bits(indexWidth)), product: output(bits(width as number)) },
    (io) => io.product.set(tweakOf(io.tweak, io.index)),
  );
  const simulator = compile(elaborate(jump));
  const random = new Random(width);
  for (let round = 0; round < 20; round += 1) {
    let value = Array.from({ length: width / 32 }).reduce<bigint>((sum) => (sum << 32n) | BigInt(random.word()), 0n);
    simulator.in.tweak = value;
    for (let index = 0; index < 2 ** indexWidth; index += 1) {
      simulator.in.index = index;
      simulator.settle();
      expect(simulator.out.product).toBe(value);
      value = ((value << 1n) & ((1n << BigInt(width)) - 1n)) ^ ((value >> BigInt(width - 1)) * reduction);
    }
  }
});
