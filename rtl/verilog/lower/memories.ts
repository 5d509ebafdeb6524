import { expressionsAt } from '../../hdl/expression.ts';
import type { Expression, Memory, SourceLocation } from '../../hdl/ir.ts';
import type { VerilogExpression } from '../ast.ts';
import { name, number, withSign } from './build.ts';
import type { ExpressionLowering } from './expressions.ts';
import { simplest } from './known.ts';
import { lowerExtension, lowerSlice } from './slices.ts';

/** Whether an address names a word; null where it always does. */
export const addressInside = (memory: Memory, address: Expression, location: SourceLocation): Expression | null => {
  if (address.kind === 'constant' && address.value < BigInt(memory.depth)) return null;
  if (BigInt(memory.depth) >= 1n << BigInt(Math.min(address.width, 64))) return null;
  const carrier = expressionsAt(location);
  const unsigned = carrier.reinterpretation(address, false);
  return carrier.binary('less', unsigned, carrier.constant(unsigned, BigInt(memory.depth)));
};

/** The index of a memory, as wide as its words need. The caller has made sure that it is in range. */
export const memoryIndex = (
  l: ExpressionLowering,
  memory: Memory,
  address: Expression,
  feeds: string,
): VerilogExpression => {
  const needed = Math.max(1, (memory.depth - 1).toString(2).length);
  if (memory.depth === 1) return number(1, 0n);
  if (address.width > needed) return lowerSlice(l, address, 0, needed, feeds);
  if (address.width < needed)
    return lowerExtension(l, expressionsAt(address.location).reinterpretation(address, false), needed, feeds);
  // A signed index would reach below zero.
  return withSign(l.lower(address, feeds), false);
};

/** A word of a memory; zero where the address is past the end. */
export const lowerMemoryRead = (
  l: ExpressionLowering,
  expression: Extract<Expression, { kind: 'memory_read' }>,
  feeds: string,
): VerilogExpression => {
  const { memory, width, location } = expression;
  const address = simplest(expression.address);
  const inside = addressInside(memory, address, location);
  if (inside?.kind === 'constant') return number(width, 0n);
  // The address stands in two places.
  if (inside !== null && l.weight(address) > 1) l.nameOf(address, feeds);
  const word: VerilogExpression = {
    kind: 'element',
    of: name(memory.name),
    index: memoryIndex(l, memory, address, feeds),
  };
  return inside === null
    ? word
    : { kind: 'conditional', condition: l.lower(inside, feeds), whenTrue: word, whenFalse: number(width, 0n) };
};
