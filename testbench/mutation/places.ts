/** Finding the one place in a module that a change is meant for. Every function fails loudly when it finds none, or more than it should. */
import type { Expression, Module, Signal, Statement } from '../../rtl/hdl/ir.ts';
import { eachStatement, operandsOf, withOperands } from '../../rtl/hdl/traverse.ts';
import { PlaceError } from './edit-instance.ts';
import { rewriteModule } from './rewrite.ts';

export const signalNamed = (module: Module, name: string): Signal => {
  const signal = module.signals.find((each) => each.name === name);
  if (signal === undefined) throw new PlaceError(`'${module.name}' has no signal '${name}'`);
  return signal;
};

/** Whether an expression is a plain mention of a signal. */
export const isReference = (expression: Expression, name: string): boolean =>
  expression.kind === 'reference' && expression.signal.name === name;

/** Whether a signal is mentioned anywhere in an expression. */
export const mentions = (expression: Expression, name: string): boolean =>
  isReference(expression, name) || operandsOf(expression).some((operand) => mentions(operand, name));

const atLocation = <Node extends Expression>(node: Node, like: Expression): Node => ({
  ...node,
  location: like.location,
});

export const constantLike = (like: Expression, value: bigint): Expression =>
  atLocation({ kind: 'constant', width: like.width, signed: like.signed, location: like.location, value }, like);

export const notOf = (operand: Expression): Expression => ({
  kind: 'unary',
  operator: 'not',
  operand,
  width: operand.width,
  signed: operand.signed,
  location: operand.location,
});

/** Changes the reset value of a register. */
export const changeReset = (module: Module, name: string, change: (value: bigint) => bigint): Module => {
  const signal = signalNamed(module, name);
  if (signal.kind !== 'register' || signal.reset === null)
    throw new PlaceError(`'${name}' of '${module.name}' is no register with a reset`);
  const reset = change(signal.reset);
  return rewriteModule(module, { signal: (each) => (each === signal ? { ...signal, reset } : each) });
};

/** The expressions that give a signal its value: its default, and what is assigned to it, in order, wherever it stands. */
export const valuesOf = (module: Module, name: string): readonly Expression[] => {
  const signal = signalNamed(module, name);
  const found: Expression[] = signal.initial === null ? [] : [signal.initial];
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'assign' && statement.target === signal) found.push(statement.value);
  });
  return found;
};

const nodesOf = (root: Expression): Set<Expression> => {
  const nodes = new Set<Expression>();
  const visit = (node: Expression): void => {
    if (nodes.has(node)) return;
    nodes.add(node);
    for (const operand of operandsOf(node)) visit(operand);
  };
  visit(root);
  return nodes;
};

/**
 * Changes expressions within what gives a signal its value, and there alone.
 * @param count how many nodes `matches` must find.
 */
export const changeInValues = (
  module: Module,
  name: string,
  matches: (expression: Expression) => boolean,
  change: (expression: Expression) => Expression,
  count = 1,
): Module => {
  const signal = signalNamed(module, name);
  const values = valuesOf(module, name);
  const targets = new Set(values.flatMap((value) => [...nodesOf(value)].filter(matches)));
  if (targets.size !== count) {
    throw new PlaceError(
      `${targets.size} places in what gives '${name}' of '${module.name}' its value fit, and ${count} should`,
    );
  }
  const replace = (expression: Expression): Expression =>
    rewriteExpression(expression, (node, original) => (targets.has(original) ? change(node) : node));
  return rewriteModule(module, { value: (value, target) => (target === signal ? replace(value) : value) });
};

const rewriteExpression = (
  root: Expression,
  change: (node: Expression, original: Expression) => Expression,
): Expression => {
  const known = new Map<Expression, Expression>();
  const visit = (original: Expression): Expression => {
    const found = known.get(original);
    if (found !== undefined) return found;
    const value = change(withChanged(original, visit), original);
    known.set(original, value);
    return value;
  };
  return visit(root);
};

const withChanged = (original: Expression, visit: (operand: Expression) => Expression): Expression => {
  const operands = operandsOf(original);
  const changed = operands.map(visit);
  return changed.every((operand, index) => operand === operands[index]) ? original : withOperands(original, changed);
};

/** Changes the conditions of the `if` statements that `matches` picks. */
export const changeConditions = (
  module: Module,
  matches: (statement: Extract<Statement, { readonly kind: 'if' }>) => boolean,
  change: (condition: Expression) => Expression,
  count = 1,
): Module => {
  let found = 0;
  const changed = rewriteModule(module, {
    statement(statement, original) {
      if (original.kind !== 'if' || statement.kind !== 'if' || !matches(original)) return [statement];
      found += 1;
      return [{ ...statement, condition: change(statement.condition) }];
    },
  });
  if (found !== count) throw new PlaceError(`${found} conditions of '${module.name}' fit, and ${count} should`);
  return changed;
};

/** Whether a list of statements assigns a signal directly. */
export const assigns = (statements: readonly Statement[], name: string): boolean =>
  statements.some((statement) => statement.kind === 'assign' && statement.target.name === name);

/** The expression with a constant where it mentions a signal. */
export const rewriteReference = (expression: Expression, name: string, value: bigint): Expression =>
  rewriteExpression(expression, (node) => (isReference(node, name) ? constantLike(node, value) : node));
