/** Where in the TypeScript an output comes from. */
import type { Expression, Module, Signal, SourceLocation, Statement } from '../../rtl/hdl/ir.ts';

export interface TrailStep {
  /** Path of instances and signal. */
  readonly name: string;
  readonly declared: SourceLocation;
  /** The statements that assign it, in order; empty for what nothing assigns. */
  readonly driven: readonly SourceLocation[];
}

const assignmentsTo = (
  statements: readonly Statement[],
  target: Signal,
): { value: Expression; location: SourceLocation }[] =>
  statements.flatMap((statement) => {
    switch (statement.kind) {
      case 'assign':
        return statement.target === target ? [{ value: statement.value, location: statement.location }] : [];
      case 'if':
        return [...assignmentsTo(statement.then, target), ...assignmentsTo(statement.otherwise, target)];
      case 'switch':
        return [
          ...statement.cases.flatMap((each) => assignmentsTo(each.body, target)),
          ...assignmentsTo(statement.otherwise, target),
        ];
      case 'memory_write':
      case 'property':
        return [];
      default:
        throw new Error(`unknown kind of statement ${statement satisfies never}`);
    }
  });

/** The signal that an expression passes on unchanged, or a part of it. */
const passedOn = (expression: Expression): Signal | null => {
  switch (expression.kind) {
    case 'reference':
      return expression.signal;
    case 'slice':
    case 'reinterpretation':
    case 'extension':
      return passedOn(expression.operand);
    default:
      return null;
  }
};

/** From an output port inwards, as long as there is one source: ends at a register, or where something is computed. */
export const trailOf = (top: Module, port: string): readonly TrailStep[] => {
  const steps: TrailStep[] = [];
  let module = top;
  let path = '';
  let signal = top.signals.find((each) => each.name === port);
  while (signal !== undefined) {
    const target: Signal = signal;
    const assignments = assignmentsTo(module.body, target);
    steps.push({
      name: path + target.name,
      declared: target.location,
      driven: assignments.map((each) => each.location),
    });
    signal = undefined;
    if (target.kind === 'instance_output') {
      for (const instance of module.instances) {
        const inner = [...instance.outputs].find(([, outer]) => outer === target)?.[0];
        if (inner === undefined) continue;
        path += `${instance.name}.`;
        module = instance.module;
        signal = module.signals.find((each) => each.name === inner);
        break;
      }
    } else if (target.kind === 'wire' && assignments.length === 1) {
      signal = passedOn(assignments[0]!.value) ?? undefined;
    }
  }
  return steps;
};

export const placeText = ({ file, line }: SourceLocation): string => `${file}:${line}`;
