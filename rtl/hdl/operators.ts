import type { Carrier } from './carrier.ts';

/**
 * The operators that are made of others, once for every carrier: the language builds expressions with them, and a test
 * runs the same text on constants.
 */
export const operators = <T>(carrier: Carrier<T>) => {
  const widthOf = (value: T): number => carrier.type(value).width;
  const not = (value: T): T => carrier.unary('not', value);
  const zeroLike = (value: T): T => carrier.constant(carrier.type(value), 0n);

  const extendTo = (value: T, width: number): T => (widthOf(value) === width ? value : carrier.extension(value, width));
  const truncateTo = (value: T, width: number): T => {
    if (widthOf(value) === width) return value;
    const low = carrier.slice(value, 0, width);
    return carrier.type(value).signed ? carrier.reinterpretation(low, true) : low;
  };
  const wide =
    (operator: 'add' | 'subtract') =>
    (left: T, right: T): T => {
      const width = widthOf(left) + 1;
      return carrier.binary(operator, extendTo(left, width), extendTo(right, width));
    };

  /** Pairs neighbours until one is left, so that depth is logarithmic. */
  const tree = (values: readonly T[], join: (left: T, right: T) => T): T => {
    let level = values;
    while (level.length > 1) {
      const next: T[] = [];
      for (let index = 0; index < level.length; index += 2) {
        const left = level[index] as T;
        const right = level[index + 1];
        next.push(right === undefined ? left : join(left, right));
      }
      level = next;
    }
    const root = level[0];
    if (root === undefined) throw new Error('a tree needs at least one value');
    return root;
  };

  const bitsOf = (value: T): T[] =>
    Array.from({ length: widthOf(value) }, (_, index) => carrier.slice(value, index, 1));
  const repeat = (value: T, times: number): T =>
    times === 1
      ? carrier.reinterpretation(value, false)
      : carrier.concatenation(Array.from({ length: times }, () => value));
  const like = (value: T, pattern: T): T =>
    carrier.type(pattern).signed === carrier.type(value).signed
      ? value
      : carrier.reinterpretation(value, carrier.type(pattern).signed);

  return {
    notEqual: (left: T, right: T): T => not(carrier.binary('equal', left, right)),
    lessOrEqual: (left: T, right: T): T => not(carrier.binary('less', right, left)),
    greater: (left: T, right: T): T => carrier.binary('less', right, left),
    greaterOrEqual: (left: T, right: T): T => not(carrier.binary('less', left, right)),
    addWide: wide('add'),
    subtractWide: wide('subtract'),
    extendTo,
    truncateTo,
    resizeTo: (value: T, width: number): T =>
      width < widthOf(value) ? truncateTo(value, width) : extendTo(value, width),
    isZero: (value: T): T => carrier.binary('equal', value, zeroLike(value)),
    isNonZero: (value: T): T => not(carrier.binary('equal', value, zeroLike(value))),
    implies: (premise: T, conclusion: T): T => carrier.binary('or', not(premise), conclusion),
    /** One bit by a computed index; zero past the end. */
    bitAt: (value: T, index: T): T =>
      carrier.slice(carrier.binary('shift_right', carrier.reinterpretation(value, false), index), 0, 1),
    repeat,
    reverse: (value: T): T => carrier.concatenation(bitsOf(value)),
    any: (values: readonly T[]): T => tree(values, (left, right) => carrier.binary('or', left, right)),
    all: (values: readonly T[]): T => tree(values, (left, right) => carrier.binary('and', left, right)),
    /** The OR of every value whose condition holds; zero where none does. */
    oneHotSelect: (choices: readonly (readonly [condition: T, value: T])[]): T =>
      tree(
        choices.map(([condition, value]) =>
          carrier.binary('and', like(repeat(condition, widthOf(value)), value), value),
        ),
        (left, right) => carrier.binary('or', left, right),
      ),
    /** The number of ones, just wide enough for `widthOf(value)`. */
    popCount: (value: T): T => {
      const count = tree(bitsOf(value), (left, right) => {
        const width = Math.max(widthOf(left), widthOf(right)) + 1;
        return carrier.binary('add', extendTo(left, width), extendTo(right, width));
      });
      return truncateTo(count, widthOf(value).toString(2).length);
    },
  };
};
