/** What statements make of a value. */

import type { Expression, Statement } from '../../rtl/hdl/ir.ts';
import type { Node } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import type { Lowering } from './lowering.ts';

/**
 * The window after the statements ran on `current`; null stands for the value before any statement, and is given back
 * where nothing assigns. `hold` materialises it when it must be combined.
 */
export const afterStatements = (
  lowering: Lowering,
  scope: Scope,
  statements: readonly Statement[],
  current: Node | null,
  low: number,
  width: number,
  exact: boolean,
  hold: () => Node,
): Node | null => {
  const { graph } = lowering;
  let value = current;
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign': {
        const from = Math.max(low, statement.low);
        const to = Math.min(low + width, statement.low + statement.value.width);
        if (from >= to) break;
        const piece = lowering.window(scope, statement.value, from - statement.low, to - from, exact);
        if (to - from === width) value = piece;
        else {
          const before = value ?? hold();
          value = graph.concatenation([
            ...(from > low ? [graph.slice(before, 0, from - low)] : []),
            piece,
            ...(to < low + width ? [graph.slice(before, to - low, low + width - to)] : []),
          ]);
        }
        break;
      }
      case 'if': {
        const then = afterStatements(lowering, scope, statement.then, value, low, width, exact, hold);
        const otherwise = afterStatements(lowering, scope, statement.otherwise, value, low, width, exact, hold);
        if (then === otherwise) value = then;
        else
          value = graph.multiplex(
            lowering.window(scope, statement.condition, 0, 1, exact),
            then ?? hold(),
            otherwise ?? hold(),
          );
        break;
      }
      case 'switch': {
        const arms = statement.cases.map((one) =>
          afterStatements(lowering, scope, one.body, value, low, width, exact, hold),
        );
        const otherwise = afterStatements(lowering, scope, statement.otherwise, value, low, width, exact, hold);
        if (arms.every((arm) => arm === otherwise)) value = otherwise;
        else {
          const base = otherwise ?? hold();
          value = switchValue(
            lowering,
            scope,
            statement,
            arms.map((arm) => arm ?? hold()),
            base,
          );
        }
        break;
      }
      default:
        break;
    }
  }
  return value;
};

const switchValue = (
  lowering: Lowering,
  scope: Scope,
  statement: Extract<Statement, { kind: 'switch' }>,
  arms: readonly Node[],
  otherwise: Node,
): Node => {
  const { graph } = lowering;
  if (statement.subject.width <= 30) {
    const subject = lowering.window(scope, statement.subject, 0, statement.subject.width);
    return graph.choose(
      subject,
      statement.cases.map((one) => one.values.map(Number)),
      arms,
      otherwise,
    );
  }
  return statement.cases.reduceRight(
    (rest, one, index) =>
      graph.multiplex(caseCondition(lowering, scope, statement.subject, one.values), arms[index] ?? otherwise, rest),
    otherwise,
  );
};

/** Whether a subject has one of these values. */
export const caseCondition = (
  lowering: Lowering,
  scope: Scope,
  subject: Expression,
  values: readonly bigint[],
): Node => {
  const { graph } = lowering;
  const limbs = lowering.limbs(scope, subject);
  const word = BigInt(graph.wordWidth);
  return values
    .map((value) =>
      limbs
        .map((limb, index) => graph.binary('equal', limb, graph.constant(limb.width, value >> (BigInt(index) * word))))
        .reduce((all, next) => graph.binary('and', all, next)),
    )
    .reduce((any, next) => graph.binary('or', any, next), graph.constant(1, 0n));
};
