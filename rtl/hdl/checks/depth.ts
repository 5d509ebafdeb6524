import { type Diagnostic, diagnose } from '../diagnostic.ts';
import type { Expression, Module, SourceLocation } from '../ir.ts';
import { eachStatement, expressionsOf, operandsOf } from '../traverse.ts';

/** No clock waits for more operators one after the other, and what walks expressions calls itself as deeply as they are. */
const limit = 500;

/** How many operators deep expressions are: without recursion, since it stands before all that recurs. */
const depths = () => {
  const known = new Map<Expression, number>();
  return (root: Expression): number => {
    const open = [root];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const operands = operandsOf(top);
      const waiting = operands.filter((operand) => !known.has(operand));
      if (waiting.length === 0 || known.has(top)) {
        const deepest = operands.reduce((most, operand) => Math.max(most, known.get(operand) ?? 0), 0);
        known.set(top, operands.length === 0 ? 0 : deepest + 1);
        open.pop();
      } else for (const operand of waiting) open.push(operand);
    }
    return known.get(root) ?? 0;
  };
};

/** Nothing is more operators deep than a clock cycle could hold. */
export const checkDepth = (module: Module): Diagnostic[] => {
  const depthOf = depths();
  const found: Diagnostic[] = [];
  const check = (expression: Expression, signal: string, location: SourceLocation): void => {
    const depth = depthOf(expression);
    if (depth > limit) found.push(diagnose('too-deep', location, { signal, depth, limit }));
  };
  for (const signal of module.signals) if (signal.initial !== null) check(signal.initial, signal.name, signal.location);
  for (const instance of module.instances)
    for (const [name, value] of instance.inputs) check(value, `${instance.name}_${name}`, instance.location);
  eachStatement(module.body, (statement) => {
    const what = statement.kind === 'assign' ? statement.target.name : `the ${statement.kind.replace('_', ' ')} here`;
    for (const expression of expressionsOf(statement)) check(expression, what, statement.location);
  });
  return found;
};
