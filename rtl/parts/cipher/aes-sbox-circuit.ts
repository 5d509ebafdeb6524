/**
 * The AES S-box as gates: Boyar and Peralta, "A small depth-16 circuit for the AES S-box" (IFIP SEC 2012): a linear layer, the inversion in
 * GF(2^8) over its subfields, a linear layer. The middle is theirs, gate by gate. Their first layer is given as sums of input bits; the last
 * one is solved for, which gives it for the inverse S-box as well, whose first layer is theirs after the inverse of the affine map.
 */
import type { Bits } from '../../hdl/index.ts';
import { inverseSBox, sBox } from './aes-field.ts';
import { type LinearForm, linearMap } from './linear-map.ts';

/** What the middle is made of: bits of hardware, or numbers to find the last layer with. */
export interface Gates<B> {
  and(left: B, right: B): B;
  xor(left: B, right: B): B;
}

/** T1 to T27 as sums of U0 to U7, U0 being the highest bit of the byte. */
const firstLayer: readonly (readonly number[])[] = [
  [0, 3],
  [0, 5],
  [0, 6],
  [3, 5],
  [4, 6],
  [0, 3, 4, 6],
  [1, 2],
  [0, 3, 4, 6, 7],
  [1, 2, 7],
  [0, 1, 2, 3, 4, 6],
  [1, 5],
  [2, 5],
  [0, 3, 5, 6],
  [0, 1, 3, 4, 5, 6],
  [1, 4, 5, 6],
  [2, 4, 5, 6],
  [1, 4, 5, 6, 7],
  [3, 7],
  [1, 2, 3, 7],
  [0, 1, 2, 7],
  [6, 7],
  [1, 2, 6, 7],
  [0, 1, 2, 5, 6, 7],
  [1, 2, 3, 4, 5, 6],
  [0, 2, 4, 5, 6],
  [0, 2, 4, 5],
  [0, 2, 3, 5],
];

/** M46 to M63, from T1 to T27 (`t[1]` is T1) and D, the lowest bit of the byte. */
export const middle = <B>({ and, xor }: Gates<B>, t: readonly B[], d: B): readonly B[] => {
  const at = (index: number): B => t[index] as B;
  const m1 = and(at(13), at(6));
  const m3 = xor(at(14), m1);
  const m5 = xor(and(at(19), d), m1);
  const m6 = and(at(3), at(16));
  const m8 = xor(at(26), m6);
  const m10 = xor(and(at(20), at(17)), m6);
  const m11 = and(at(1), at(15));
  const m13 = xor(and(at(4), at(27)), m11);
  const m15 = xor(and(at(2), at(10)), m11);
  const m20 = xor(xor(m3, and(at(23), at(8))), m13);
  const m21 = xor(xor(m5, at(24)), m15);
  const m22 = xor(xor(m8, and(at(22), at(9))), m13);
  const m23 = xor(xor(m10, m15), at(25));
  const m24 = xor(m22, m23);
  const m25 = and(m22, m20);
  const m27 = xor(m20, m21);
  const m29 = and(xor(m23, m25), m27);
  const m30 = and(xor(m21, m25), m24);
  const m32 = and(m27, and(m20, m23));
  const m35 = and(m24, and(m21, m22));
  const m37 = xor(m21, m29);
  const m38 = xor(m32, xor(m27, m25));
  const m39 = xor(m23, m30);
  const m40 = xor(m35, xor(m24, m25));
  const m41 = xor(m38, m40);
  const m42 = xor(m37, m39);
  const m43 = xor(m37, m38);
  const m44 = xor(m39, m40);
  const m45 = xor(m42, m41);
  const inverses = [m44, m40, m39, m43, m38, m37, m42, m45, m41];
  const low = [at(6), at(8), d, at(16), at(9), at(17), at(15), at(27), at(10)];
  const high = [at(13), at(23), at(19), at(3), at(22), at(20), at(1), at(4), at(2)];
  return [low, high].flatMap((half) => half.map((value, index) => and(inverses[index] as B, value)));
};

const parity = (value: number): boolean => {
  let left = value;
  let odd = false;
  for (; left !== 0; left &= left - 1) odd = !odd;
  return odd;
};

/** The affine form of a byte's bits that agrees with a function of the byte which is known to be affine. */
const affine = (of: (byte: number) => boolean): LinearForm => {
  const inverted = of(0);
  const inputs = Array.from({ length: 8 }, (_, bit) => (of(1 << bit) === inverted ? 0 : 1 << bit));
  return { inputs: inputs.reduce((sum, bit) => sum | bit, 0), inverted };
};

const sumOfBits = (byte: number, positions: readonly number[]): boolean =>
  positions.reduce((odd, position) => odd !== (((byte >> (7 - position)) & 1) === 1), false);

/** The affine map of the S-box undone: its inverse's first step. */
const undoAffine = (byte: number): number => {
  const rotate = (by: number): number => ((byte << by) | (byte >> (8 - by))) & 0xff;
  return rotate(1) ^ rotate(3) ^ rotate(6) ^ 0x05;
};

/** Which of 18 products each output bit is the sum of: Gauss-Jordan elimination over the 256 input bytes. */
const solve = (products: readonly (readonly boolean[])[], wanted: readonly number[]): readonly LinearForm[] => {
  const columns = 18 + 1;
  return Array.from({ length: 8 }, (_, bit) => {
    const rows = products.map((row, byte) => [...row, true, (((wanted[byte] as number) >> bit) & 1) === 1]);
    let rank = 0;
    for (let column = 0; column < columns; column += 1) {
      const pivot = rows.findIndex((row, index) => index >= rank && row[column]);
      if (pivot < 0) throw new Error(`the products of the S-box circuit are not independent: column ${column}`);
      [rows[rank], rows[pivot]] = [rows[pivot] as boolean[], rows[rank] as boolean[]];
      const source = rows[rank] as boolean[];
      for (const [index, row] of rows.entries())
        if (index !== rank && row[column]) for (let at = 0; at <= columns; at += 1) row[at] = row[at] !== source[at];
      rank += 1;
    }
    if (rows.slice(rank).some((row) => row[columns])) throw new Error('the S-box is no sum of the circuit’s products');
    const solution = rows.slice(0, columns).map((row) => row[columns] === true);
    return {
      inputs: solution.slice(0, 18).reduce((sum, taken, index) => sum | (taken ? 1 << index : 0), 0),
      inverted: solution[18] === true,
    };
  });
};

interface Layers {
  readonly first: readonly LinearForm[];
  readonly last: readonly LinearForm[];
}

const layersOf = (inverse: boolean): Layers => {
  const enter = inverse ? undoAffine : (byte: number) => byte;
  // D is the last of the first layer's sums.
  const first = [...firstLayer, [7]].map((positions) => affine((byte) => sumOfBits(enter(byte), positions)));
  const gates: Gates<boolean> = { and: (left, right) => left && right, xor: (left, right) => left !== right };
  const products = Array.from({ length: 256 }, (_, byte) => {
    const sums = first.map(({ inputs, inverted }) => parity(byte & inputs) !== inverted);
    return middle(gates, [false, ...sums], sums[27] as boolean);
  });
  return { first, last: solve(products, inverse ? inverseSBox : sBox) };
};

const layers = { forward: layersOf(false), inverse: layersOf(true) };

/** The byte that the S-box, or its inverse, gives: combinational. */
export const sBoxCircuit = (byte: Bits<8>, direction: keyof typeof layers): readonly Bits<1>[] => {
  const { first, last } = layers[direction];
  const bitsOf = Array.from({ length: 8 }, (_, index) => byte.bit(index));
  const sums = linearMap(first, bitsOf);
  const gates: Gates<Bits<1>> = { and: (left, right) => left.and(right), xor: (left, right) => left.xor(right) };
  return linearMap(last, middle(gates, [sums[0] as Bits<1>, ...sums], sums[27] as Bits<1>));
};
