/** Holding a design's inputs still, so that a bounded search for a violation is led to it. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { constantLike } from '../mutation/places.ts';
import { rewriteModule } from '../mutation/rewrite.ts';

/**
 * The top with every input held at 0, but for those named: each at a value of its own, or `free` to be anything. What is found with inputs held can
 * happen without that; what is not found proves nothing.
 * @throws Error when there is no such input
 */
export const heldInputs =
  (values: Readonly<Record<string, bigint | 'free'>>) =>
  (top: Module): Module => {
    const inputs = new Set(top.signals.filter(({ kind }) => kind === 'input').map(({ name }) => name));
    const unknown = Object.keys(values).find((name) => !inputs.has(name));
    if (unknown !== undefined) throw new Error(`'${top.name}' has no input '${unknown}'`);
    return rewriteModule(top, {
      expression(node) {
        if (node.kind !== 'reference' || !inputs.has(node.signal.name)) return node;
        const value = values[node.signal.name] ?? 0n;
        return value === 'free' ? node : constantLike(node, value);
      },
    });
  };
