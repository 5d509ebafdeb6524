/** `a & b` with a costly `b` becomes a multiplexer, whose arms are evaluated only when chosen; the same for `a | b`. */

import { costOf } from './cost.ts';
import type { Item } from './decisions.ts';
import { nodesOf } from './decisions.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { WordGraph } from './simplify.ts';
import { mapEffect, rebuilt } from './specialise.ts';

/** Estimated instructions, shared ones in part, from which on an operand is worth a branch. */
const threshold = 10;

const rootsOf = (items: readonly Item[], into: Node[] = []): Node[] => {
  for (const item of items) {
    if (item.kind === 'effect') into.push(...nodesOf(item.effect));
    else if (item.kind === 'if') {
      into.push(item.condition);
      rootsOf(item.then, into);
      rootsOf(item.otherwise, into);
    } else {
      into.push(item.subject);
      for (const one of item.cases) rootsOf(one.body, into);
      rootsOf(item.otherwise, into);
    }
  }
  return into;
};

const mapItems = (items: readonly Item[], replaced: (node: Node) => Node): readonly Item[] =>
  items.map((item): Item => {
    if (item.kind === 'effect') return { kind: 'effect', effect: mapEffect(item.effect, replaced) };
    if (item.kind === 'if') {
      const [then, otherwise] = [mapItems(item.then, replaced), mapItems(item.otherwise, replaced)];
      return { kind: 'if', condition: replaced(item.condition), then, otherwise };
    }
    const cases = item.cases.map(({ values, body }) => ({ values, body: mapItems(body, replaced) }));
    return { kind: 'switch', subject: replaced(item.subject), cases, otherwise: mapItems(item.otherwise, replaced) };
  });

export const shortCircuit = (graph: WordGraph, items: readonly Item[]): readonly Item[] => {
  const { nodes } = graph.table;
  const count = nodes.length;
  const uses = new Uint32Array(count);
  const pending = rootsOf(items);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const before = uses[node.id] ?? 0;
    uses[node.id] = before + 1;
    if (before === 0) pending.push(...operandsOf(node));
  }
  // What a node costs where nothing of it is there yet; shared parts are counted in equal shares.
  const costs = new Float64Array(count);
  const memo = new Map<Node, Node>();
  const replaced = (node: Node): Node => memo.get(node) ?? node;
  for (let id = 0; id < count; id++) {
    const node = nodes[id];
    if (node === undefined || (uses[id] ?? 0) === 0) continue;
    let cost = costOf(node);
    for (const operand of operandsOf(node)) cost += (costs[operand.id] ?? 0) / Math.max(1, uses[operand.id] ?? 1);
    costs[id] = cost;
    const shared = (operand: Node): number => (costs[operand.id] ?? 0) / Math.max(1, uses[operand.id] ?? 1);
    let next = rebuilt(graph, node, replaced);
    if (
      node.width === 1 &&
      (node.kind === 'and' || node.kind === 'or') &&
      (next.kind === 'and' || next.kind === 'or')
    ) {
      const costly = shared(node.left) > shared(node.right) ? node.left : node.right;
      const cheap = costly === node.left ? node.right : node.left;
      if (shared(costly) >= threshold && shared(cheap) < shared(costly) / 2) {
        const [condition, arm] = [replaced(cheap), replaced(costly)];
        next =
          node.kind === 'and'
            ? graph.multiplex(condition, arm, graph.constant(1, 0n))
            : graph.multiplex(condition, graph.constant(1, 1n), arm);
      }
    }
    if (next !== node) memo.set(node, next);
  }
  return mapItems(items, replaced);
};
