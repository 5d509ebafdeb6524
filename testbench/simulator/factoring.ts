/**
 * Conditions taken apart: `if (a & b) X`, `if (a & c) Y` become `if (a) { if (b) X; if (c) Y }`, so that what only matters while
 * `a` holds is not even looked at otherwise. Designs with valid and ready everywhere spend most cycles with most of these off.
 */

import type { Item } from './decisions.ts';
import type { Node } from './graph.ts';
import type { WordGraph } from './simplify.ts';

/** A condition or its negation. */
interface Literal {
  readonly node: Node;
  readonly positive: boolean;
}

/** Conditions of more parts are not looked at further: netlists of gates have conditions of thousands. */
const literalLimit = 40;

type Guarded = Extract<Item, { kind: 'if' }>;

const keyOf = ({ node, positive }: Literal): number => node.id * 2 + (positive ? 1 : 0);

/** What must hold for a condition to have the given value, itself included. */
const literalsOf = (node: Node, positive: boolean, into = new Map<number, Literal>()): Map<number, Literal> => {
  if (node.kind === 'not') return literalsOf(node.operand, !positive, into);
  const literal = { node, positive };
  if (into.has(keyOf(literal)) || into.size >= literalLimit) return into;
  into.set(keyOf(literal), literal);
  if (node.width === 1 && ((node.kind === 'and' && positive) || (node.kind === 'or' && !positive))) {
    literalsOf(node.left, positive, into);
    literalsOf(node.right, positive, into);
  }
  return into;
};

/** The condition where the literal is known to hold, as far as the literal was found in it. */
const without = (graph: WordGraph, node: Node, literal: Literal, positive: boolean): Node => {
  if (node === literal.node) return graph.constant(1, literal.positive ? 1n : 0n);
  if (node.kind === 'not') return graph.not(without(graph, node.operand, literal, !positive));
  if (node.width === 1 && ((node.kind === 'and' && positive) || (node.kind === 'or' && !positive))) {
    return graph.binary(
      node.kind,
      without(graph, node.left, literal, positive),
      without(graph, node.right, literal, positive),
    );
  }
  return node;
};

/** Items of one arm only, as the condition under which they do something. */
const guardOf = (item: Item): { readonly item: Guarded; readonly positive: boolean } | null => {
  if (item.kind !== 'if') return null;
  if (item.otherwise.length === 0) return { item, positive: true };
  return item.then.length === 0 ? { item, positive: false } : null;
};

/** @param movable whether an item may be moved among the others. */
export const factorConditions = (
  graph: WordGraph,
  items: readonly Item[],
  movable: (item: Item) => boolean,
): readonly Item[] => {
  let rest = items;
  for (;;) {
    const candidates = rest.flatMap((item) => {
      const guard = movable(item) ? guardOf(item) : null;
      return guard === null ? [] : [{ ...guard, literals: literalsOf(guard.item.condition, guard.positive) }];
    });
    const counts = new Map<number, { literal: Literal; count: number }>();
    for (const { literals } of candidates) {
      for (const [key, literal] of literals) {
        const entry = counts.get(key);
        if (entry === undefined) counts.set(key, { literal, count: 1 });
        else entry.count++;
      }
    }
    let best: { literal: Literal; count: number } | undefined;
    for (const entry of counts.values()) {
      // Of two literals shared equally the larger says more: its node has the higher number.
      if (entry.count < 2) continue;
      if (
        best === undefined ||
        entry.count > best.count ||
        (entry.count === best.count && entry.literal.node.id > best.literal.node.id)
      )
        best = entry;
    }
    if (best === undefined) return rest;
    const { literal } = best;
    const key = keyOf(literal);
    const members = new Map<Item, (typeof candidates)[number]>();
    for (const candidate of candidates) if (candidate.literals.has(key)) members.set(candidate.item, candidate);
    const inner = [...members.values()].map(
      ({ item, positive }): Item => ({ ...item, condition: without(graph, item.condition, literal, positive) }),
    );
    const group: Item = literal.positive
      ? { kind: 'if', condition: literal.node, then: inner, otherwise: [] }
      : { kind: 'if', condition: literal.node, then: [], otherwise: inner };
    const [first] = members.keys();
    rest = rest.flatMap((item) => (item === first ? [group] : members.has(item) ? [] : [item]));
  }
};
