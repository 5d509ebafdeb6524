/** Makers of expressions of the intermediate representation, with Yosys' rules for widths. */

import type { BinaryOperator, Expression, Memory, Signal, SourceLocation, UnaryOperator } from '../../../rtl/hdl/ir.ts';

const nowhere: SourceLocation = { file: 'netlist', line: 1, column: 1 };
const typed = (width: number, signed = false): { width: number; signed: boolean; location: SourceLocation } => ({
  width,
  signed,
  location: nowhere,
});

export const constant = (width: number, value: bigint): Expression => ({
  kind: 'constant',
  value: BigInt.asUintN(width, value),
  ...typed(width),
});
export const reference = (signal: Signal): Expression => ({ kind: 'reference', signal, ...typed(signal.width) });
export const unary = (operator: UnaryOperator, operand: Expression): Expression => ({
  kind: 'unary',
  operator,
  operand,
  ...typed(operator === 'not' || operator === 'negate' ? operand.width : 1),
});

export const binary = (operator: BinaryOperator, left: Expression, right: Expression): Expression => {
  const width =
    operator === 'equal' || operator === 'less' ? 1 : operator === 'multiply' ? left.width + right.width : left.width;
  return { kind: 'binary', operator, left, right, ...typed(width, left.signed && width > 1) };
};

export const not = (operand: Expression): Expression => unary('not', operand);
export const and = (left: Expression, right: Expression): Expression => binary('and', left, right);
export const or = (left: Expression, right: Expression): Expression => binary('or', left, right);
export const multiplex = (condition: Expression, whenTrue: Expression, whenFalse: Expression): Expression => ({
  kind: 'multiplex',
  condition,
  whenTrue,
  whenFalse,
  ...typed(whenTrue.width),
});

export const slice = (operand: Expression, low: number, width: number): Expression =>
  low === 0 && width === operand.width ? operand : { kind: 'slice', operand, low, ...typed(width) };

/** Most significant part first. */
export const concatenation = (parts: readonly Expression[]): Expression => {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return { kind: 'concatenation', parts, ...typed(parts.reduce((sum, part) => sum + part.width, 0)) };
};

export const select = (index: Expression, elements: readonly Expression[]): Expression => ({
  kind: 'select',
  index,
  elements,
  ...typed(elements[0]?.width ?? 1),
});

export const memoryRead = (memory: Memory, address: Expression): Expression => ({
  kind: 'memory_read',
  memory,
  address,
  ...typed(memory.width),
});

export const as = (operand: Expression, signed: boolean): Expression =>
  operand.signed === signed ? operand : { kind: 'reinterpretation', operand, ...typed(operand.width, signed) };

/** Cuts or extends, by sign where asked. */
export const resize = (operand: Expression, width: number, signed: boolean): Expression => {
  if (width === operand.width) return operand;
  if (width < operand.width) return slice(operand, 0, width);
  return { kind: 'extension', operand: as(operand, signed), ...typed(width, signed) };
};

export const isTrue = (operand: Expression): Expression =>
  operand.width === 1 ? operand : unary('reduce_or', operand);
