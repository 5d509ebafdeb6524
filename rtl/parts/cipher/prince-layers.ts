/** The layers of PRINCE: Borghoff et al., "PRINCE: a low-latency block cipher for pervasive computing applications" (ASIACRYPT 2012), section 3. */
import { type Bits, concat } from '../../hdl/index.ts';

/** The last round constant, by which decryption's key differs from encryption's. */
export const alpha = 0xc0ac29b7c97c50ddn;

/** RC0 to RC5; RC(11 - i) is RC(i) with alpha added. */
const constants: readonly bigint[] = [
  0n,
  0x13198a2e03707344n,
  0xa4093822299f31d0n,
  0x082efa98ec4e6c89n,
  0x452821e638d01377n,
  0xbe5466cf34e90c6cn,
];
export const roundConstant = (index: number): bigint =>
  index < constants.length ? (constants[index] as bigint) : (constants[11 - index] as bigint) ^ alpha;

const sBox = [0xb, 0xf, 0x3, 0x2, 0xa, 0xc, 0x9, 0x1, 0x6, 0x7, 0x8, 0x0, 0xe, 0x5, 0xd, 0x4];
const inverseSBox = sBox.map((_, value) => sBox.indexOf(value));

/** Nibbles, and bits of a nibble, are numbered from the highest, as in the paper. */
const bitOf = (state: Bits, nibble: number, bit: number): Bits<1> => state.bit(63 - 4 * nibble - bit);
const joined = (bitAt: (nibble: number, bit: number) => Bits<1>): Bits<64> =>
  concat(...Array.from({ length: 64 }, (_, index) => bitAt(index >> 2, index & 3))).resize(64);

/** A Boolean function of four bits as the sum of products of its algebraic normal form. */
const polynomial = (truth: readonly number[], inputs: readonly Bits<1>[]): Bits<1> => {
  const coefficients = [...truth];
  for (let step = 1; step < 16; step *= 2)
    for (let index = 0; index < 16; index += 1)
      if (index & step) coefficients[index] = (coefficients[index] as number) ^ (coefficients[index ^ step] as number);
  const products = coefficients.flatMap((taken, index) =>
    taken === 0 || index === 0
      ? []
      : [inputs.filter((_, bit) => (index >> bit) & 1).reduce((left, right) => left.and(right))],
  );
  const sum = products.reduce((left, right) => left.xor(right));
  return coefficients[0] === 1 ? sum.not() : sum;
};

/** S, or its inverse. Combinational, so in the same time for every block. */
export const substitute = (state: Bits, direction: 'forward' | 'inverse'): Bits<64> => {
  const box = direction === 'forward' ? sBox : inverseSBox;
  return joined((nibble, bit) =>
    polynomial(
      box.map((value) => (value >> (3 - bit)) & 1),
      [3, 2, 1, 0].map((input) => bitOf(state, nibble, input)),
    ),
  );
};

/** M': four 16-bit blocks, the outer ones of which begin with M0, the inner ones with M1. Its own inverse. */
export const mixed = (state: Bits): Bits<64> =>
  joined((nibble, bit) => {
    const block = nibble >> 2;
    const offset = block === 0 || block === 3 ? 0 : 1;
    // In M(i) the diagonal's i-th entry is zero.
    const taken = [0, 1, 2, 3].filter((column) => ((nibble & 3) + column + offset) % 4 !== bit);
    return taken.map((column) => bitOf(state, 4 * block + column, bit)).reduce((left, right) => left.xor(right));
  });

/** SR: nibble 5i mod 16 goes to place i, as AES' ShiftRows. */
const shifted = (state: Bits): Bits<64> => joined((nibble, bit) => bitOf(state, (5 * nibble) % 16, bit));
const unshifted = (state: Bits): Bits<64> => joined((nibble, bit) => bitOf(state, (13 * nibble) % 16, bit));

/** M = SR after M'. */
export const linear = (state: Bits): Bits<64> => shifted(mixed(state));
export const inverseLinear = (state: Bits): Bits<64> => mixed(unshifted(state));
