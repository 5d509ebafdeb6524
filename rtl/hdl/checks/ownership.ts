import { type Diagnostic, diagnose } from '../diagnostic.ts';
import { describe } from '../expression.ts';
import type { Expression, Memory, Module, Signal, SourceLocation } from '../ir.ts';
import { ownerNames } from '../module-builder.ts';
import { eachStatement, expressionsOf, operandsOf } from '../traverse.ts';

/** A module reads its own signals and memories only. */
export const checkOwnership = (module: Module): Diagnostic[] => {
  const own = new Set<Signal | Memory>([...module.signals, ...module.memories]);
  const seen = new Set<Expression>();
  const found: Diagnostic[] = [];
  const reported = new Set<Signal | Memory>();
  const visit = (expression: Expression, location: SourceLocation): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    const used =
      expression.kind === 'reference'
        ? expression.signal
        : expression.kind === 'memory_read'
          ? expression.memory
          : null;
    if (used !== null && !own.has(used) && !reported.has(used)) {
      reported.add(used);
      const parameters = {
        signal: describe(expression),
        owner: ownerNames.get(used) ?? 'another module',
        user: module.name,
      };
      found.push(diagnose('foreign-signal', location, parameters, [{ note: 'declared', location: used.location }]));
    }
    // A reference stands where its signal was declared; whatever uses it stands in this module.
    for (const operand of operandsOf(expression)) visit(operand, expression.location);
  };
  for (const signal of module.signals) if (signal.initial !== null) visit(signal.initial, signal.location);
  for (const instance of module.instances)
    for (const value of instance.inputs.values()) visit(value, instance.location);
  eachStatement(module.body, (statement) => {
    for (const expression of expressionsOf(statement)) visit(expression, statement.location);
  });
  return found;
};
