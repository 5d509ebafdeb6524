import { type Bits, type BitsSignal, concat, lit } from '../../hdl/index.ts';
import type { PlacedField, PlacedRegister } from './declare.ts';

/** Bits with their place in a word. */
export interface PlacedBits {
  readonly low: number;
  readonly value: Bits;
}

/** A word of so many bits with values at their places, and zeros between. */
export const assembleWord = (width: number, parts: readonly PlacedBits[]): Bits => {
  const pieces: Bits[] = [];
  let next = 0;
  for (const { low, value } of [...parts].sort((left, right) => left.low - right.low)) {
    if (low > next) pieces.push(lit<number>(low - next, 0));
    pieces.push(value);
    next = low + value.width;
  }
  if (next < width) pieces.push(lit<number>(width - next, 0));
  return concat(...pieces.reverse());
};

/** The parts of a field in each byte of its word: bits `high` to `low` of the word. */
export const bytesOf = (field: PlacedField): { byte: number; high: number; low: number }[] =>
  [0, 1, 2, 3].flatMap((byte) => {
    const low = Math.max(field.low, 8 * byte);
    const high = Math.min(field.low + field.width - 1, 8 * byte + 7);
    return low <= high ? [{ byte, high, low }] : [];
  });

/** A field or counter of one element, in a port laid out by `settingsShape` or `statusShape`. */
export const leafOf = (root: unknown, register: PlacedRegister, element: number, field?: PlacedField): BitsSignal => {
  // Such ports are built from the map at run time, so their members are found by name; `port-shapes.ts` types them for the block.
  let part: unknown = Reflect.get(root as object, register.name);
  if (register.repeated) part = (part as { get(index: number): unknown }).get(element);
  return (field === undefined ? part : Reflect.get(part as object, field.name)) as BitsSignal;
};

export const elementsOf = (register: PlacedRegister): number[] =>
  Array.from({ length: register.count }, (_, element) => element);

/** The address of a register's word: the byte address without its two lowest bits. */
export const wordAddress = (register: PlacedRegister, element: number, word = 0): number =>
  (register.address + element * register.stride + 4 * word) / 4;

/** Bits `low + width - 1` to `low`, of a width that only the map knows. */
export const bitsAt = (value: Bits, low: number, width: number): Bits =>
  value.slice<number, number>(low + width - 1, low);

export interface WindowPlace {
  readonly inside: Bits<1>;
  readonly entry: Bits;
  /** Which word of the entry; undefined where an entry has one. */
  readonly word: Bits | undefined;
}

/** Where in a window a word address is: a window lies on a multiple of its size, rounded up to a power of two. */
export const placeInWindow = (address: Bits, window: PlacedRegister): WindowPlace => {
  const wordBits = Math.log2(window.words);
  const entryBits = Math.ceil(Math.log2(window.count));
  const spanBits = wordBits + entryBits;
  const entry: Bits = entryBits === 0 ? lit(1, 0) : address.slice(spanBits - 1, wordBits);
  const word: Bits | undefined = wordBits === 0 ? undefined : address.slice(wordBits - 1, 0);
  const above = address.width - spanBits;
  const inside: Bits<1> =
    above === 0
      ? lit(1, 1)
      : address.slice(address.width - 1, spanBits).eq(Math.floor(window.address / 4 / 2 ** spanBits));
  return { inside: window.count === 2 ** entryBits ? inside : inside.and(entry.lt(window.count)), entry, word };
};
