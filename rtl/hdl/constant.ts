import { binaryType, type Carrier, unaryType, type ValueType } from './carrier.ts';
import type { BinaryOperator, UnaryOperator } from './ir.ts';

/** A known value: its bits as a non-negative number, with width and sign. */
export interface Constant extends ValueType {
  readonly value: bigint;
}

/** The low `width` bits of a value, as a non-negative number. */
export const wrap = (value: bigint, width: number): bigint => BigInt.asUintN(width, value);

/** The number that the bits stand for. */
export const toNumber = (constant: Constant): bigint =>
  constant.signed ? BigInt.asIntN(constant.width, constant.value) : constant.value;

const make = (type: ValueType, value: bigint): Constant => ({
  width: type.width,
  signed: type.signed,
  value: wrap(value, type.width),
});

const bit = (value: boolean): Constant => ({ width: 1, signed: false, value: value ? 1n : 0n });

const parity = (value: bigint): boolean => {
  let rest = value;
  let odd = false;
  while (rest !== 0n) {
    odd = !odd;
    rest &= rest - 1n;
  }
  return odd;
};

const unary = (operator: UnaryOperator, operand: Constant): Constant => {
  const type = unaryType(operator, operand);
  switch (operator) {
    case 'not':
      return make(type, ~operand.value);
    case 'negate':
      return make(type, -operand.value);
    case 'reduce_and':
      return bit(operand.value === wrap(-1n, operand.width));
    case 'reduce_or':
      return bit(operand.value !== 0n);
    case 'reduce_xor':
      return bit(parity(operand.value));
    default:
      throw new Error(`unknown unary operator ${operator satisfies never}`);
  }
};

const binary = (operator: BinaryOperator, left: Constant, right: Constant): Constant => {
  const type = binaryType(operator, left, right);
  switch (operator) {
    case 'and':
      return make(type, left.value & right.value);
    case 'or':
      return make(type, left.value | right.value);
    case 'xor':
      return make(type, left.value ^ right.value);
    case 'add':
      return make(type, left.value + right.value);
    case 'subtract':
      return make(type, left.value - right.value);
    case 'multiply':
      return make(type, toNumber(left) * toNumber(right));
    case 'equal':
      return bit(left.value === right.value);
    case 'less':
      return bit(toNumber(left) < toNumber(right));
    case 'shift_left':
      return make(type, right.value >= BigInt(left.width) ? 0n : left.value << right.value);
    case 'shift_right': {
      const all = right.value >= BigInt(left.width);
      return make(type, toNumber(left) >> (all ? BigInt(left.width) : right.value));
    }
    default:
      throw new Error(`unknown binary operator ${operator satisfies never}`);
  }
};

/** The carrier of known values: constant folding, the evaluator and the reference interpreter all run on it. */
export const constants: Carrier<Constant> = {
  type: (value) => value,
  constant: make,
  unary,
  binary,
  multiplex: (condition, whenTrue, whenFalse) => (condition.value === 1n ? whenTrue : whenFalse),
  slice: (operand, low, width) => make({ width, signed: false }, operand.value >> BigInt(low)),
  concatenation: (parts) => {
    let width = 0;
    let value = 0n;
    for (const part of parts) {
      value = (value << BigInt(part.width)) | part.value;
      width += part.width;
    }
    return { width, signed: false, value };
  },
  extension: (operand, width) => make({ width, signed: operand.signed }, toNumber(operand)),
  select: (index, elements) => {
    const last = elements.length - 1;
    const element = elements[index.value > BigInt(last) ? last : Number(index.value)];
    if (element === undefined) throw new Error('select has no elements');
    return element;
  },
  reinterpretation: (operand, signed) => ({ width: operand.width, signed, value: operand.value }),
};
