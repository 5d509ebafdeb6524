import { constants } from '../../hdl/constant.ts';
import { foldOver } from '../../hdl/fold.ts';
import type { Expression, Statement } from '../../hdl/ir.ts';
import { operandsOf, withOperands } from '../../hdl/traverse.ts';

/** A function of an expression computed from that of its operands, remembered for as long as the expression lives. */
const memoisedWeakly = <T extends boolean | Expression>(
  compute: (expression: Expression, of: (operand: Expression) => T) => T,
): ((expression: Expression) => T) => {
  const known = new WeakMap<Expression, T>();
  const of = (expression: Expression): T => {
    const found = known.get(expression) ?? compute(expression, of);
    known.set(expression, found);
    return found;
  };
  return of;
};

const unreachable = (): never => {
  throw new Error('an expression that reads nothing has no leaves');
};

/** The elements of a choice that some index names. */
export const reachableElements = (expression: Extract<Expression, { kind: 'select' }>): readonly Expression[] =>
  expression.index.width < 31 ? expression.elements.slice(0, 2 ** expression.index.width) : expression.elements;

/** Operations that give zero whatever their other operand is: tools see that, and wait for nothing. */
const isZero = (expression: Expression, of: (operand: Expression) => Expression): boolean => {
  if (expression.kind !== 'binary') return false;
  const { operator } = expression;
  const [left, right] = [of(expression.left), of(expression.right)];
  const zero = (operand: Expression): boolean => operand.kind === 'constant' && operand.value === 0n;
  switch (operator) {
    case 'and':
    case 'multiply':
      return zero(left) || zero(right);
    case 'shift_left':
      return zero(left) || (right.kind === 'constant' && right.value >= BigInt(left.width));
    case 'shift_right':
      return zero(left) || (!left.signed && right.kind === 'constant' && right.value >= BigInt(left.width));
    case 'or':
    case 'xor':
    case 'add':
    case 'subtract':
    case 'equal':
    case 'less':
      return false;
    default:
      throw new Error(`unknown operator ${operator satisfies never}`);
  }
};

/**
 * The constant that an expression is, or the one element that a choice can take; else the expression. An `always @*` over
 * constants would never run, so none are left.
 */
export const simplest: (expression: Expression) => Expression = memoisedWeakly<Expression>((expression, of) => {
  if (expression.kind === 'constant') return expression;
  const operands = operandsOf(expression).map(of);
  if (
    operands.length > 0 &&
    expression.kind !== 'memory_read' &&
    operands.every((operand) => operand.kind === 'constant')
  ) {
    const folded = foldOver(constants, { reference: unreachable, memoryRead: unreachable });
    const { value } = folded(withOperands(expression, operands));
    const { width, signed, location } = expression;
    return { kind: 'constant', value, width, signed, location };
  }
  if (isZero(expression, of)) {
    const { width, signed, location } = expression;
    return { kind: 'constant', value: 0n, width, signed, location };
  }
  if (expression.kind === 'multiplex') {
    const condition = of(expression.condition);
    if (condition.kind === 'constant') return of(condition.value === 1n ? expression.whenTrue : expression.whenFalse);
  }
  if (expression.kind === 'select') {
    const elements = reachableElements(expression);
    const index = of(expression.index);
    const last = elements.length - 1;
    if (index.kind === 'constant')
      return of(elements[index.value > BigInt(last) ? last : Number(index.value)] as Expression);
    if (elements.length === 1) return of(elements[0] as Expression);
  }
  return expression;
});

/** The statements without the branches that constants rule out. */
export const withoutDeadBranches = (statements: readonly Statement[]): Statement[] =>
  statements.flatMap((statement): Statement[] => {
    if (statement.kind === 'if') {
      const condition = simplest(statement.condition);
      if (condition.kind === 'constant')
        return withoutDeadBranches(condition.value === 1n ? statement.then : statement.otherwise);
      return [
        {
          ...statement,
          then: withoutDeadBranches(statement.then),
          otherwise: withoutDeadBranches(statement.otherwise),
        },
      ];
    }
    if (statement.kind === 'switch') {
      const subject = simplest(statement.subject);
      if (subject.kind === 'constant') {
        const chosen = statement.cases.find((one) => one.values.includes(subject.value));
        return withoutDeadBranches(chosen === undefined ? statement.otherwise : chosen.body);
      }
      if (statement.cases.length === 0) return withoutDeadBranches(statement.otherwise);
      const cases = statement.cases.map((one) => ({ ...one, body: withoutDeadBranches(one.body) }));
      return [{ ...statement, cases, otherwise: withoutDeadBranches(statement.otherwise) }];
    }
    return [statement];
  });
