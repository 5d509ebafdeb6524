/** Walks over the intermediate representation that the lowering to Verilog needs. */
import type { Expression, Memory, Module, Signal, Statement } from '../hdl/ir.ts';

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
      return expression satisfies never;
  }
};

/** What a statement writes: a signal, a memory, or 'property' for the assertions. */
export type Destination = Signal | Memory | 'property';

/** The destinations that the statements write, nested ones included, in order of first appearance. */
export const destinationsOf = (statements: readonly Statement[], found = new Set<Destination>()): Set<Destination> => {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        found.add(statement.target);
        break;
      case 'memory_write':
        found.add(statement.memory);
        break;
      case 'property':
        found.add('property');
        break;
      case 'if':
        destinationsOf(statement.then, found);
        destinationsOf(statement.otherwise, found);
        break;
      case 'switch':
        for (const { body } of statement.cases) destinationsOf(body, found);
        destinationsOf(statement.otherwise, found);
        break;
      default:
        statement satisfies never;
    }
  }
  return found;
};

/** The statements cut down to those that write one of the destinations. Branches that become empty go, tests that guard nothing too. */
export const project = (statements: readonly Statement[], wanted: ReadonlySet<Destination>): readonly Statement[] =>
  statements.flatMap((statement): readonly Statement[] => {
    switch (statement.kind) {
      case 'assign':
        return wanted.has(statement.target) ? [statement] : [];
      case 'memory_write':
        return wanted.has(statement.memory) ? [statement] : [];
      case 'property':
        return wanted.has('property') ? [statement] : [];
      case 'if': {
        const then = project(statement.then, wanted);
        const otherwise = project(statement.otherwise, wanted);
        return then.length + otherwise.length === 0 ? [] : [{ ...statement, then, otherwise }];
      }
      case 'switch': {
        const cases = statement.cases.map((choice) => ({ ...choice, body: project(choice.body, wanted) }));
        const otherwise = project(statement.otherwise, wanted);
        const empty = otherwise.length === 0 && cases.every(({ body }) => body.length === 0);
        return empty ? [] : [{ ...statement, cases, otherwise }];
      }
      default:
        return statement satisfies never;
    }
  });

/** Calls `visit` with each expression at the root of a statement: values, conditions, subjects, addresses, data, masks. */
export const eachRoot = (statements: readonly Statement[], visit: (expression: Expression) => void): void => {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        visit(statement.value);
        break;
      case 'memory_write':
        visit(statement.address);
        visit(statement.data);
        if (statement.mask !== null) visit(statement.mask);
        break;
      case 'property':
        visit(statement.condition);
        break;
      case 'if':
        visit(statement.condition);
        eachRoot(statement.then, visit);
        eachRoot(statement.otherwise, visit);
        break;
      case 'switch':
        visit(statement.subject);
        for (const { body } of statement.cases) eachRoot(body, visit);
        eachRoot(statement.otherwise, visit);
        break;
      default:
        statement satisfies never;
    }
  }
};

/** Signals that an expression reads. */
export const signalsIn = (expression: Expression, found: Set<Signal>, seen: Set<Expression>): void => {
  if (seen.has(expression)) return;
  seen.add(expression);
  if (expression.kind === 'reference') found.add(expression.signal);
  for (const operand of operandsOf(expression)) signalsIn(operand, found, seen);
};

/** All modules of a design, each after those it instantiates; the design's top is last. */
export const modulesOf = (top: Module): readonly Module[] => {
  const found = new Set<Module>();
  const visit = (module: Module): void => {
    if (found.has(module)) return;
    for (const { module: inner } of module.instances) visit(inner);
    found.add(module);
  };
  visit(top);
  return [...found];
};
