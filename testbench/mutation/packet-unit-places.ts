/** Shapes of expressions, and places in the packet hash unit, by which its bugs are planted. */
import type { Expression, Module } from '../../rtl/hdl/ir.ts';
import { operandsOf } from '../../rtl/hdl/traverse.ts';
import { PlaceError } from './edit-instance.ts';
import { isReference, mentions, signalNamed, valuesOf } from './places.ts';
import { rewriteModule } from './rewrite.ts';

export const isBinary =
  (operator: string, left: (node: Expression) => boolean, right: (node: Expression) => boolean) =>
  (node: Expression): boolean =>
    node.kind === 'binary' && node.operator === operator && left(node.left) && right(node.right);

export const named =
  (name: string) =>
  (node: Expression): boolean =>
    isReference(node, name);
export const constant =
  (value: bigint) =>
  (node: Expression): boolean =>
    node.kind === 'constant' && node.value === value;
export const anything = (): boolean => true;

/** Every node below an expression, itself included, first to last. */
export const flatten = (node: Expression): readonly Expression[] => [node, ...operandsOf(node).flatMap(flatten)];

export const withoutReset = (module: Module, name: string): Module => {
  const signal = signalNamed(module, name);
  if (signal.kind !== 'register' || signal.reset === null)
    throw new PlaceError(`'${name}' of '${module.name}' is no register with a reset`);
  return rewriteModule(module, { signal: (each) => (each === signal ? { ...signal, reset: null } : each) });
};

/** Slices of all words of the hash key, those of the earliest key bits first. */
export const keySlices = (module: Module): readonly (Expression & { readonly kind: 'slice' })[] => {
  const slices = new Set(
    valuesOf(module, 'key_next')
      .flatMap(flatten)
      .filter(
        (node) => node.kind === 'slice' && node.operand.kind === 'concatenation' && mentions(node.operand, 'key_0'),
      ),
  );
  return [...slices].filter((node) => node.kind === 'slice').sort((one, other) => other.low - one.low);
};
