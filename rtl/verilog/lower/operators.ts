import type { Expression } from '../../hdl/ir.ts';
import type { BinaryToken, VerilogExpression } from '../ast.ts';
import { alike, binaryOf, number, unaryOf, withSign } from './build.ts';
import type { ExpressionLowering } from './expressions.ts';
import { simplest } from './known.ts';
import { lowerExtension } from './slices.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** One unsigned bit: a truth value, for which Verilog has operators of its own. */
const isTruth = (expression: Expression): boolean => expression.width === 1 && !expression.signed;

export const lowerUnary = (l: ExpressionLowering, expression: Of<'unary'>, feeds: string): VerilogExpression => {
  const { operator, operand } = expression;
  switch (operator) {
    case 'not': {
      const negated = operand.kind === 'binary' && !l.isNamed(operand) ? comparison(l, operand, true, feeds) : null;
      return negated ?? unaryOf(isTruth(expression) ? '!' : '~', l.lower(operand, feeds));
    }
    case 'negate':
      return unaryOf('-', l.lower(operand, feeds));
    case 'reduce_and':
      return unaryOf('&', l.lower(operand, feeds));
    case 'reduce_or':
      return unaryOf('|', l.lower(operand, feeds));
    case 'reduce_xor':
      return unaryOf('^', l.lower(operand, feeds));
    default:
      throw new Error(`unknown operator ${operator satisfies never}`);
  }
};

/** Comparisons with the constant on the right. */
const comparison = (
  l: ExpressionLowering,
  expression: Of<'binary'>,
  negated: boolean,
  feeds: string,
): VerilogExpression | null => {
  const { operator } = expression;
  if (operator !== 'equal' && operator !== 'less') return null;
  const [left, right] = alike(l.lower(expression.left, feeds), l.lower(expression.right, feeds));
  const swapped = simplest(expression.left).kind === 'constant';
  if (operator === 'equal') return binaryOf(negated ? '!=' : '==', swapped ? right : left, swapped ? left : right);
  if (swapped) return binaryOf(negated ? '<=' : '>', right, left);
  return binaryOf(negated ? '>=' : '<', left, right);
};

export const lowerBinary = (l: ExpressionLowering, expression: Of<'binary'>, feeds: string): VerilogExpression => {
  const { operator, left, right } = expression;
  const both = (token: BinaryToken): VerilogExpression =>
    binaryOf(token, ...alike(l.lower(left, feeds), l.lower(right, feeds)));
  // Of an array's word that is shifted, or says how far, Icarus Verilog 11 makes a program that it cannot read.
  const shiftOperand = (operand: Expression): VerilogExpression =>
    bareOperand(operand).kind === 'memory_read' ? l.nameOf(operand, feeds) : l.lower(operand, feeds);
  // Unsigned by the standard, whatever it looks like; not every simulator agrees.
  const shift = (token: BinaryToken): VerilogExpression =>
    binaryOf(token, shiftOperand(left), withSign(shiftOperand(right), false));
  switch (operator) {
    case 'and':
      return both(isTruth(expression) ? '&&' : '&');
    case 'or':
      return both(isTruth(expression) ? '||' : '|');
    case 'xor':
      return both('^');
    case 'add':
      return both('+');
    case 'subtract':
      return both('-');
    case 'multiply':
      return binaryOf(
        '*',
        ...alike(factor(l, left, expression.width, feeds), factor(l, right, expression.width, feeds)),
      );
    case 'equal':
    case 'less':
      return comparison(l, expression, false, feeds) as VerilogExpression;
    case 'shift_left':
      return shift('<<');
    case 'shift_right':
      return shift(left.signed ? '>>>' : '>>');
    default:
      throw new Error(`unknown operator ${operator satisfies never}`);
  }
};

/** What an operand is, whichever sign it is taken with. */
const bareOperand = (operand: Expression): Expression => {
  const plain = simplest(operand);
  return plain.kind === 'reinterpretation' ? bareOperand(plain.operand) : plain;
};

/** Verilog multiplies at the width of its operands, so they are widened first. */
const factor = (l: ExpressionLowering, operand: Expression, width: number, feeds: string): VerilogExpression => {
  if (operand.kind === 'constant') {
    const value = operand.signed ? BigInt.asIntN(operand.width, operand.value) : operand.value;
    return number(width, BigInt.asUintN(width, value), operand.signed);
  }
  return withSign(lowerExtension(l, operand, width, feeds), operand.signed);
};
