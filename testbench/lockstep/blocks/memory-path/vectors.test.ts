/** Published vectors through the whole path: keys loaded, blocks written and read back, memory looked at; in every way of running it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Bench } from '../../../../model/hardware/memory-path/bench.ts';
import { channels, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { bytesOf, fromHex, numberOf } from '../../ciphers/keys.ts';
import { aesVectors, princeVectors, xtsVectors } from '../../ciphers/vectors.ts';
import type { WayName } from '../../way.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { commandBits } from './registers.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const names: readonly WayName[] = thorough ? ['model', 'rtl', 'verilog', 'gates'] : ['model', 'rtl'];

/** Addresses and data units so that IEEE 1619's numbers of data units, of 40 bits, are those of addresses. */
const values = {
  dataWidth: 64,
  addressWidth: 48,
  dataUnit: 256,
  idWidth: 1,
  select: 1,
  keySlots: 1,
  unrolled: 1,
  princeRounds: 4,
  reads: 2,
  writes: 2,
} as const;
const parameters = memoryPathParameters(values);

interface Case {
  readonly what: string;
  readonly kind: 'aes128' | 'aes256' | 'prince';
  readonly key1: Uint8Array;
  readonly key2: Uint8Array;
  readonly unit: bigint;
  readonly plain: Uint8Array;
  readonly cipher: Uint8Array;
}

const aesKind = (key: string): Case['kind'] => (key.length === 32 ? 'aes128' : 'aes256');
const exclusiveOr = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  left.map((byte, index) => byte ^ right[index]!);

/** IEEE 1619's, the two blocks of each that it prints. */
const xtsCases = xtsVectors.map(
  ({ number, key1, key2, unit, plain, cipher }): Case => ({
    what: `IEEE 1619, vector ${number}`,
    kind: aesKind(key1),
    key1: fromHex(key1),
    key2: fromHex(key2),
    unit,
    plain: fromHex(plain).slice(0, 32),
    cipher: fromHex(cipher),
  }),
);

/** Of AES alone: under a second key that a published vector gives the tweak of data unit 0 for. */
const aesCases = aesVectors.map(({ source, key, plain, cipher }): Case => {
  const tweaking = aesVectors.find((each) => each.plain === '00'.repeat(16) && each.key.length === key.length)!;
  const tweak = fromHex(tweaking.cipher);
  return {
    what: source,
    kind: aesKind(key),
    key1: fromHex(key),
    key2: fromHex(tweaking.key),
    unit: 0n,
    plain: exclusiveOr(fromHex(plain), tweak),
    cipher: exclusiveOr(fromHex(cipher), tweak),
  };
});

/** The paper's, in the same manner: both words of a block, the tweak of the second being x times that of the first. */
const princeCases = princeVectors.map(({ plain, k0, k1, cipher }, index): Case => {
  const tweaking = princeVectors.find((each) => each.plain === 0n)!;
  const first = tweaking.cipher;
  const second = ((first << 1n) & (2n ** 64n - 1n)) ^ ((first >> 63n) * 0x1bn);
  const blockOf = (word: bigint): Uint8Array => bytesOf(((word ^ second) << 64n) | (word ^ first), 16);
  return {
    what: `the paper's vector ${index + 1}`,
    kind: 'prince',
    key1: bytesOf((k1 << 64n) | k0, 16),
    key2: bytesOf((tweaking.k1 << 64n) | tweaking.k0, 16),
    unit: 0n,
    plain: blockOf(plain),
    cipher: blockOf(cipher),
  };
});

describe.each(names)('as %s', (name) => {
  let bench: Bench;
  beforeAll(async () => {
    const [way] = await makeWays(block, block.resolve(values), [name]);
    if (way === undefined) throw new Error(`there is no way '${name}'`);
    way.reset();
    bench = new Bench(values, 1, {
      layout: way.layout,
      parameters,
      step: (inputs, outputs) => way.step(inputs, outputs),
    });
  }, 3_600_000);

  /** As a driver does, but for keys that are the same, which the standard's first vector has. */
  const load = ({ kind, key1, key2 }: Case): void => {
    const { driver } = bench;
    const staged = new Uint8Array(64);
    staged.set(key1);
    staged.set(key2, 32);
    const view = new DataView(staged.buffer);
    for (let word = 0; word < 16; word += 1) driver.write('key', view.getUint32(4 * word, true), word);
    driver.write('key_command', commandBits[kind]);
    driver.runUntil(() => driver.isLoaded(0), 'the end of the commit');
    driver.write('form', 1 | (channels[kind] << 4), 1);
  };

  test.each([...xtsCases, ...aesCases, ...princeCases])('$what', (vector) => {
    const { unit, plain, cipher } = vector;
    load(vector);
    const address = Number(unit) * parameters.dataUnit;
    const at = address % bench.memory.length;
    const whole = { id: 0, address, length: plain.length / 8 - 1, size: 3, burst: 1 };
    const beats = Array.from({ length: whole.length + 1 }, (_, beat) => ({
      data: plain.slice(8 * beat, 8 * beat + 8),
      strobes: 0xff,
    }));
    bench.memory.fill(0, at, at + plain.length);
    const written = bench.ask({ ...whole, write: true, form: 1, beats });
    bench.settle();
    expect(written.responses).toEqual([0]);
    const hex = (bytes: Uint8Array): string => numberOf(bytes).toString(16);
    expect(hex(bench.memory.slice(at, at + plain.length))).toBe(hex(cipher));
    const read = bench.ask({ ...whole, write: false, form: 1 });
    bench.settle();
    expect(hex(Uint8Array.from(read.data.flatMap((beat) => [...beat])))).toBe(hex(plain));
    bench.driver.write('key_command', commandBits.clear);
    bench.driver.runUntil(() => !bench.driver.isLoaded(0), 'the end of the clearing');
  });
});
