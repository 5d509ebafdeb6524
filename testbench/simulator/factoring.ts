/**
 * Conditions taken apart: `if (a & b) X`, `if (a & c) Y` become `if (a) { if (b) X; if (c) Y }`, so that what only matters while
 * `a` holds is not even looked at otherwise. The same for what only matters while one of two conditions holds, as the entries of a
 * buffer do while it is pushed or popped. Designs with valid and ready everywhere spend most cycles with most of these off.
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
/** Products of literals beyond this are not looked at. */
const pairLimit = 64;
/** Items that must share an alternative for it to be worth a condition of its own. */
const alternativeThreshold = 3;

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

/** What must hold for an item to do something; null where nothing is known. */
const necessary = (item: Item): ReadonlyMap<number, Literal> | null => {
  const guard = guardOf(item);
  return guard === null ? null : literalsOf(guard.item.condition, guard.positive);
};

/** Pairs of which one must hold for an item of two arms to do something. */
const alternatives = (graph: WordGraph, item: Item): readonly Node[] => {
  if (item.kind !== 'if' || item.then.length === 0 || item.otherwise.length === 0) return [];
  const shared = (list: readonly Item[], own: ReadonlyMap<number, Literal>): readonly Literal[] => {
    const [first, ...rest] = list.map(necessary);
    const all = [...own.values()];
    if (first === null || first === undefined) return all;
    return [...all, ...[...first].flatMap(([key, one]) => (rest.every((other) => other?.has(key)) ? [one] : []))];
  };
  const left = shared(item.then, literalsOf(item.condition, true));
  const right = shared(item.otherwise, literalsOf(item.condition, false));
  if (left.length * right.length > pairLimit) return [];
  const value = ({ node, positive }: Literal): Node => (positive ? node : graph.not(node));
  return left.flatMap((one) =>
    right.flatMap((other) => {
      const either = graph.binary('or', value(one), value(other));
      return either.kind === 'constant' ? [] : [either];
    }),
  );
};

/** Items that share an alternative, put behind it. */
const factorAlternatives = (
  graph: WordGraph,
  items: readonly Item[],
  movable: (item: Item) => boolean,
  isKnown: (node: Node) => boolean,
): readonly Item[] => {
  let rest = items;
  for (;;) {
    const members = new Map<Node, Set<Item>>();
    for (const item of rest) {
      if (!movable(item)) continue;
      for (const either of alternatives(graph, item)) {
        if (isKnown(either)) continue;
        const own = members.get(either);
        if (own === undefined) members.set(either, new Set([item]));
        else own.add(item);
      }
    }
    let best: [Node, Set<Item>] | undefined;
    for (const [either, own] of members) {
      if (own.size >= (best?.[1].size ?? alternativeThreshold - 1) + 1) best = [either, own];
    }
    if (best === undefined) return rest;
    const [condition, chosen] = best;
    // What needs one of the two may come along.
    const parts = condition.kind === 'or' ? [condition.left, condition.right] : [];
    for (const item of rest) {
      const needed = movable(item) ? necessary(item) : null;
      if (needed === null) continue;
      const holds = (part: Node): boolean =>
        part.kind === 'not' ? needed.has(part.operand.id * 2) : needed.has(part.id * 2 + 1);
      if (parts.some(holds)) chosen.add(item);
    }
    const group: Item = { kind: 'if', condition, then: rest.filter((item) => chosen.has(item)), otherwise: [] };
    const [first] = group.then;
    rest = rest.flatMap((item) => (item === first ? [group] : chosen.has(item) ? [] : [item]));
  }
};

/**
 * @param movable whether an item may be moved among the others.
 * @param isKnown whether a condition is known to hold where the items are.
 */
export const factorConditions = (
  graph: WordGraph,
  items: readonly Item[],
  movable: (item: Item) => boolean,
  isKnown: (node: Node) => boolean,
): readonly Item[] => factorAlternatives(graph, factorLiterals(graph, items, movable), movable, isKnown);

const factorLiterals = (
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
