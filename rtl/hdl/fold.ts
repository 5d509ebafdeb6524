import type { Carrier } from './carrier.ts';
import type { Expression } from './ir.ts';
import { memoised } from './traverse.ts';

/** What the leaves of an expression are on a carrier. */
export interface Leaves<T> {
  reference(expression: Extract<Expression, { kind: 'reference' }>): T;
  memoryRead(expression: Extract<Expression, { kind: 'memory_read' }>, address: T): T;
}

/** An expression on any carrier: known values, other expressions, literals of a proof. Shared parts are done once. */
export const foldOver = <T>(carrier: Carrier<T>, leaves: Leaves<T>): ((expression: Expression) => T) => {
  const compute = (expression: Expression, of: (operand: Expression) => T): T => {
    switch (expression.kind) {
      case 'constant':
        return carrier.constant(expression, expression.value);
      case 'reference':
        return leaves.reference(expression);
      case 'unary':
        return carrier.unary(expression.operator, of(expression.operand));
      case 'binary':
        return carrier.binary(expression.operator, of(expression.left), of(expression.right));
      case 'multiplex':
        return carrier.multiplex(of(expression.condition), of(expression.whenTrue), of(expression.whenFalse));
      case 'slice':
        return carrier.slice(of(expression.operand), expression.low, expression.width);
      case 'concatenation':
        return carrier.concatenation(expression.parts.map(of));
      case 'extension':
        return carrier.extension(of(expression.operand), expression.width);
      case 'select':
        return carrier.select(of(expression.index), expression.elements.map(of));
      case 'reinterpretation':
        return carrier.reinterpretation(of(expression.operand), expression.signed);
      case 'memory_read':
        return leaves.memoryRead(expression, of(expression.address));
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  };
  // A node says itself whether it is signed.
  return memoised<T>((expression, of) => {
    const value = compute(expression, of);
    return carrier.type(value).signed === expression.signed
      ? value
      : carrier.reinterpretation(value, expression.signed);
  });
};
