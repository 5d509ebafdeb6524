/** Arithmetic, comparison, shifts and reductions of any width, made of words. */

import type { Expression } from '../../rtl/hdl/ir.ts';
import type { Node } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import type { Lowering } from './lowering.ts';
import type { WordGraph } from './simplify.ts';

/** All words of an operation that is not bitwise, least significant first. */
export const arithmeticLimbs = (lowering: Lowering, scope: Scope, e: Expression): readonly Node[] => {
  const { graph } = lowering;
  const limbs = (operand: Expression): readonly Node[] => lowering.limbs(scope, operand);
  if (e.kind === 'unary') {
    const operand = limbs(e.operand);
    switch (e.operator) {
      case 'negate':
        return addition(
          graph,
          operand.map((limb) => graph.constant(limb.width, 0n)),
          operand,
          true,
        );
      case 'reduce_and':
        return [
          operand
            .map((limb) => graph.binary('equal', limb, graph.constant(limb.width, -1n)))
            .reduce((a, b) => graph.binary('and', a, b)),
        ];
      case 'reduce_or':
        return [operand.map((limb) => graph.any(limb)).reduce((a, b) => graph.binary('or', a, b))];
      case 'reduce_xor':
        return [parity(graph, operand)];
      default:
        break;
    }
  }
  if (e.kind === 'binary') {
    switch (e.operator) {
      case 'add':
        return addition(graph, limbs(e.left), limbs(e.right), false);
      case 'subtract':
        return addition(graph, limbs(e.left), limbs(e.right), true);
      case 'equal':
        return [equality(graph, limbs(e.left), limbs(e.right))];
      case 'less':
        return [lessThan(graph, limbs(e.left), limbs(e.right), e.left.signed)];
      case 'multiply':
        return product(graph, limbs(e.left), limbs(e.right), e);
      case 'shift_left':
      case 'shift_right':
        return shift(graph, limbs(e.left), limbs(e.right), e.operator, e.left.signed);
      default:
        break;
    }
  }
  throw new Error(`'${e.kind}' has no arithmetic form`);
};

const parity = (graph: WordGraph, operand: readonly Node[]): Node => {
  const full = operand.filter((limb) => limb.width === graph.wordWidth);
  const rest = operand
    .filter((limb) => limb.width < graph.wordWidth)
    .map((limb) => (full.length === 0 ? limb : graph.extend(limb, graph.wordWidth)));
  return graph.parity([...full, ...rest].reduce((a, b) => graph.binary('xor', a, b)));
};

const equality = (graph: WordGraph, a: readonly Node[], b: readonly Node[]): Node =>
  a
    .map((limb, index) => graph.binary('equal', limb, b[index] ?? limb))
    .reduce((all, next) => graph.binary('and', all, next));

const lessThan = (graph: WordGraph, a: readonly Node[], b: readonly Node[], signed: boolean): Node => {
  let below: Node | undefined;
  a.forEach((left, index) => {
    const right = b[index] ?? left;
    const sign =
      signed && index === a.length - 1
        ? graph.constant(left.width, 1n << BigInt(left.width - 1))
        : graph.constant(left.width, 0n);
    const here = graph.binary('less', graph.binary('xor', left, sign), graph.binary('xor', right, sign));
    below =
      below === undefined
        ? here
        : graph.binary('or', here, graph.binary('and', graph.binary('equal', left, right), below));
  });
  return below ?? graph.constant(1, 0n);
};

/** `a + b`, or `a - b` as `a + ~b + 1`, with carries between words. */
const addition = (graph: WordGraph, a: readonly Node[], b: readonly Node[], subtract: boolean): readonly Node[] => {
  const [first] = a;
  const [second] = b;
  if (a.length === 1 && first !== undefined && second !== undefined)
    return [graph.binary(subtract ? 'subtract' : 'add', first, second)];
  let carry: Node = graph.constant(1, 0n);
  return a.map((left, index) => {
    const right = b[index] ?? left;
    const wide = graph.extend(carry, left.width);
    if (subtract) {
      const partial = graph.binary('subtract', left, right);
      const result = graph.binary('subtract', partial, wide);
      if (index < a.length - 1)
        carry = graph.binary('or', graph.binary('less', left, right), graph.binary('less', partial, wide));
      return result;
    }
    const partial = graph.binary('add', left, right);
    const result = graph.binary('add', partial, wide);
    if (index < a.length - 1)
      carry = graph.binary('or', graph.binary('less', partial, left), graph.binary('less', result, partial));
    return result;
  });
};

/** Sign or zero extension of words to a total width. */
const extended = (graph: WordGraph, limbs: readonly Node[], width: number, signed: boolean): Node[] => {
  const word = graph.wordWidth;
  const top = limbs[limbs.length - 1];
  if (top === undefined) return [];
  const fill = signed ? graph.slice(top, top.width - 1, 1) : graph.constant(1, 0n);
  return Array.from({ length: Math.ceil(width / word) }, (_, index) => {
    const size = Math.min(word, width - index * word);
    const limb = limbs[index];
    if (limb === undefined) return graph.signExtend(fill, size);
    if (limb.width >= size) return graph.slice(limb, 0, size);
    return signed ? graph.signExtend(limb, size) : graph.extend(limb, size);
  });
};

type Product = Extract<Expression, { kind: 'binary' }>;

const product = (graph: WordGraph, a: readonly Node[], b: readonly Node[], e: Product): readonly Node[] => {
  const word = graph.wordWidth;
  const left = extended(graph, a, e.width, e.left.signed);
  const right = extended(graph, b, e.width, e.right.signed);
  const [onlyLeft] = left;
  const [onlyRight] = right;
  if (e.width <= word && onlyLeft !== undefined && onlyRight !== undefined)
    return [graph.binary('multiply', onlyLeft, onlyRight)];
  // Half words, so that a product of two digits and two carries fit in a word.
  const half = word / 2;
  const digits = (limbs: readonly Node[]): Node[] =>
    limbs.flatMap((limb) =>
      limb.width <= half
        ? [graph.extend(limb, word)]
        : [
            graph.extend(graph.slice(limb, 0, half), word),
            graph.extend(graph.slice(limb, half, limb.width - half), word),
          ],
    );
  const x = digits(left);
  const y = digits(right);
  const count = Math.ceil(e.width / half);
  const result: Node[] = Array.from({ length: count }, () => graph.constant(word, 0n));
  for (let i = 0; i < count; i++) {
    let carry = graph.constant(word, 0n);
    for (let j = 0; i + j < count; j++) {
      const before = result[i + j];
      const xi = x[i];
      const yj = y[j];
      if (before === undefined || xi === undefined || yj === undefined) continue;
      const sum = graph.binary('add', graph.binary('add', graph.binary('multiply', xi, yj), before), carry);
      result[i + j] = graph.extend(graph.slice(sum, 0, half), word);
      carry = graph.extend(graph.slice(sum, half, half), word);
    }
  }
  return Array.from({ length: Math.ceil(e.width / word) }, (_, index) => {
    const size = Math.min(word, e.width - index * word);
    const low = graph.slice(result[2 * index] ?? graph.constant(word, 0n), 0, Math.min(half, size));
    const high = result[2 * index + 1];
    return size <= half || high === undefined ? low : graph.concatenation([low, graph.slice(high, 0, size - half)]);
  });
};

const shift = (
  graph: WordGraph,
  value: readonly Node[],
  amount: readonly Node[],
  operator: 'shift_left' | 'shift_right',
  signed: boolean,
): readonly Node[] => {
  const width = value.reduce((sum, limb) => sum + limb.width, 0);
  const arithmetic = signed && operator === 'shift_right';
  const top = value[value.length - 1];
  const [low, ...rest] = amount;
  if (top === undefined || low === undefined) return value;
  const fill = arithmetic ? graph.slice(top, top.width - 1, 1) : graph.constant(1, 0n);
  const stages = Math.min(low.width, Math.ceil(Math.log2(width)) || 1);
  const over = [
    ...(low.width > stages ? [graph.any(graph.slice(low, stages, low.width - stages))] : []),
    ...rest.map((limb) => graph.any(limb)),
  ].reduce((any, next) => graph.binary('or', any, next), graph.constant(1, 0n));
  const [only] = value;
  if (value.length === 1 && only !== undefined && !arithmetic) {
    const small = graph.slice(low, 0, stages);
    const shifted = graph.binary(operator, only, small);
    return [graph.multiplex(over, graph.constant(width, 0n), shifted)];
  }
  let limbs = value;
  for (let stage = 0; stage < stages; stage++) {
    const by = 2 ** stage;
    const bit = graph.slice(low, stage, 1);
    const from = limbs;
    limbs = limbs.map((limb, index) => {
      const start = index * graph.wordWidth + (operator === 'shift_right' ? by : -by);
      return graph.multiplex(bit, window(graph, from, width, start, limb.width, fill), limb);
    });
  }
  return limbs.map((limb) => graph.multiplex(over, graph.signExtend(fill, limb.width), limb));
};

/** Bits from `low` up, where bits below 0 are zero and bits past the width are `fill`. */
const window = (
  graph: WordGraph,
  limbs: readonly Node[],
  total: number,
  low: number,
  width: number,
  fill: Node,
): Node => {
  const parts: Node[] = [];
  for (let at = low; at < low + width; ) {
    if (at < 0) {
      const take = Math.min(-at, low + width - at);
      parts.push(graph.constant(take, 0n));
      at += take;
    } else if (at >= total) {
      parts.push(graph.signExtend(fill, low + width - at));
      at = low + width;
    } else {
      const index = Math.floor(at / graph.wordWidth);
      const limb = limbs[index];
      if (limb === undefined) throw new RangeError('shift window outside the value');
      const offset = at - index * graph.wordWidth;
      const take = Math.min(low + width - at, limb.width - offset);
      parts.push(graph.slice(limb, offset, take));
      at += take;
    }
  }
  return graph.concatenation(parts);
};
