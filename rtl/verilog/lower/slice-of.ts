import { expressionsAt } from '../../hdl/expression.ts';
import type { Expression } from '../../hdl/ir.ts';
import { withOperands } from '../../hdl/traverse.ts';

/** Bits `low` and up of an expression, taken from the parts that they come from, so that nothing else is read. */
export const sliceOf = (expression: Expression, low: number, width: number): Expression => {
  const carrier = expressionsAt(expression.location);
  if (low === 0 && width === expression.width) return carrier.reinterpretation(expression, false);
  const part = (operand: Expression): Expression => sliceOf(operand, low, width);
  switch (expression.kind) {
    case 'reinterpretation':
      return part(expression.operand);
    case 'slice':
      return sliceOf(expression.operand, expression.low + low, width);
    case 'concatenation': {
      const found: Expression[] = [];
      let top = expression.width;
      for (const one of expression.parts) {
        const bottom = top - one.width;
        const [from, to] = [Math.max(low, bottom), Math.min(low + width, top)];
        if (from < to) found.push(sliceOf(one, from - bottom, to - from));
        top = bottom;
      }
      return carrier.concatenation(found);
    }
    case 'extension': {
      const { operand } = expression;
      if (low + width <= operand.width) return part(operand);
      const kept = operand.width - low;
      const sign = operand.signed
        ? sliceOf(operand, operand.width - 1, 1)
        : carrier.constant({ width: 1, signed: false }, 0n);
      const fill = (count: number): Expression => carrier.concatenation(Array.from({ length: count }, () => sign));
      return kept <= 0 ? fill(width) : carrier.concatenation([fill(width - kept), sliceOf(operand, low, kept)]);
    }
    case 'unary':
      return expression.operator === 'not'
        ? carrier.unary('not', part(expression.operand))
        : carrier.slice(expression, low, width);
    case 'binary': {
      const { operator } = expression;
      const isBitwise = operator === 'and' || operator === 'or' || operator === 'xor';
      return isBitwise
        ? carrier.binary(operator, part(expression.left), part(expression.right))
        : carrier.slice(expression, low, width);
    }
    case 'multiplex':
      return carrier.multiplex(expression.condition, part(expression.whenTrue), part(expression.whenFalse));
    case 'select': {
      const sliced = withOperands(expression, [expression.index, ...expression.elements.map(part)]);
      return { ...sliced, width, signed: false };
    }
    case 'constant':
    case 'reference':
    case 'memory_read':
      return carrier.slice(expression, low, width);
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};
