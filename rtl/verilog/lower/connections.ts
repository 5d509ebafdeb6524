import type { Expression, Module, Signal } from '../../hdl/ir.ts';
import { operandsOf, rootsOf } from '../../hdl/traverse.ts';
import type { Segment } from './segments.ts';

/** What is simple enough to stand in the connection itself. */
const simpleWeight = 2;

/** How often each signal is read. */
const readCounts = (module: Module): Map<Signal, number> => {
  const reads = new Map<Signal, number>();
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'reference') reads.set(expression.signal, (reads.get(expression.signal) ?? 0) + 1);
    if (seen.has(expression)) return;
    seen.add(expression);
    for (const operand of operandsOf(expression)) visit(operand);
  };
  for (const root of rootsOf(module)) visit(root);
  return reads;
};

/** The wires that only carry something simple to an instance, and what it is: they need no declaration. */
export const inlinedConnections = (
  module: Module,
  plain: ReadonlyMap<Signal, readonly Segment[] | null>,
  weightOf: (expression: Expression) => number,
): Map<Signal, Expression> => {
  const inlined = new Map<Signal, Expression>();
  const reads = readCounts(module);
  for (const value of module.instances.flatMap((instance) => [...instance.inputs.values()])) {
    if (value.kind !== 'reference' || value.signal.kind !== 'wire' || value.signal.port !== null) continue;
    const { signal } = value;
    const [only, another] = plain.get(signal) ?? [];
    const isWhole = only !== undefined && another === undefined && only.value.width === signal.width;
    if (isWhole && reads.get(signal) === 1 && weightOf(only.value) <= simpleWeight) inlined.set(signal, only.value);
  }
  return inlined;
};
