/** More ways to find the place of a change: whole values, any expression that fits. */
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { eachStatement, expressionsOf, operandsOf } from '../../rtl/hdl/traverse.ts';
import { PlaceError } from './edit-instance.ts';
import { isReference, valuesOf } from './places.ts';
import { rewriteModule } from './rewrite.ts';

/** Changes the whole of each value that a signal takes; there must be `count` of them. */
export const changeValues = (
  module: Module,
  name: string,
  change: (value: Expression) => Expression,
  count = 1,
  matches: (value: Expression) => boolean = () => true,
): Module => {
  const values = valuesOf(module, name).filter(matches);
  if (values.length !== count)
    throw new PlaceError(`${values.length} values of '${name}' of '${module.name}' fit, and ${count} should`);
  return rewriteModule(module, {
    value: (value, target) => (target.name === name && values.includes(value) ? change(value) : value),
  });
};

/** Changes every expression of a module that fits; at least one must. */
export const changeAnywhere = (
  module: Module,
  matches: (node: Expression) => boolean,
  change: (node: Expression) => Expression,
): Module => {
  let found = 0;
  const changed = rewriteModule(module, {
    expression(node, original) {
      if (!matches(original)) return node;
      found += 1;
      return change(node);
    },
  });
  if (found === 0) throw new PlaceError(`nothing in '${module.name}' fits`);
  return changed;
};

/** Some mention of a signal, for an expression that needs it. */
export const mentionOf = (module: Module, name: string): Expression => {
  let found: Expression | undefined;
  const visit = (node: Expression): void => {
    if (found !== undefined) return;
    if (isReference(node, name)) found = node;
    else for (const operand of operandsOf(node)) visit(operand);
  };
  eachStatement(module.body, (statement) => {
    for (const root of expressionsOf(statement)) visit(root);
  });
  if (found === undefined) throw new PlaceError(`'${module.name}' never mentions '${name}'`);
  return found;
};
