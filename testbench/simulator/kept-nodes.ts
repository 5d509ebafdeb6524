/** Which values are worth keeping from cycle to cycle: costly ones that every cycle computes and that several others, or what the cycle does, use. */

import { costOf } from './cost.ts';
import type { Item } from './decisions.ts';
import { nodesOf } from './decisions.ts';
import type { Action } from './design.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import { placeNodes } from './regions.ts';
import type { WordGraph } from './simplify.ts';

export interface KeptNodes {
  readonly kept: ReadonlySet<Node>;
  /** Estimated instructions of all kept values. */
  readonly cost: number;
}

/** Nodes on which something depends. */
const reachable = (roots: readonly Node[], seen = new Set<Node>()): ReadonlySet<Node> => {
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    waiting.push(...operandsOf(node));
  }
  return seen;
};

/** Nodes that conditions and effects use themselves. */
const usedDirectly = (items: readonly Item[]): readonly Node[] =>
  items.flatMap((item) => {
    if (item.kind === 'effect') return nodesOf(item.effect);
    if (item.kind === 'if') return [item.condition, ...usedDirectly(item.then), ...usedDirectly(item.otherwise)];
    return [item.subject, ...item.cases.flatMap(({ body }) => usedDirectly(body)), ...usedDirectly(item.otherwise)];
  });

/**
 * @param items the decision forest of the actions.
 * @param leastCost estimated instructions, shared ones in part, from which on a value is kept.
 */
export const keptNodes = (
  graph: WordGraph,
  actions: readonly Action[],
  items: readonly Item[],
  leastCost: number,
): KeptNodes => {
  // Conditions that were taken apart have nodes that the actions do not: these would not be found there again.
  const original = reachable(
    actions.flatMap(({ guards, effect }) => [
      ...guards.map((guard) => (guard.kind === 'if' ? guard.condition : guard.subject)),
      ...nodesOf(effect),
    ]),
  );
  const { root, uses, liveNodes, regionOf } = placeNodes(items, graph.table.nodes, false);
  const costs = new Map<Node, number>();
  for (const node of liveNodes) {
    let cost = node.kind === 'load' ? 1 : costOf(node);
    for (const operand of operandsOf(node)) cost += (costs.get(operand) ?? 0) / Math.max(1, uses[operand.id] ?? 1);
    costs.set(node, cost);
  }
  // What is made of a node: kept values, and what the cycle does.
  const madeOf = new Map<Node, Set<Node | 'cycle'>>();
  const make = (node: Node, what: Node | 'cycle'): void => {
    const known = madeOf.get(node);
    if (known === undefined) madeOf.set(node, new Set([what]));
    else known.add(what);
  };
  for (const node of usedDirectly(items)) make(node, 'cycle');
  const kept = new Set<Node>();
  let cost = 0;
  for (const node of liveNodes.toReversed()) {
    if (node.kind === 'constant' || node.kind === 'load') continue;
    const made = madeOf.get(node) ?? new Set();
    const isKept =
      (made.size > 1 || made.has('cycle')) &&
      (costs.get(node) ?? 0) >= leastCost &&
      original.has(node) &&
      regionOf(node) === root;
    if (isKept) kept.add(node);
    if (isKept || !made.has('cycle')) cost += costOf(node);
    for (const operand of operandsOf(node)) for (const what of isKept ? [node] : made) make(operand, what);
  }
  return { kept, cost };
};
