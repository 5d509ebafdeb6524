import { buildValue, packLeaves, readOnlyValue, unpackLeaves } from './aggregate.ts';
import { BitsValue, bitsResult, unsignedOperand } from './bits-value.ts';
import { fail } from './diagnostic.ts';
import { expressionsAt, operatorsAt } from './expression.ts';
import type { Expression, SourceLocation } from './ir.ts';
import { checkWidth, describeOperand, shapeInfo } from './shape.ts';
import { here } from './source-location.ts';
import type {
  AnyBits,
  AnyOperand,
  Bits,
  ConcatenationWidth,
  Literal,
  OperandOf,
  ReadOf,
  Shape,
  Value,
  ValueOf,
} from './types.ts';
import { type AbstractValue, asValue, coerce, conditionOf, isValue, literal } from './value.ts';

/**
 * The functions beside the methods. Each is typed for the author by its overloads; inside, values are `AbstractValue`, so
 * each ends in one cast from there to the public type, made by `face`.
 */
const face = <T>(value: AbstractValue): T => value as unknown as T;

const bitsOf = (value: unknown, operation: string, location: SourceLocation): Expression => {
  const found = asValue(value, operation, location);
  return found instanceof BitsValue
    ? found.expression
    : fail('wrong-kind', location, { operation, expected: 'bits', actual: found.describe() });
};

/** `whenTrue` where the condition holds, else `whenFalse`; any shape. */
export function mux<T extends Value>(condition: Bits<1>, whenTrue: T, whenFalse: T): ReadOf<T>;
export function mux<T extends Value>(condition: Bits<1>, whenTrue: T, whenFalse: OperandOf<T>): ReadOf<T>;
export function mux<T extends Value>(condition: Bits<1>, whenTrue: OperandOf<T>, whenFalse: T): ReadOf<T>;
export function mux(condition: Bits<1>, whenTrue: AnyOperand, whenFalse: AnyOperand): Value {
  const location = here();
  const test = conditionOf(condition, 'mux', location);
  const pattern = isValue(whenTrue)
    ? whenTrue
    : isValue(whenFalse)
      ? whenFalse
      : fail('no-width', location, { operation: 'mux' });
  const left = coerce(pattern.info, whenTrue, location, 'mux', pattern.describe());
  const right = coerce(pattern.info, whenFalse, location, 'mux', pattern.describe());
  const carrier = expressionsAt(location);
  const leaves = left.map((leaf, index) => carrier.multiplex(test, leaf, right[index] as Expression));
  return face(readOnlyValue(pattern.info, 'the result of mux', leaves));
}

/** The parts as one word, the first most significant. */
export const concat = <const Parts extends readonly AnyBits[]>(...parts: Parts): Bits<ConcatenationWidth<Parts>> => {
  const location = here();
  if (parts.length === 0) fail('empty-list', location, { operation: 'concat' });
  const carrier = expressionsAt(location);
  return face(
    bitsResult(
      carrier.concatenation(parts.map((part) => carrier.reinterpretation(bitsOf(part, 'concat', location), false))),
    ),
  );
};

/** The element that `index` names, element 0 first; past the end the last. */
export function select<T extends Value>(index: Bits, elements: readonly T[]): ReadOf<T>;
export function select<T extends Value>(
  index: Bits,
  elements: readonly [T, ...(NoInfer<T> | OperandOf<NoInfer<T>>)[]],
): ReadOf<T>;
export function select(index: Bits, elements: readonly unknown[]): Value {
  const location = here();
  const chosen = unsignedOperand(index, 'select', location);
  const pattern =
    elements.find(isValue) ??
    fail(elements.length === 0 ? 'empty-list' : 'no-width', location, { operation: 'select' });
  const columns = elements.map((element) => coerce(pattern.info, element, location, 'select', pattern.describe()));
  return face(
    buildValue(pattern.info, 'the result of select', (position) => ({
      expression: expressionsAt(location).select(
        chosen,
        columns.map((column) => column[position] as Expression),
      ),
      target: null,
    })),
  );
}

/** A constant of a shape. Records take an object of literals, vectors a list. */
export const constant = <S extends Shape>(shape: S, value: OperandOf<ValueOf<S>>): ValueOf<S> => {
  const location = here();
  const info = shapeInfo(shape);
  const leaves = coerce(info, value, location, 'constant', 'the constant');
  if (leaves.some((leaf) => leaf.kind !== 'constant'))
    fail('not-constant', location, { place: 'the value given to constant' });
  return face(readOnlyValue(info, 'the constant', leaves));
};

/** A constant with all bits zero. */
export const zero = <S extends Shape>(shape: S): ValueOf<S> => {
  const location = here();
  const info = shapeInfo(shape);
  const word = expressionsAt(location).constant({ width: info.width, signed: false }, 0n);
  return face(readOnlyValue(info, 'the constant 0', unpackLeaves(info, word)));
};

/** A constant of unsigned bits. */
export const lit = <const W extends number>(width: W, value: Literal): Bits<W> => {
  const location = here();
  return face(bitsResult(literal(value, { width: checkWidth('lit', width), signed: false }, location, 'lit')));
};

/** The OR of the values whose condition holds: for conditions of which at most one holds. Zero where none does. */
export const oneHotSelect = <T extends Value>(
  choices: readonly (readonly [condition: Bits<1>, value: T])[],
): ReadOf<T> => {
  const location = here();
  const values = choices.map(([, value]) => asValue(value, 'oneHotSelect', location));
  const conditions = choices.map(([condition]) => conditionOf(condition, 'oneHotSelect', location));
  const pattern = values[0] ?? fail('empty-list', location, { operation: 'oneHotSelect' });
  const columns = values.map((value) => coerce(pattern.info, value, location, 'oneHotSelect', pattern.describe()));
  return face(
    buildValue(pattern.info, 'the result of oneHotSelect', (position) => ({
      expression: operatorsAt(location).oneHotSelect(
        conditions.map(
          (condition, index) => [condition, (columns[index] as Expression[])[position] as Expression] as const,
        ),
      ),
      target: null,
    })),
  );
};

const overBits = (operation: 'any' | 'all', values: readonly Bits<1>[]): Bits<1> => {
  const location = here();
  if (values.length === 0) fail('empty-list', location, { operation });
  return face(
    bitsResult(operatorsAt(location)[operation](values.map((value) => conditionOf(value, operation, location)))),
  );
};

/** Whether at least one of the bits is set. */
export const any = (values: readonly Bits<1>[]): Bits<1> => overBits('any', values);

/** Whether every bit is set. */
export const all = (values: readonly Bits<1>[]): Bits<1> => overBits('all', values);

/** The number of ones, in just enough bits to hold the width of the value. */
export const popCount = (value: AnyBits): Bits => {
  const location = here();
  return face(bitsResult(operatorsAt(location).popCount(bitsOf(value, 'popCount', location))));
};

/** The bits in the opposite order. */
export const reverse = <W extends number>(value: Bits<W>): Bits<W> => {
  const location = here();
  return face(bitsResult(operatorsAt(location).reverse(bitsOf(value, 'reverse', location))));
};

/** All parts of a value as one word, the first field or element least significant. */
export const pack = (value: Value): Bits => {
  const found = asValue(value, 'pack', here());
  return face(bitsResult(packLeaves(found.leaves().map((leaf) => leaf.expression))));
};

/** A word of bits read as a shape, the first field or element least significant. */
export const unpack = <S extends Shape>(shape: S, word: Bits): ValueOf<S> => {
  const location = here();
  const info = shapeInfo(shape);
  const source = bitsOf(word, 'unpack', location);
  if (source.width !== info.width) {
    const left = describeOperand(shape);
    fail('width-mismatch', location, {
      operation: 'unpack',
      left,
      leftWidth: info.width,
      right: 'the word',
      rightWidth: source.width,
    });
  }
  return face(
    readOnlyValue(
      info,
      'the result of unpack',
      unpackLeaves(info, expressionsAt(location).reinterpretation(source, false)),
    ),
  );
};
