import { type Bits, bit, bits, concat, input, lit, module, mux, output } from '../../hdl/index.ts';
import { aesSBox, type SBoxConstruction } from './aes-sbox.ts';

/** Encryption by the cipher (FIPS 197, 5.1), decryption by the equivalent inverse cipher (5.3.5). */
export type AesDirection = 'encrypt' | 'decrypt';

/** The bytes of a word, byte 0 lowest. */
const bytesOf = (word: Bits): readonly Bits<8>[] =>
  Array.from({ length: word.width / 8 }, (_, index) => word.slice(8 * index + 7, 8 * index).resize(8));

const joined = (bytes: readonly Bits[]): Bits => concat(...[...bytes].reverse()) as Bits;

/** ShiftRows or its inverse (FIPS 197, 5.1.2 and 5.3.1): byte r + 4c is row r, column c. */
const shiftRows = (state: Bits, direction: AesDirection): Bits => {
  const bytes = bytesOf(state);
  const step = direction === 'encrypt' ? 1 : 3;
  return joined(bytes.map((_, index) => bytes[(index + 4 * step * (index % 4)) % 16] as Bits<8>));
};

/** The product with x in GF(2^8). */
const double = (byte: Bits<8>): Bits<8> =>
  concat(byte.slice(6, 0), lit(1, 0)).resize(8).xor(byte.bit(7).repeat(8).and(0x1b).resize(8));

const xorAll = (values: readonly Bits<8>[]): Bits<8> => values.reduce((sum, value) => sum.xor(value));

/** MixColumns (FIPS 197, 5.1.3). */
export const mixColumns = (state: Bits): Bits => {
  const bytes = bytesOf(state);
  return joined(
    bytes.map((_, index) => {
      const of = (row: number): Bits<8> => bytes[(index & ~3) + ((index + row) % 4)] as Bits<8>;
      return xorAll([double(of(0).xor(of(1))), of(1), of(2), of(3)]);
    }),
  );
};

/** InvMixColumns (FIPS 197, 5.3.3), which is MixColumns of the column with 4 times the sum of its even or odd rows added. */
export const inverseMixColumns = (state: Bits): Bits => {
  const bytes = bytesOf(state);
  const prepared = bytes.map((byte, index) => {
    const opposite = bytes[(index & ~3) + ((index + 2) % 4)] as Bits<8>;
    return byte.xor(double(double(byte.xor(opposite))));
  });
  return mixColumns(joined(prepared));
};

export interface AesRoundParameters {
  readonly direction: AesDirection;
  readonly construction: SBoxConstruction;
  /** Whether it is the last round, which mixes no columns: 'sometimes' makes it an input. */
  readonly last: 'never' | 'sometimes' | 'always';
  /** Whether a block of a shorter key can skip the round: makes it an input. */
  readonly skips: boolean;
}

/** One round of AES: combinational. Decryption takes round keys that InvMixColumns was applied to, but in the last round. */
export const aesRound = (p: AesRoundParameters) =>
  module(
    p.direction === 'encrypt' ? 'aes_round' : 'aes_inverse_round',
    {
      state: input(bits(128)),
      key: input(bits(128)),
      last: input(bit),
      skip: input(bit),
      next: output(bits(128)),
    },
    (io, m) => {
      const part = aesSBox({
        direction: p.direction === 'encrypt' ? 'forward' : 'inverse',
        construction: p.construction,
      });
      const boxes = m.instances(Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`byte_${index}`, part])));
      const substituted = bytesOf(io.state).map((byte, index) => {
        const box = boxes[`byte_${index}`] as (typeof boxes)[string];
        box.value.set(byte);
        return box.substitute;
      });
      const { shifted } = m.named({ shifted: shiftRows(joined(substituted), p.direction) });
      const mixed = (): Bits => (p.direction === 'encrypt' ? mixColumns(shifted) : inverseMixColumns(shifted));
      const chosen =
        p.last === 'always' ? shifted : p.last === 'never' ? mixed() : (mux(io.last, shifted, mixed()) as Bits);
      const next = chosen.xor(io.key);
      io.next.set(p.skips ? mux(io.skip, io.state, next) : next);
    },
    {
      documentation: 'A round of AES (FIPS 197).',
      parameters: { construction: p.construction, last: p.last, skips: p.skips },
    },
  );
