import { all, type Bits, concat, mux } from '../hdl/index.ts';

/** How many of a list's first bits are ones before the first zero: `full` when all are, else `count`. */
export interface LeadingOnes {
  readonly full: Bits<1>;
  /** Meaningful unless `full`; log2 of the list's length bits. */
  readonly count: Bits;
}

interface Node {
  readonly full: Bits<1>;
  readonly count: Bits | undefined;
}

/** A tree of multiplexers: where the lower half is full, the upper half's count follows behind a one. */
const join = (low: Node, high: Node): Node => ({
  full: low.full.and(high.full),
  count:
    low.count === undefined || high.count === undefined
      ? low.full
      : concat(low.full, mux(low.full, high.count, low.count)),
});

/** @param flags a power of two of bits, at least two, first bit first */
export const leadingOnes = (flags: readonly Bits<1>[]): LeadingOnes => {
  let level: readonly Node[] = flags.map((full) => ({ full, count: undefined }));
  while (level.length > 1) {
    const pairs: Node[] = [];
    for (let index = 0; index < level.length; index += 2)
      pairs.push(join(level[index] as Node, level[index + 1] as Node));
    level = pairs;
  }
  const [root] = level;
  if (root?.count === undefined) throw new Error('leadingOnes needs at least two bits');
  return { full: root.full, count: root.count };
};

/** The count as one number, log2 of the list's length plus one bits wide. */
export const leadingOnesCount = (flags: readonly Bits<1>[]): Bits => {
  const { full, count } = leadingOnes(flags);
  return concat(full, count.and(full.not().repeat(count.width)));
};

export const bitsOf = (value: Bits): Bits<1>[] => Array.from({ length: value.width }, (_, index) => value.bit(index));

/** Whether bits `low` to `high` of a value are all ones. */
export const allOnes = (value: Bits, high: number, low: number): Bits<1> => all(bitsOf(value).slice(low, high + 1));
