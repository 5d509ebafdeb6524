/** Where bugs are planted in the resource access controller, and what stands there. */
import type { Expression } from '../../rtl/hdl/ir.ts';
import { constantLike, isReference } from './places.ts';

export const named =
  (name: string) =>
  (node: Expression): boolean =>
    isReference(node, name);
export const isConstant =
  (value: bigint) =>
  (node: Expression): boolean =>
    node.kind === 'constant' && node.value === value;
export const isNot =
  (operand: (node: Expression) => boolean) =>
  (node: Expression): boolean =>
    node.kind === 'unary' && node.operator === 'not' && operand(node.operand);
export const one = (node: Expression): Expression => constantLike(node, (1n << BigInt(node.width)) - 1n);
export const zero = (node: Expression): Expression => constantLike(node, 0n);

export const less = (node: Expression): Expression => ({
  kind: 'binary',
  operator: 'subtract',
  left: node,
  right: constantLike(node, 1n),
  width: node.width,
  signed: node.signed,
  location: node.location,
});

export const path = (...inner: readonly string[]): readonly string[] => ['path', ...inner];
export const readSide = (...inner: readonly string[]): readonly string[] => path('port_0', 'read_side', ...inner);
export const writeSide = (...inner: readonly string[]): readonly string[] => path('port_0', 'write_side', ...inner);

/** Cycles within which a bug shows. */
export const soon = 30_000;
export const late = 100_000;
