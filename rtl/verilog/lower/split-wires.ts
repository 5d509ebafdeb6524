import { signalGraph, signalsInLoops } from '../../hdl/checks/loops.ts';
import { enumerationOf, noteEnumeration } from '../../hdl/enumeration-notes.ts';
import { expressionsAt, reference } from '../../hdl/expression.ts';
import type { Expression, Module, Signal, Statement } from '../../hdl/ir.ts';
import { eachStatement, memoised, operandsOf, rootsOf, withOperands } from '../../hdl/traverse.ts';
import { Namespace } from './namespace.ts';
import { sliceOf } from './slice-of.ts';

/**
 * Wires of which one bit depends on another, such as the carries of a chain, become one wire for each part. No bit depends on
 * itself, which has been checked; but simulators look at whole signals, and would see a loop, or read a part too early.
 */
export const splitWires = (module: Module): Module => {
  const looping = loopingWires(module);
  if (looping.size === 0) return module;
  const byRange = split(module, looping, (wire) => cutsOf(module, wire));
  if (loopingWires(byRange).size === 0) return byRange;
  return split(module, looping, (wire) => Array.from({ length: wire.width + 1 }, (_, bit) => bit));
};

const loopingWires = (module: Module): Set<Signal> =>
  new Set([...signalsInLoops(signalGraph(module))].filter((signal) => signal.kind === 'wire' && signal.width > 1));

/** The bit numbers at which something begins or ends to be set or read. */
const cutsOf = (module: Module, wire: Signal): number[] => {
  const cuts = new Set([0, wire.width]);
  const cut = (low: number, width: number): void => {
    cuts.add(low);
    cuts.add(low + width);
  };
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'assign' && statement.target === wire) cut(statement.low, statement.value.width);
  });
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if (expression.kind === 'slice' && expression.operand.kind === 'reference' && expression.operand.signal === wire)
      cut(expression.low, expression.width);
    for (const operand of operandsOf(expression)) visit(operand);
  };
  for (const root of rootsOf(module)) visit(root);
  return [...cuts].sort((left, right) => left - right);
};

interface Part {
  readonly signal: Signal;
  readonly low: number;
}

const split = (module: Module, wires: ReadonlySet<Signal>, cuts: (wire: Signal) => readonly number[]): Module => {
  const namespace = new Namespace([...module.signals, ...module.memories, ...module.instances].map((one) => one.name));
  /** Every wire's default becomes a first assignment, which may be divided; signals themselves never change. */
  const replacement = new Map<Signal, Signal>();
  for (const signal of module.signals) {
    const replaced = signal.initial === null ? signal : { ...signal, initial: null };
    const enumeration = enumerationOf(signal);
    if (enumeration !== undefined) noteEnumeration(replaced, enumeration);
    replacement.set(signal, replaced);
  }
  const parts = new Map<Signal, Part[]>();
  for (const wire of wires) {
    const bounds = cuts(wire);
    parts.set(
      wire,
      bounds.slice(0, -1).map((low, index) => {
        const width = (bounds[index + 1] ?? wire.width) - low;
        const name = namespace.take(width === 1 ? `${wire.name}_${low}` : `${wire.name}_${low + width - 1}_${low}`);
        return { low, signal: { ...wire, name, width, signed: false, port: null, initial: null } };
      }),
    );
  }
  const of = memoised<Expression>((expression, inner) => {
    if (expression.kind === 'reference') {
      const own = parts.get(expression.signal);
      const { location, signed } = expression;
      if (own === undefined) return { ...expression, signal: replacement.get(expression.signal) ?? expression.signal };
      const carrier = expressionsAt(location);
      return carrier.reinterpretation(
        carrier.concatenation(own.map((part) => reference(part.signal, location)).reverse()),
        signed,
      );
    }
    if (expression.kind === 'slice') return sliceOf(inner(expression.operand), expression.low, expression.width);
    return withOperands(expression, operandsOf(expression).map(inner));
  });
  const assign = (target: Signal, low: number, value: Expression, location: Signal['location']): Statement[] => {
    const own = parts.get(target);
    if (own === undefined) return [{ kind: 'assign', target: replacement.get(target) ?? target, low, value, location }];
    return own.flatMap((part): Statement[] => {
      const from = Math.max(low, part.low);
      const to = Math.min(low + value.width, part.low + part.signal.width);
      if (from >= to) return [];
      return [
        {
          kind: 'assign',
          target: part.signal,
          low: from - part.low,
          value: sliceOf(value, from - low, to - from),
          location,
        },
      ];
    });
  };
  const rewrite = (statements: readonly Statement[]): Statement[] =>
    statements.flatMap((statement): Statement[] => {
      switch (statement.kind) {
        case 'assign':
          return assign(statement.target, statement.low, of(statement.value), statement.location);
        case 'if':
          return [
            {
              ...statement,
              condition: of(statement.condition),
              then: rewrite(statement.then),
              otherwise: rewrite(statement.otherwise),
            },
          ];
        case 'switch': {
          const cases = statement.cases.map((one) => ({ ...one, body: rewrite(one.body) }));
          return [{ ...statement, subject: of(statement.subject), cases, otherwise: rewrite(statement.otherwise) }];
        }
        case 'memory_write': {
          const mask = statement.mask === null ? null : of(statement.mask);
          return [{ ...statement, address: of(statement.address), data: of(statement.data), mask }];
        }
        case 'property':
          return [{ ...statement, condition: of(statement.condition) }];
        default:
          throw new Error(`unknown statement ${statement satisfies never}`);
      }
    });
  const defaults = module.signals.flatMap((signal) =>
    signal.initial === null ? [] : assign(signal, 0, of(signal.initial), signal.location),
  );
  const ports = [...wires].flatMap((wire): Statement[] => {
    if (wire.port === null) return [];
    const value = of(reference(wire, wire.location));
    return [{ kind: 'assign', target: replacement.get(wire) ?? wire, low: 0, value, location: wire.location }];
  });
  return {
    ...module,
    signals: [
      ...module.signals
        .filter((signal) => !wires.has(signal) || signal.port !== null)
        .map((signal) => replacement.get(signal) ?? signal),
      ...[...parts.values()].flat().map((part) => part.signal),
    ],
    instances: module.instances.map((instance) => ({
      ...instance,
      inputs: new Map([...instance.inputs].map(([name, value]) => [name, of(value)])),
    })),
    body: [...defaults, ...rewrite(module.body), ...ports],
  };
};
