/** Numbers that cannot fit the signal beside them, where its width is known to TypeScript: the types let any number through, and elaboration refuses it. */
import type { Expression, Node } from 'typescript/unstable/ast';
import { SyntaxKind } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isNumericLiteral,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
} from 'typescript/unstable/ast/is';

/** A number handed to a method that may be a signal's. */
export interface LiteralUse {
  readonly node: Node;
  readonly receiver: Node;
  readonly method: string;
  readonly value: bigint;
}

const taking: ReadonlySet<string> = new Set(
  'set add addWide subtract subtractWide and or xor eq ne lt le gt ge'.split(' '),
);
const numbering: ReadonlySet<string> = new Set(['bit', 'slice']);

const literalOf = (node: Expression): bigint | null => {
  if (isNumericLiteral(node)) return /^\d+$/.test(node.text) ? BigInt(node.text) : null;
  if (!isPrefixUnaryExpression(node) || node.operator !== SyntaxKind.MinusToken || !isNumericLiteral(node.operand))
    return null;
  return /^\d+$/.test(node.operand.text) ? -BigInt(node.operand.text) : null;
};

export const literalUsesOf = (node: Node): readonly LiteralUse[] => {
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return [];
  const { expression: receiver, name } = node.expression;
  if (!taking.has(name.text) && !numbering.has(name.text)) return [];
  return node.arguments.flatMap((argument) => {
    const value = literalOf(argument);
    return value === null ? [] : [{ node: argument, receiver, method: name.text, value }];
  });
};

/**
 * What is wrong with a number beside a signal; null where nothing is.
 * @param brand the signal's brand as TypeScript writes it, such as `readonly ["bits", 8]`
 */
export const misfit = ({ method, value }: LiteralUse, brand: string): string | null => {
  const [, kind, digits] = /^readonly \["(bits|signed)", (\d+)\]$/.exec(brand) ?? [];
  if (kind === undefined) return null;
  const width = BigInt(digits ?? 0);
  const bits = width === 1n ? '1 bit' : `${width} bits`;
  if (numbering.has(method)) {
    if (value >= 0n && value < width) return null;
    return `${method}(...) of ${bits} names bit ${value}, which is not there: write 0 to ${width - 1n}`;
  }
  const [least, most] =
    kind === 'signed' ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
  if (value >= least && value <= most) return null;
  return `${method}(...) of ${kind === 'signed' ? 'signed ' : ''}${bits} is given ${value}, which does not fit: write ${least} to ${most}`;
};
