/** Identities of word operations, and the folding of constants. */

import type { BinaryNodeOperator, Node, UnaryNode } from './graph.ts';
import { ones } from './graph.ts';
import type { WordGraph } from './simplify.ts';

/** What an operation on these operands is for short; undefined where it is what it is. */
export const identity = (
  graph: WordGraph,
  operator: BinaryNodeOperator,
  left: Node,
  right: Node,
  width: number,
): Node | undefined => {
  const full = ones(left.width);
  const value = right.kind === 'constant' ? right.value : undefined;
  const inverse = (left.kind === 'not' && left.operand === right) || (right.kind === 'not' && right.operand === left);
  switch (operator) {
    case 'and':
      if (value === 0n || inverse) return graph.constant(width, 0n);
      if (value === full || left === right) return left;
      if (value !== undefined) return maskRun(graph, left, value);
      if (width === 1) return adjacentTests(graph, left, right);
      if (isRepeatedBit(left)) return graph.multiplex(left.operand, right, graph.constant(width, 0n));
      if (isRepeatedBit(right)) return graph.multiplex(right.operand, left, graph.constant(width, 0n));
      return undefined;
    case 'or':
      if (value === full || inverse) return graph.constant(width, full);
      if (value === 0n || left === right) return left;
      if (width === 1) {
        const both = adjacentTests(graph, graph.not(left), graph.not(right));
        return both === undefined ? undefined : graph.not(both);
      }
      return undefined;
    case 'xor':
      if (value === 0n) return left;
      if (value === full) return graph.not(left);
      if (left === right) return graph.constant(width, 0n);
      if (inverse) return graph.constant(width, full);
      if (left.kind === 'not' && right.kind === 'not') return graph.binary('xor', left.operand, right.operand);
      if (left.kind === 'not') return graph.not(graph.binary('xor', left.operand, right));
      if (right.kind === 'not') return graph.not(graph.binary('xor', left, right.operand));
      return undefined;
    case 'add':
    case 'subtract':
      if (value === 0n) return left;
      if (left.width === 1) return graph.binary('xor', left, right);
      if (operator === 'subtract' && left === right) return graph.constant(width, 0n);
      return undefined;
    case 'multiply':
      if (value === 0n) return right;
      if (value === 1n) return left;
      return undefined;
    case 'equal':
      if (left === right) return graph.constant(1, 1n);
      if (inverse) return graph.constant(1, 0n);
      if (left.width === 1)
        return value === 1n ? left : value === 0n ? graph.not(left) : graph.not(graph.binary('xor', left, right));
      return equalConcatenation(graph, left, right);
    case 'less':
      if (left === right || value === 0n) return graph.constant(1, 0n);
      if (left.kind === 'constant' && left.value === full) return graph.constant(1, 0n);
      if (value === 1n) return graph.binary('equal', left, graph.constant(left.width, 0n));
      if (left.kind === 'constant' && left.value === 0n) return graph.not(graph.binary('equal', right, left));
      if (left.width === 1) return graph.binary('and', graph.not(left), right);
      return undefined;
    case 'shift_left':
      if (value !== undefined)
        return value >= BigInt(width) ? graph.constant(width, 0n) : graph.shiftedLeft(left, Number(value));
      return undefined;
    case 'shift_right':
      if (value !== undefined)
        return value >= BigInt(width)
          ? graph.constant(width, 0n)
          : graph.extend(graph.slice(left, Number(value), width - Number(value)), width);
      return undefined;
    default:
      return operator satisfies never;
  }
};

/** `x & mask` where the mask is one run of ones and `x` is made of parts: what remains is a slice between zeros. */
const maskRun = (graph: WordGraph, operand: Node, mask: bigint): Node | undefined => {
  if (operand.kind !== 'concatenation' && operand.kind !== 'load') return undefined;
  let low = 0;
  while (((mask >> BigInt(low)) & 1n) === 0n) low++;
  const run = mask >> BigInt(low);
  if ((run & (run + 1n)) !== 0n) return undefined;
  const width = run.toString(2).length;
  if (operand.kind === 'load' && low !== 0) return undefined;
  return graph.extend(graph.shiftedLeftWide(graph.slice(operand, low, width), low), operand.width);
};

/** Tests of neighbouring bits against constants are one test: `x[0] & !x[1]` is `x[1:0] == 1`. */
const adjacentTests = (graph: WordGraph, left: Node, right: Node): Node | undefined => {
  const a = testOf(left);
  const b = testOf(right);
  if (a === undefined || b === undefined) return undefined;
  const up = graph.joined(a.word, b.word);
  if (up !== undefined)
    return graph.binary('equal', up, graph.constant(up.width, a.value | (b.value << BigInt(a.word.width))));
  const down = graph.joined(b.word, a.word);
  if (down !== undefined)
    return graph.binary('equal', down, graph.constant(down.width, b.value | (a.value << BigInt(b.word.width))));
  return undefined;
};

/** A concatenation with constant parts equals a constant only where those parts agree. */
const equalConcatenation = (graph: WordGraph, left: Node, right: Node): Node | undefined => {
  if (right.kind !== 'constant' || left.kind !== 'concatenation') return undefined;
  let low = 0;
  const kept: Node[] = [];
  let keptValue = 0n;
  let keptWidth = 0;
  for (const part of left.parts) {
    const expected = (right.value >> BigInt(low)) & ones(part.width);
    if (part.kind === 'constant') {
      if (part.value !== expected) return graph.constant(1, 0n);
    } else {
      kept.push(part);
      keptValue |= expected << BigInt(keptWidth);
      keptWidth += part.width;
    }
    low += part.width;
  }
  if (kept.length === left.parts.length) return undefined;
  return graph.binary('equal', graph.concatenation(kept), graph.constant(keptWidth, keptValue));
};

/** A condition that compares loaded or sliced bits with a constant. */
const testOf = (node: Node): { readonly word: Node; readonly value: bigint } | undefined => {
  if (node.kind === 'load' || node.kind === 'slice') return { word: node, value: 1n };
  if (node.kind === 'not' && (node.operand.kind === 'load' || node.operand.kind === 'slice'))
    return { word: node.operand, value: 0n };
  if (node.kind !== 'equal' || node.right.kind !== 'constant') return undefined;
  return node.left.kind === 'load' || node.left.kind === 'slice'
    ? { word: node.left, value: node.right.value }
    : undefined;
};

const isRepeatedBit = (node: Node): node is UnaryNode => node.kind === 'sign_extension' && node.operand.width === 1;

export const foldBinary = (operator: BinaryNodeOperator, a: bigint, b: bigint, width: number): bigint => {
  switch (operator) {
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'equal':
      return a === b ? 1n : 0n;
    case 'less':
      return a < b ? 1n : 0n;
    case 'shift_left':
      return b >= BigInt(width) ? 0n : a << b;
    case 'shift_right':
      return b >= BigInt(width) ? 0n : a >> b;
    default:
      return operator satisfies never;
  }
};
