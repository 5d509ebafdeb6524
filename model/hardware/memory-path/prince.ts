/** PRINCE on 64-bit numbers. Source: Borghoff et al., "PRINCE: A Low-latency Block Cipher for Pervasive Computing Applications", 2012. */

const substitution = [11, 15, 3, 2, 10, 12, 9, 1, 6, 7, 8, 0, 14, 5, 13, 4];
const inverseSubstitution = substitution.map((_, value) => substitution.indexOf(value));

const roundConstants = [
  0x0000000000000000n,
  0x13198a2e03707344n,
  0xa4093822299f31d0n,
  0x082efa98ec4e6c89n,
  0x452821e638d01377n,
  0xbe5466cf34e90c6cn,
  0x7ef84f78fd955cb1n,
  0x85840851f1ac43aan,
  0xc882d32f25323c54n,
  0x64a51195e0e3610dn,
  0xd3b5a399ca0c2399n,
  0xc0ac29b7c97c50ddn,
] as const;
/** What the keys of decryption differ by: the paper's alpha. */
const alpha = roundConstants[11];
const mask64 = 0xffff_ffff_ffff_ffffn;

/** Nibbles of a number, the leftmost first, as the paper numbers them. */
const nibblesOf = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, index) => Number((value >> BigInt(60 - 4 * index)) & 15n));

const numberOf = (nibbles: Uint8Array): bigint => nibbles.reduce((value, nibble) => (value << 4n) | BigInt(nibble), 0n);

/** Output nibble i of the row shift is input nibble `shifted[i]`. */
const shifted = Array.from({ length: 16 }, (_, index) => (index * 5) % 16);

/** The matrix M': in each of four columns of nibbles, every output bit is the exclusive or of three of four input bits. */
const mix = (state: Uint8Array): void => {
  for (let column = 0; column < 4; column += 1) {
    const first = column === 0 || column === 3 ? 0 : 1;
    const nibbles = state.slice(4 * column, 4 * column + 4);
    for (let row = 0; row < 4; row += 1) {
      let sum = 0;
      // The block in row and column of the matrix leaves out the bit of its number, the leftmost being 0.
      for (let term = 0; term < 4; term += 1) sum ^= nibbles[term]! & (15 ^ (8 >> ((row + term + first) % 4)));
      state[4 * column + row] = sum;
    }
  }
};

const substitute = (state: Uint8Array, table: readonly number[]): void => {
  for (let index = 0; index < 16; index += 1) state[index] = table[state[index]!]!;
};

const add = (state: Uint8Array, other: Uint8Array): void => {
  for (let index = 0; index < 16; index += 1) state[index]! ^= other[index]!;
};

export class Prince {
  readonly #before: Uint8Array;
  readonly #after: Uint8Array;
  /** What each round adds: its constant and key k1, for encryption and decryption. */
  readonly #forward: readonly Uint8Array[];
  readonly #backward: readonly Uint8Array[];

  constructor(k0: bigint, k1: bigint) {
    this.#before = nibblesOf(k0);
    this.#after = nibblesOf((((k0 >> 1n) | (k0 << 63n)) & mask64) ^ (k0 >> 63n));
    this.#forward = roundConstants.map((constant) => nibblesOf(constant ^ k1));
    this.#backward = roundConstants.map((constant) => nibblesOf(constant ^ k1 ^ alpha));
  }

  encrypt(value: bigint): bigint {
    return this.#run(value, this.#before, this.#after, this.#forward);
  }

  /** Decryption is encryption under a related key: the paper's reflection. */
  decrypt(value: bigint): bigint {
    return this.#run(value, this.#after, this.#before, this.#backward);
  }

  #run(value: bigint, before: Uint8Array, after: Uint8Array, rounds: readonly Uint8Array[]): bigint {
    const state = nibblesOf(value);
    add(state, before);
    add(state, rounds[0]!);
    for (let round = 1; round <= 5; round += 1) {
      substitute(state, substitution);
      mix(state);
      state.set(shifted.map((from) => state[from]!));
      add(state, rounds[round]!);
    }
    substitute(state, substitution);
    mix(state);
    substitute(state, inverseSubstitution);
    for (let round = 6; round <= 10; round += 1) {
      add(state, rounds[round]!);
      const before = state.slice();
      shifted.forEach((from, to) => {
        state[from] = before[to]!;
      });
      mix(state);
      substitute(state, inverseSubstitution);
    }
    add(state, rounds[11]!);
    add(state, after);
    return numberOf(state);
  }
}
