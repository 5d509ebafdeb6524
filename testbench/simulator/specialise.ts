/** Actions rebuilt with one input bit known, so that the cycles under reset and the cycles out of it each get code of their own. */

import type { Action, Effect, Guard } from './design.ts';
import type { Node } from './graph.ts';
import type { WordGraph } from './simplify.ts';

export const specialise = (
  graph: WordGraph,
  actions: readonly Action[],
  known: Node,
  value: bigint,
): readonly Action[] => {
  const memo = new Map<Node, Node>([[known, graph.constant(known.width, value)]]);
  // Operands first, without recursion: nodes come in topological order.
  const limit = graph.table.nodes.length;
  const replaced = (node: Node): Node => memo.get(node) ?? node;
  for (let id = 0; id < limit; id++) {
    const node = graph.table.nodes[id];
    if (node === undefined || memo.has(node)) continue;
    const next = rebuilt(graph, node, replaced);
    if (next !== node) memo.set(node, next);
  }
  const guard = (given: Guard): Guard =>
    given.kind === 'if'
      ? { ...given, condition: replaced(given.condition) }
      : { ...given, subject: replaced(given.subject) };
  return actions.map((action) => ({ guards: action.guards.map(guard), effect: mapEffect(action.effect, replaced) }));
};

export const mapEffect = (given: Effect, replaced: (node: Node) => Node): Effect => {
  switch (given.kind) {
    case 'store':
    case 'output':
    case 'trace':
    case 'keep':
      return { ...given, value: replaced(given.value) };
    case 'property':
      return { ...given, condition: replaced(given.condition) };
    case 'memory_write':
      return {
        ...given,
        address: replaced(given.address),
        limbs: given.limbs.map((limb) => ({
          ...limb,
          data: replaced(limb.data),
          mask: limb.mask === null ? null : replaced(limb.mask),
        })),
      };
    default:
      return given satisfies never;
  }
};

/** The node on replaced operands, or itself where none changed. */
export const rebuilt = (graph: WordGraph, node: Node, replaced: (node: Node) => Node): Node => {
  switch (node.kind) {
    case 'constant':
    case 'load':
      return node;
    case 'not': {
      const operand = replaced(node.operand);
      return operand === node.operand ? node : graph.not(operand);
    }
    case 'parity': {
      const operand = replaced(node.operand);
      return operand === node.operand ? node : graph.parity(operand);
    }
    case 'sign_extension': {
      const operand = replaced(node.operand);
      return operand === node.operand ? node : graph.signExtend(operand, node.width);
    }
    case 'slice': {
      const operand = replaced(node.operand);
      return operand === node.operand ? node : graph.slice(operand, node.low, node.width);
    }
    case 'concatenation': {
      const parts = node.parts.map(replaced);
      return parts.every((part, index) => part === node.parts[index]) ? node : graph.concatenation(parts);
    }
    case 'multiplex': {
      const [condition, whenTrue, whenFalse] = [
        replaced(node.condition),
        replaced(node.whenTrue),
        replaced(node.whenFalse),
      ];
      if (condition === node.condition && whenTrue === node.whenTrue && whenFalse === node.whenFalse) return node;
      return graph.multiplex(condition, whenTrue, whenFalse);
    }
    case 'choose': {
      const subject = replaced(node.subject);
      const arms = node.arms.map(replaced);
      const otherwise = replaced(node.otherwise);
      if (
        subject === node.subject &&
        otherwise === node.otherwise &&
        arms.every((arm, index) => arm === node.arms[index])
      )
        return node;
      return graph.choose(subject, node.values, arms, otherwise);
    }
    case 'memory': {
      const address = replaced(node.address);
      return address === node.address ? node : graph.memory(node.memory, address, node.low, node.width);
    }
    case 'table': {
      const index = replaced(node.index);
      return index === node.index ? node : graph.table.table(node.table.entries, node.width, index);
    }
    case 'indexed_load': {
      const index = replaced(node.index);
      return index === node.index
        ? node
        : graph.table.indexedLoad(node.bit, node.stride, node.count, index, node.width);
    }
    default: {
      const left = replaced(node.left);
      const right = replaced(node.right);
      return left === node.left && right === node.right ? node : graph.binary(node.kind, left, right);
    }
  }
};
