/**
 * PRINCE for tests, written from the paper another way than the hardware: M' as a 64 x 64 matrix of rows, S-boxes by look-up, decryption as
 * encryption's steps in reverse order. Borghoff et al. 2012.
 */
const mask = 0xffff_ffff_ffff_ffffn;
const substitutes = 'bf32ac916780e5d4';
const constants = [
  '0000000000000000',
  '13198a2e03707344',
  'a4093822299f31d0',
  '082efa98ec4e6c89',
  '452821e638d01377',
  'be5466cf34e90c6c',
  '7ef84f78fd955cb1',
  '85840851f1ac43aa',
  'c882d32f25323c54',
  '64a51195e0e3610d',
  'd3b5a399ca0c2399',
  'c0ac29b7c97c50dd',
].map((text) => BigInt(`0x${text}`));

const hex = (state: bigint): string => state.toString(16).padStart(16, '0');
const throughBox = (state: bigint, box: (digit: number) => number): bigint =>
  BigInt(`0x${[...hex(state)].map((digit) => box(Number.parseInt(digit, 16)).toString(16)).join('')}`);
const sub = (state: bigint): bigint => throughBox(state, (digit) => Number.parseInt(substitutes[digit]!, 16));
const unsub = (state: bigint): bigint => throughBox(state, (digit) => substitutes.indexOf(digit.toString(16)));
const move = (state: bigint, from: (place: number) => number): bigint => {
  const digits = hex(state);
  return BigInt(`0x${Array.from({ length: 16 }, (_, place) => digits[from(place)]).join('')}`);
};
const rows = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

/** M0 to M3: the identity of 4 x 4 without one entry. */
const small = (missing: number): readonly (readonly number[])[] =>
  [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => (row === column && row !== missing ? 1 : 0)));
const hat = (shift: number): number[][] =>
  Array.from({ length: 16 }, (_, row) =>
    Array.from({ length: 16 }, (_unused, column) => {
      const block = small(((row >> 2) + (column >> 2) + shift) % 4);
      return block[row & 3]![column & 3]!;
    }),
  );
/** Each row as a number, its first entry the highest bit. */
const hats = [0, 1, 1, 0].map((shift) => hat(shift).map((row) => Number.parseInt(row.join(''), 2)));
const odd = (value: number): number => {
  const folded = value ^ (value >> 8);
  return (0x6996 >> ((folded ^ (folded >> 4)) & 15)) & 1;
};
const multiplied = (state: bigint): bigint =>
  hats.reduce((product, rowsOf, block) => {
    const input = Number((state >> BigInt(48 - 16 * block)) & 0xffffn);
    const output = rowsOf.reduce((sum, row) => 2 * sum + odd(row & input), 0);
    return (product << 16n) | BigInt(output);
  }, 0n);

type Step = (state: bigint) => bigint;
const add =
  (value: bigint): Step =>
  (state) =>
    state ^ value;
const shift: Step = (state) => move(state, (place) => rows[place]!);
const unshift: Step = (state) => move(state, (place) => rows.indexOf(place));

/** Each step with what undoes it. */
const steps = (k0: bigint, k1: bigint): readonly (readonly [Step, Step])[] => {
  const key = (index: number): readonly [Step, Step] => [add(constants[index]! ^ k1), add(constants[index]! ^ k1)];
  const both = (step: Step): readonly [Step, Step] => [step, step];
  const last = (((k0 >> 1n) | (k0 << 63n)) & mask) ^ (k0 >> 63n);
  const forward = [1, 2, 3, 4, 5].flatMap(
    (index) => [[sub, unsub], both(multiplied), [shift, unshift], key(index)] as const,
  );
  const backward = [6, 7, 8, 9, 10].flatMap(
    (index) => [key(index), [unshift, shift], both(multiplied), [unsub, sub]] as const,
  );
  const middle = [[sub, unsub], both(multiplied), [unsub, sub]] as const;
  return [both(add(k0)), key(0), ...forward, ...middle, ...backward, key(11), both(add(last))];
};

export const princeEncrypt = (block: bigint, k0: bigint, k1: bigint): bigint =>
  steps(k0, k1).reduce((state, [step]) => step(state), block);

export const princeDecrypt = (block: bigint, k0: bigint, k1: bigint): bigint =>
  steps(k0, k1).reduceRight((state, [, undo]) => undo(state), block);
