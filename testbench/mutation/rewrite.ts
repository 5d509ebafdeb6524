/** Changed copies of elaborated modules. What is not touched is shared with the original. */
import type { Expression, Instance, Memory, Module, Signal, Statement } from '../../rtl/hdl/ir.ts';
import { noteModule, notesOf } from '../../rtl/hdl/module-notes.ts';
import { memoised, operandsOf, withOperands } from '../../rtl/hdl/traverse.ts';

export interface Changes {
  /** Gives another signal in a signal's place; the same one to leave it. */
  readonly signal?: (signal: Signal) => Signal;
  readonly memory?: (memory: Memory) => Memory;
  /** Gives another value for a signal to take, by default or by assignment, before anything in it is changed. */
  readonly value?: (value: Expression, target: Signal) => Expression;
  /** Gives another expression of the same width in an expression's place, operands changed already; the same one to leave it. */
  readonly expression?: (expression: Expression, original: Expression) => Expression;
  /** Gives statements in a statement's place, its inside changed already. */
  readonly statement?: (statement: Statement, original: Statement) => readonly Statement[];
  readonly instance?: (instance: Instance) => Instance;
}

/** The module with all changes made; its instances' modules are left alone. */
export const rewriteModule = (module: Module, changes: Changes): Module => {
  const memories = new Map(module.memories.map((each) => [each, changes.memory?.(each) ?? each]));
  const memory = (each: Memory): Memory => memories.get(each) ?? each;
  const signals = new Map<Signal, Signal>();
  /** A wire's default value mentions other wires, never itself: elaboration refuses loops. */
  const withSignal = (original: Signal): Signal => {
    const found = signals.get(original);
    if (found !== undefined) return found;
    const changed = changes.signal?.(original) ?? original;
    const initial = changed.initial === null ? null : expression(valueFor(changed.initial, original));
    const rebuilt = initial === changed.initial ? changed : { ...changed, initial };
    signals.set(original, rebuilt);
    return rebuilt;
  };
  const valueFor = (value: Expression, target: Signal): Expression => changes.value?.(value, target) ?? value;
  const atLeaf = (expression: Expression): Expression => {
    if (expression.kind === 'reference') {
      const changed = withSignal(expression.signal);
      return changed === expression.signal ? expression : { ...expression, signal: changed };
    }
    if (expression.kind === 'memory_read') {
      const changed = memory(expression.memory);
      return changed === expression.memory ? expression : { ...expression, memory: changed };
    }
    return expression;
  };
  const expression = memoised<Expression>((original, of) => {
    const operands = operandsOf(original);
    const changed = operands.map(of);
    const same = changed.every((operand, index) => operand === operands[index]);
    const rebuilt = atLeaf(same ? original : withOperands(original, changed));
    return changes.expression?.(rebuilt, original) ?? rebuilt;
  });
  const statements = (list: readonly Statement[]): readonly Statement[] => list.flatMap(statement);
  const inside = (original: Statement): Statement => {
    switch (original.kind) {
      case 'assign':
        return {
          ...original,
          target: withSignal(original.target),
          value: expression(valueFor(original.value, original.target)),
        };
      case 'if':
        return {
          ...original,
          condition: expression(original.condition),
          then: statements(original.then),
          otherwise: statements(original.otherwise),
        };
      case 'switch':
        return {
          ...original,
          subject: expression(original.subject),
          cases: original.cases.map((each) => ({ ...each, body: statements(each.body) })),
          otherwise: statements(original.otherwise),
        };
      case 'memory_write':
        return {
          ...original,
          memory: memory(original.memory),
          address: expression(original.address),
          data: expression(original.data),
          mask: original.mask === null ? null : expression(original.mask),
        };
      case 'property':
        return { ...original, condition: expression(original.condition) };
      default:
        throw new Error(`unknown kind of statement ${original satisfies never}`);
    }
  };
  const statement = (original: Statement): readonly Statement[] => {
    const rebuilt = inside(original);
    return changes.statement?.(rebuilt, original) ?? [rebuilt];
  };
  const rebuilt: Module = {
    ...module,
    memories: module.memories.map(memory),
    instances: module.instances.map((instance) => {
      const joined = {
        ...instance,
        inputs: new Map([...instance.inputs].map(([name, value]) => [name, expression(value)])),
        outputs: new Map([...instance.outputs].map(([name, signal]) => [name, withSignal(signal)])),
      };
      return changes.instance?.(joined) ?? joined;
    }),
    body: statements(module.body),
    signals: module.signals.map(withSignal),
  };
  noteModule(rebuilt, notesOf(module));
  return rebuilt;
};
