import type { Expression } from '../../hdl/ir.ts';
import type { VerilogExpression } from '../ast.ts';
import { concatenate, number, withSign } from './build.ts';
import type { ExpressionLowering } from './expressions.ts';
import { simplest } from './known.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

/** An operand made wider, by its sign where it is signed. */
export const lowerExtension = (
  l: ExpressionLowering,
  operand: Expression,
  width: number,
  feeds: string,
): VerilogExpression => {
  const times = width - operand.width;
  if (!operand.signed) return concatenate([number(times, 0n), l.part(operand, feeds)]);
  const plain = operand.kind === 'reinterpretation' ? operand.operand : operand;
  const whole = plain.width === 1 ? l.part(plain, feeds) : sliceable(l, plain, feeds);
  const sign = plain.width === 1 ? whole : lowerSlice(l, plain, plain.width - 1, 1, feeds);
  return concatenate([{ kind: 'replication', times, operand: sign }, whole]);
};

/** A reference, a slice of one, or a wire made for the purpose. */
const sliceable = (l: ExpressionLowering, expression: Expression, feeds: string): VerilogExpression => {
  const isPart = expression.kind === 'slice' && expression.operand.kind === 'reference';
  return isPart ? l.part(expression, feeds) : l.nameOf(expression, feeds);
};

/** Bits `low` and up of an operand. */
export const lowerSlice = (
  l: ExpressionLowering,
  given: Expression,
  low: number,
  width: number,
  feeds: string,
): VerilogExpression => {
  const operand = simplest(given);
  if (low === 0 && width === operand.width) return l.part(operand, feeds);
  switch (operand.kind) {
    case 'constant':
      return number(width, BigInt.asUintN(width, operand.value >> BigInt(low)));
    case 'reinterpretation':
      return lowerSlice(l, operand.operand, low, width, feeds);
    case 'slice':
      return lowerSlice(l, operand.operand, operand.low + low, width, feeds);
    case 'concatenation':
      return sliceOfParts(l, operand, low, width, feeds);
    case 'extension': {
      const inner = operand.operand;
      if (low + width <= inner.width) return lowerSlice(l, inner, low, width, feeds);
      if (!inner.signed && low >= inner.width) return number(width, 0n);
      break;
    }
    case 'binary': {
      const index = low === 0 && width === 1 ? dynamicBit(l, operand, feeds) : null;
      if (index !== null) return index;
      break;
    }
    case 'reference':
    case 'unary':
    case 'multiplex':
    case 'select':
    case 'memory_read':
      break;
    default:
      throw new Error(`unknown expression ${operand satisfies never}`);
  }
  const whole = l.nameOf(operand, feeds);
  return { kind: 'range', of: whole, high: low + width - 1, low };
};

/** `value[index]` for the lowest bit of a value shifted right, where the index cannot pass the end. */
const dynamicBit = (l: ExpressionLowering, operand: Of<'binary'>, feeds: string): VerilogExpression | null => {
  const { operator, left, right } = operand;
  if (operator !== 'shift_right' || l.isShared(operand)) return null;
  const plain = left.kind === 'reinterpretation' ? left.operand : left;
  if (plain.kind !== 'reference' || plain.width === 1 || right.width > 30 || plain.width !== 2 ** right.width)
    return null;
  return { kind: 'element', of: l.nameOf(plain, feeds), index: withSign(l.lower(right, feeds), false) };
};

const sliceOfParts = (
  l: ExpressionLowering,
  operand: Of<'concatenation'>,
  low: number,
  width: number,
  feeds: string,
): VerilogExpression => {
  const found: VerilogExpression[] = [];
  let top = operand.width;
  for (const part of operand.parts) {
    const bottom = top - part.width;
    const from = Math.max(low, bottom);
    const to = Math.min(low + width, top);
    if (from < to) found.push(lowerSlice(l, part, from - bottom, to - from, feeds));
    top = bottom;
  }
  return concatenate(found);
};
