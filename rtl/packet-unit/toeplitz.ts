import { type Bits, concat } from '../hdl/index.ts';

/** Half of a hash. */
const half = 16;

/** Bits `from` to `to` of a value whose bit 0 is its highest. */
const span = (value: Bits, from: number, to: number): Bits => value.slice(value.width - 1 - from, value.width - 1 - to);

/** XOR of neighbours sixteen bits apart: key bits of the window as the sum of two blocks of a Toeplitz matrix sees them. */
export const windowSums = (window: Bits): Bits =>
  span(window, 0, window.width - 1 - half).xor(span(window, half, window.width - 1));

/**
 * Products of 16 input bits, two each: their XOR is `width` bits, to which input bit j (the first is highest) contributes key bits j to
 * j + `width` - 1.
 */
const pairsOf = (data: Bits, key: Bits, width: number): Bits[] => {
  const product = (j: number): Bits => span(key, j, j + width - 1).and(data.bit(data.width - 1 - j).repeat(width));
  return Array.from({ length: half / 2 }, (_, pair) => product(2 * pair).xor(product(2 * pair + 1)));
};

/** Parts of a Toeplitz product: the hash is the XOR of all `high` over that of all `low`, and the XOR of all `both` added to either. */
export interface ToeplitzParts {
  readonly both: readonly Bits<16>[];
  readonly high: readonly Bits<16>[];
  readonly low: readonly Bits<16>[];
}

/**
 * The parts of the hash of `data` under the key bits of `window`: input bit j (the first is highest) contributes window bits j to j+31.
 *
 * A matrix of four 16-bit blocks T0 T1 / T1 T2 takes three block products instead of four (Fan and Hasan, "A new approach to subquadratic
 * space complexity parallel multipliers for extended binary fields", IEEE Transactions on Computers 56(2), 2007):
 * (T0+T1)V0 + T1(V0+V1) over (T1+T2)V1 + T1(V0+V1).
 *
 * @param data a multiple of 16 bits
 * @param window 31 bits more
 * @param sums `windowSums` of the window
 */
export const toeplitzParts = (data: Bits, window: Bits, sums: Bits): ToeplitzParts => {
  const both: Bits[] = [];
  const high: Bits[] = [];
  const low: Bits[] = [];
  for (let at = 0; at < data.width; at += 2 * half) {
    const first = span(data, at, at + half - 1);
    if (at + half === data.width) {
      for (const pair of pairsOf(first, span(window, at, at + 3 * half - 2), 2 * half)) {
        high.push(span(pair, 0, half - 1));
        low.push(span(pair, half, 2 * half - 1));
      }
      break;
    }
    const second = span(data, at + half, at + 2 * half - 1);
    const block = (of: Bits, row: number): Bits => span(of, at + row * half, at + row * half + 2 * half - 2);
    high.push(...pairsOf(first, block(sums, 0), half));
    low.push(...pairsOf(second, block(sums, 1), half));
    both.push(...pairsOf(first.xor(second), block(window, 1), half));
  }
  const resized = (parts: readonly Bits[]): Bits<16>[] => parts.map((part) => part.resize(half));
  return { both: resized(both), high: resized(high), low: resized(low) };
};

/** Joins values four at a time, as tables of four inputs do. */
export const xorTree = (values: readonly Bits<16>[]): Bits<16> => {
  const [first, ...rest] = values;
  if (first === undefined) throw new Error('xorTree needs at least one value');
  if (values.length <= 4) return rest.reduce((sum, value) => sum.xor(value), first);
  const groups: Bits<16>[] = [];
  for (let index = 0; index < values.length; index += 4) groups.push(xorTree(values.slice(index, index + 4)));
  return xorTree(groups);
};

/** The sum of all parts and of what was summed up before. */
export const addUp = ({ both, high, low }: ToeplitzParts, before: Bits<32>): Bits<32> =>
  concat(
    xorTree([...both, ...high, before.slice(31, half)]),
    xorTree([...both, ...low, before.slice(half - 1, 0)]),
  ).resize(32);
