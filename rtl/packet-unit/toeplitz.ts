import type { Bits } from '../hdl/index.ts';

/**
 * The parts of a Toeplitz product, two input bits each: their XOR is the hash of `data` under the key bits of `window`. Input bit j
 * (the first is highest) contributes window bits j to j+31.
 *
 * @param data an even number of bits
 * @param window 31 bits more
 */
export const toeplitzTerms = (data: Bits, window: Bits): Bits<32>[] => {
  const product = (j: number): Bits<32> => {
    const key = window.slice(window.width - 1 - j, window.width - 32 - j).resize(32);
    return key.and(data.bit(data.width - 1 - j).repeat(32));
  };
  return Array.from({ length: data.width / 2 }, (_, pair) => product(2 * pair).xor(product(2 * pair + 1)));
};

/** Joins values four at a time, as tables of four inputs do. */
export const xorTree = (values: readonly Bits<32>[]): Bits<32> => {
  const [first, ...rest] = values;
  if (first === undefined) throw new Error('xorTree needs at least one value');
  if (values.length <= 4) return rest.reduce((sum, value) => sum.xor(value), first);
  const groups: Bits<32>[] = [];
  for (let index = 0; index < values.length; index += 4) groups.push(xorTree(values.slice(index, index + 4)));
  return xorTree(groups);
};
