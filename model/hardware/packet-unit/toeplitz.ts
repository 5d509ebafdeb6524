/** Bits of words, counted from the most significant bit of word 0 on, and the Toeplitz hash of them. */

const allBits = 0xffff_ffff;

/** Copies bits `first` to before `end`, of the words from `fromWord` on, to the same places in `to`; none past its end. */
export const copyBits = (from: Uint32Array, fromWord: number, to: Uint32Array, first: number, end: number): void => {
  const words = Math.min(Math.ceil(end / 32), to.length);
  for (let word = first >>> 5; word < words; word += 1) {
    const start = Math.max(first - 32 * word, 0);
    const rest = 32 * word + 32 - end;
    const mask = (allBits >>> start) & (rest > 0 ? allBits << rest : allBits);
    to[word] = (to[word]! & ~mask) | (from[fromWord + word]! & mask);
  }
};

/** Exclusive or, over the input bits from `first` to before `end` that are 1, of the 32 key bits from the same place on. */
export const toeplitz = (input: Uint32Array, first: number, end: number, key: Uint32Array): number => {
  let hash = 0;
  for (let bit = first; bit < end; bit += 1) {
    const word = bit >>> 5;
    const shift = bit & 31;
    if (((input[word]! << shift) & 0x8000_0000) === 0) continue;
    hash ^= key[word]! << shift;
    if (shift !== 0) hash ^= key[word + 1]! >>> (32 - shift);
  }
  return hash >>> 0;
};
