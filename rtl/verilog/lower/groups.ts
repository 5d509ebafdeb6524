import type { Expression, Signal, Statement } from '../../hdl/ir.ts';
import { branchesOf, expressionsOf, operandsOf } from '../../hdl/traverse.ts';
import { project, subjectsOf } from './projection.ts';

/** Which signals share an always block. */

/** Registers that are set under a common condition go together; those with and without reset stay apart. */
export const groupRegisters = (body: readonly Statement[]): Signal[][] => {
  const leaders = new Map<Signal, Signal>();
  const leaderOf = (signal: Signal): Signal => {
    const leader = leaders.get(signal) ?? signal;
    return leader === signal ? signal : leaderOf(leader);
  };
  for (const statement of body) {
    const registers = [...subjectsOf(statement)].filter((subject): subject is Signal => isRegister(subject));
    for (const register of registers) if (!leaders.has(register)) leaders.set(register, register);
    for (const withReset of [true, false]) {
      const [first, ...rest] = registers.filter((register) => (register.reset !== null) === withReset);
      if (first !== undefined) for (const other of rest) leaders.set(leaderOf(other), leaderOf(first));
    }
  }
  const groups = new Map<Signal, Signal[]>();
  for (const register of leaders.keys())
    groups.set(leaderOf(register), [...(groups.get(leaderOf(register)) ?? []), register]);
  return [...groups.values()];
};

const isRegister = (subject: unknown): boolean =>
  typeof subject === 'object' && subject !== null && 'kind' in subject && subject.kind === 'register';

/** The signals that an expression reads, shared parts looked at once. */
const signalsRead = (roots: readonly Expression[]): Set<Signal> => {
  const seen = new Set<Expression>();
  const found = new Set<Signal>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if (expression.kind === 'reference') found.add(expression.signal);
    for (const operand of operandsOf(expression)) visit(operand);
  };
  for (const root of roots) visit(root);
  return found;
};

const rootsIn = (statements: readonly Statement[]): Expression[] =>
  statements.flatMap((statement) => [...expressionsOf(statement), ...branchesOf(statement).flatMap(rootsIn)]);

/**
 * Wires that are set under a common condition go together, as far as none of them is read on the way to another of its
 * block: within a block a read would come before the assignment, and blocks that wait for each other look like loops.
 */
export const groupWires = (body: readonly Statement[], wires: readonly Signal[]): Signal[][] => {
  const groupOf = new Map<Signal, Set<Signal>>(wires.map((wire) => [wire, new Set([wire])]));
  const reads = new Map<Signal, Set<Signal>>();
  for (const signal of wires) {
    const roots = rootsIn(project(body, new Set([signal])));
    reads.set(signal, signalsRead(signal.initial === null ? roots : [...roots, signal.initial]));
  }
  /** Whether going from what `from` reads, group by group, arrives at `to`. */
  const reaches = (from: ReadonlySet<Signal>, to: ReadonlySet<Signal>): boolean => {
    const seen = new Set<Signal>();
    const open = [...from];
    for (let signal = open.pop(); signal !== undefined; signal = open.pop()) {
      for (const read of reads.get(signal) ?? []) {
        if (to.has(read)) return true;
        for (const member of groupOf.get(read) ?? []) {
          if (seen.has(member)) continue;
          seen.add(member);
          open.push(member);
        }
      }
    }
    return false;
  };
  const targets = new Set<unknown>(wires);
  for (const statement of body) {
    if (statement.kind === 'assign') continue;
    const [first, ...rest] = [...subjectsOf(statement)].filter((subject): subject is Signal => targets.has(subject));
    if (first === undefined) continue;
    for (const wire of rest) {
      const left = groupOf.get(first) as Set<Signal>;
      const right = groupOf.get(wire) as Set<Signal>;
      if (left === right || reaches(left, right) || reaches(right, left)) continue;
      for (const member of right) {
        left.add(member);
        groupOf.set(member, left);
      }
    }
  }
  return [...new Set(groupOf.values())].map((group) => [...group]);
};
