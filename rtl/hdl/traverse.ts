import type { Expression, Module, Statement } from './ir.ts';

/** The operands of an expression, left to right. */
export const operandsOf = (expression: Expression): readonly Expression[] => {
  switch (expression.kind) {
    case 'constant':
    case 'reference':
      return [];
    case 'unary':
    case 'slice':
    case 'extension':
    case 'reinterpretation':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'multiplex':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'concatenation':
      return expression.parts;
    case 'select':
      return [expression.index, ...expression.elements];
    case 'memory_read':
      return [expression.address];
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

/** The same expression over other operands, given in the order of `operandsOf`. */
export const withOperands = (expression: Expression, operands: readonly Expression[]): Expression => {
  const [first, second, third] = operands;
  switch (expression.kind) {
    case 'constant':
    case 'reference':
      return expression;
    case 'unary':
    case 'slice':
    case 'extension':
    case 'reinterpretation':
      return { ...expression, operand: first as Expression };
    case 'binary':
      return { ...expression, left: first as Expression, right: second as Expression };
    case 'multiplex':
      return {
        ...expression,
        condition: first as Expression,
        whenTrue: second as Expression,
        whenFalse: third as Expression,
      };
    case 'concatenation':
      return { ...expression, parts: operands };
    case 'select':
      return { ...expression, index: first as Expression, elements: operands.slice(1) };
    case 'memory_read':
      return { ...expression, address: first as Expression };
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

/** The expressions that a statement holds itself, not those of the statements inside it. */
export const expressionsOf = (statement: Statement): readonly Expression[] => {
  switch (statement.kind) {
    case 'assign':
      return [statement.value];
    case 'if':
    case 'property':
      return [statement.condition];
    case 'switch':
      return [statement.subject];
    case 'memory_write':
      return statement.mask === null
        ? [statement.address, statement.data]
        : [statement.address, statement.data, statement.mask];
    default:
      throw new Error(`unknown statement ${statement satisfies never}`);
  }
};

/** The lists of statements inside a statement. */
export const branchesOf = (statement: Statement): readonly (readonly Statement[])[] => {
  switch (statement.kind) {
    case 'if':
      return [statement.then, statement.otherwise];
    case 'switch':
      return [...statement.cases.map((one) => one.body), statement.otherwise];
    case 'assign':
    case 'memory_write':
    case 'property':
      return [];
    default:
      throw new Error(`unknown statement ${statement satisfies never}`);
  }
};

/** Calls `visit` on every statement, outer ones first. */
export const eachStatement = (statements: readonly Statement[], visit: (statement: Statement) => void): void => {
  for (const statement of statements) {
    visit(statement);
    for (const branch of branchesOf(statement)) eachStatement(branch, visit);
  }
};

/** The roots of all expressions of a module. */
export const rootsOf = (module: Module): Expression[] => {
  const roots: Expression[] = module.signals.flatMap((signal) => (signal.initial === null ? [] : [signal.initial]));
  for (const instance of module.instances) roots.push(...instance.inputs.values());
  eachStatement(module.body, (statement) => roots.push(...expressionsOf(statement)));
  return roots;
};

/** A function of an expression computed from that of its operands, once for each node however often it is shared. */
export const memoised = <T>(
  compute: (expression: Expression, of: (operand: Expression) => T) => T,
): ((expression: Expression) => T) => {
  const known = new Map<Expression, T>();
  const of = (expression: Expression): T => {
    const found = known.get(expression);
    if (found !== undefined || known.has(expression)) return found as T;
    const value = compute(expression, of);
    known.set(expression, value);
    return value;
  };
  return of;
};
