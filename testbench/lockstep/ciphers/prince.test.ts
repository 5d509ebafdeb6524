/** PRINCE in hardware beside the paper's vectors and a reference of its own, in every way of running it. */
import { describe, expect, test } from 'vitest';
import { elaborate } from '../../../rtl/hdl/index.ts';
import { type PrinceParameters, prince, princeEngineLatency } from '../../../rtl/parts/cipher/prince.ts';
import { Random } from '../../simulator/index.ts';
import type { Way } from '../way.ts';
import { gatesWay, rtlWay, verilogWay } from '../ways.ts';
import { Engine } from './engine.ts';
import { princeDecrypt, princeEncrypt } from './prince-reference.ts';
import { princeVectors } from './vectors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Some in every run, all in the thorough one. */
const unrollings = thorough ? ([1, 2, 3, 4, 6, 12] as const) : ([1, 4, 12] as const);
const hardware = (values: Partial<PrinceParameters>) => elaborate(prince(values));

test('the reference has the vectors of the paper', () => {
  for (const { plain, k0, k1, cipher } of princeVectors) {
    expect(princeEncrypt(plain, k0, k1)).toBe(cipher);
    expect(princeDecrypt(cipher, k0, k1)).toBe(plain);
  }
});

const vectorsAgree = (way: Way, direction: PrinceParameters['direction'] = 'both'): void => {
  const engine = new Engine(way);
  const keys = princeVectors.map(({ k0, k1 }) => ({ from_k0: k0, from_k1: k1 }));
  const plain = princeVectors.map((vector) => vector.plain);
  const cipher = princeVectors.map((vector) => vector.cipher);
  const blocks = (values: readonly bigint[], decrypt: bigint) =>
    values.map((block, index) => ({ ...keys[index], from_block: block, from_decrypt: decrypt }));
  // What the direction input says counts only where the hardware goes both ways.
  if (direction !== 'decrypt')
    expect(engine.play(blocks(plain, direction === 'both' ? 0n : 1n)).given.map(({ block }) => block)).toEqual(cipher);
  if (direction !== 'encrypt')
    expect(engine.play(blocks(cipher, direction === 'both' ? 1n : 0n)).given.map(({ block }) => block)).toEqual(plain);
};

describe.each(unrollings)("the paper's vectors, %i rounds in a cycle", (rounds) => {
  test('as RTL', () => vectorsAgree(rtlWay(hardware({ rounds }))));

  if (thorough) test('as Verilog', async () => vectorsAgree(await verilogWay(hardware({ rounds }))));

  if (thorough) test('as gates', async () => vectorsAgree(await gatesWay(hardware({ rounds }))));
});

test.each(['encrypt', 'decrypt'] as const)("the paper's vectors, one way: %s", (direction) => {
  vectorsAgree(rtlWay(hardware({ direction })), direction);
});

test.each(unrollings)('random blocks agree with the reference, a key each, %i rounds in a cycle', (rounds) => {
  const random = new Random(rounds);
  const word = (): bigint => (BigInt(random.word()) << 32n) | BigInt(random.word());
  const engine = new Engine(rtlWay(hardware({ rounds, tagWidth: 20 })));
  for (let batch = 0; batch < (thorough ? 100 : 2); batch += 1) {
    const blocks = Array.from({ length: thorough ? 1000 : 100 }, (_, index) => ({
      from_block: word(),
      from_k0: word(),
      from_k1: word(),
      from_decrypt: BigInt(random.word() & 1),
      from_tag: BigInt(index),
    }));
    const { given, taken } = engine.play(blocks, 14, () => batch % 2 === 1 && (random.word() & 3) === 0);
    const expected = blocks.map(({ from_block, from_k0, from_k1, from_decrypt }) =>
      (from_decrypt === 1n ? princeDecrypt : princeEncrypt)(from_block, from_k0, from_k1),
    );
    expect(given.map(({ block }) => block)).toEqual(expected);
    expect(given.map(({ tag }) => tag)).toEqual(blocks.map(({ from_tag }) => from_tag));
    expect(given.map(({ cycle }, index) => cycle - taken[index]!)).toEqual(
      blocks.map(() => princeEngineLatency({ rounds })),
    );
    if (batch === 0) expect(taken).toEqual(blocks.map((_, index) => index));
  }
});
