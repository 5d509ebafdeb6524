/**
 * The truth tables of nodes over a few bits. A table is a bigint with a bit for each of the 2^k assignments of k bits, so that an operation on one bit of all
 * assignments is one operation on bigints. A value of several bits has a table for each, the least significant first.
 */

import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';

export type Truths = readonly bigint[];

/** Whether `truthsOf` knows what the node does with its operands. */
export const hasTruths = (node: Node): boolean => {
  switch (node.kind) {
    case 'load':
    case 'memory':
    case 'table':
    case 'indexed_load':
    case 'multiply':
    case 'shift_left':
    case 'shift_right':
      return false;
    default:
      return true;
  }
};

/** The table of bit `position` of `count` bits. */
export const truthOfBit = (position: number, count: number): bigint => {
  const half = 1n << BigInt(position);
  let table = ((1n << half) - 1n) << half;
  for (let size = 2n * half; size < 1n << BigInt(count); size *= 2n) table |= table << size;
  return table;
};

/** Tables of a node from those of its operands; `all` is the table of what is always true. */
export const truthsOf = (node: Node, of: (operand: Node) => Truths, all: bigint): Truths => {
  const not = (table: bigint): bigint => table ^ all;
  const bit = (value: Truths, index: number): bigint => value[index] ?? 0n;
  const range = Array.from({ length: node.width }, (_, index) => index);
  switch (node.kind) {
    case 'constant':
      return range.map((index) => (((node.value >> BigInt(index)) & 1n) === 1n ? all : 0n));
    case 'not':
      return of(node.operand).map(not);
    case 'parity':
      return [of(node.operand).reduce((sum, table) => sum ^ table, 0n)];
    case 'sign_extension': {
      const inner = of(node.operand);
      return range.map((index) => bit(inner, Math.min(index, inner.length - 1)));
    }
    case 'slice':
      return of(node.operand).slice(node.low, node.low + node.width);
    case 'concatenation':
      return node.parts.flatMap((part) => of(part));
    case 'multiplex': {
      const condition = bit(of(node.condition), 0);
      const [whenTrue, whenFalse] = [of(node.whenTrue), of(node.whenFalse)];
      return range.map((index) => (condition & bit(whenTrue, index)) | (not(condition) & bit(whenFalse, index)));
    }
    case 'choose': {
      const subject = of(node.subject);
      const is = (value: number): bigint =>
        subject.reduce((so, table, index) => so & ((value >>> index) & 1 ? table : not(table)), all);
      const arms = node.arms.map((arm, index) => ({
        value: of(arm),
        when: (node.values[index] ?? []).reduce((any, value) => any | is(value), 0n),
      }));
      const none = not(arms.reduce((any, { when }) => any | when, 0n));
      const otherwise = of(node.otherwise);
      return range.map((index) =>
        arms.reduce((so, { value, when }) => so | (when & bit(value, index)), none & bit(otherwise, index)),
      );
    }
    case 'and':
    case 'or':
    case 'xor': {
      const [left, right] = [of(node.left), of(node.right)];
      const { kind } = node;
      return range.map((index) => {
        const [a, b] = [bit(left, index), bit(right, index)];
        return kind === 'and' ? a & b : kind === 'or' ? a | b : a ^ b;
      });
    }
    case 'equal': {
      const right = of(node.right);
      return [of(node.left).reduce((so, table, index) => so & not(table ^ bit(right, index)), all)];
    }
    case 'add':
    case 'subtract':
    case 'less': {
      const left = of(node.left);
      const right = node.kind === 'add' ? of(node.right) : of(node.right).map(not);
      let carry = node.kind === 'add' ? 0n : all;
      const sum = left.map((a, index) => {
        const b = bit(right, index);
        const result = a ^ b ^ carry;
        carry = (a & b) | (carry & (a ^ b));
        return result;
      });
      return node.kind === 'less' ? [not(carry)] : sum;
    }
    default:
      throw new Error(`${node.kind} of ${operandsOf(node).length} operands has no truth table`);
  }
};
