import type { BinaryOperator, UnaryOperator } from './ir.ts';

/**
 * What the operators are written over. Constants, expressions of the intermediate representation and any other carrier
 * (literals of a proof, generated code) share the operators of `operators.ts`, so they cannot disagree.
 * Widths and signs of the operands have been checked by the caller; the rules for results are in `resultType`.
 */
export interface Carrier<T> {
  type(value: T): ValueType;
  /** `value` may be negative; its low `width` bits count. */
  constant(type: ValueType, value: bigint): T;
  unary(operator: UnaryOperator, operand: T): T;
  binary(operator: BinaryOperator, left: T, right: T): T;
  multiplex(condition: T, whenTrue: T, whenFalse: T): T;
  slice(operand: T, low: number, width: number): T;
  /** Most significant first. */
  concatenation(parts: readonly T[]): T;
  extension(operand: T, width: number): T;
  select(index: T, elements: readonly T[]): T;
  reinterpretation(operand: T, signed: boolean): T;
}

export interface ValueType {
  readonly width: number;
  readonly signed: boolean;
}

/** The type that a unary operator gives. */
export const unaryType = (operator: UnaryOperator, operand: ValueType): ValueType => {
  switch (operator) {
    case 'not':
    case 'negate':
      return { width: operand.width, signed: operand.signed };
    case 'reduce_and':
    case 'reduce_or':
    case 'reduce_xor':
      return { width: 1, signed: false };
    default:
      throw new Error(`unknown unary operator ${operator satisfies never}`);
  }
};

/** The type that a binary operator gives. */
export const binaryType = (operator: BinaryOperator, left: ValueType, right: ValueType): ValueType => {
  switch (operator) {
    case 'and':
    case 'or':
    case 'xor':
    case 'add':
    case 'subtract':
    case 'shift_left':
    case 'shift_right':
      return { width: left.width, signed: left.signed };
    case 'multiply':
      return { width: left.width + right.width, signed: left.signed };
    case 'equal':
    case 'less':
      return { width: 1, signed: false };
    default:
      throw new Error(`unknown binary operator ${operator satisfies never}`);
  }
};
