import { type Diagnostic, diagnose } from '../diagnostic.ts';
import { describe } from '../expression.ts';
import type { Expression, Memory, Module, Signal } from '../ir.ts';
import { ownerNames } from '../module-builder.ts';
import { operandsOf, rootsOf } from '../traverse.ts';

/** A module reads its own signals and memories only. */
export const checkOwnership = (module: Module): Diagnostic[] => {
  const own = new Set<Signal | Memory>([...module.signals, ...module.memories]);
  const seen = new Set<Expression>();
  const found: Diagnostic[] = [];
  const reported = new Set<Signal | Memory>();
  const visit = (expression: Expression, user: Expression): void => {
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
      const location = user === expression ? module.location : user.location;
      found.push(diagnose('foreign-signal', location, parameters, [{ note: 'declared', location: used.location }]));
    }
    for (const operand of operandsOf(expression)) visit(operand, expression);
  };
  for (const root of rootsOf(module)) visit(root, root);
  return found;
};
