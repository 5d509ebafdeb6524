import type { Memory, Signal, Statement } from '../../hdl/ir.ts';
import { branchesOf, eachStatement } from '../../hdl/traverse.ts';

/** What a statement without branches acts on. */
export type Subject = Signal | Memory | 'property';

export const subjectOf = (statement: Statement): Subject | null => {
  switch (statement.kind) {
    case 'assign':
      return statement.target;
    case 'memory_write':
      return statement.memory;
    case 'property':
      return 'property';
    case 'if':
    case 'switch':
      return null;
    default:
      throw new Error(`unknown statement ${statement satisfies never}`);
  }
};

/** Everything that a statement acts on, in order. */
export const subjectsOf = (statement: Statement): Set<Subject> => {
  const found = new Set<Subject>();
  eachStatement([statement], (one) => {
    const subject = subjectOf(one);
    if (subject !== null) found.add(subject);
  });
  return found;
};

/** The statements as far as they act on what is kept; branches that come out empty go. */
export const project = (statements: readonly Statement[], keep: ReadonlySet<Subject>): Statement[] =>
  statements.flatMap((statement): Statement[] => {
    const subject = subjectOf(statement);
    if (subject !== null) return keep.has(subject) ? [statement] : [];
    if (statement.kind === 'if') {
      const then = project(statement.then, keep);
      const otherwise = project(statement.otherwise, keep);
      return then.length + otherwise.length === 0 ? [] : [{ ...statement, then, otherwise }];
    }
    if (statement.kind === 'switch') {
      const otherwise = project(statement.otherwise, keep);
      const cases = statement.cases.map((one) => ({ ...one, body: project(one.body, keep) }));
      const empty = otherwise.length === 0 && cases.every((one) => one.body.length === 0);
      if (empty) return [];
      return [
        { ...statement, cases: otherwise.length === 0 ? cases.filter((one) => one.body.length > 0) : cases, otherwise },
      ];
    }
    return branchesOf(statement).length === 0 ? [] : [statement];
  });
