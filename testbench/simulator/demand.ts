/**
 * When a value matters: the later operand of `and` only while the sooner holds, an arm of a multiplexer only while it is chosen,
 * what an item uses only while the item runs. Costly work that several places share is skipped where none of them needs it; what
 * its local then holds is an older value, which nobody looks at.
 */

import { costOf } from './cost.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';

/** A condition or its negation. */
export interface Literal {
  readonly node: Node;
  readonly positive: boolean;
}

/** Any of these, each all of its literals. None: never; one without literals: perhaps always. */
export type Demand = readonly (readonly Literal[])[];

/** Conditions up to this many estimated instructions may be evaluated to learn whether something is needed. */
const cheapCost = 6;
/** Alternatives that are told apart on the way, and those that are worth their evaluation. */
const alternativesLimit = 8;
const evaluatedLimit = 4;
const literalsLimit = 6;
/** How far into a condition literals are looked for. */
const depthLimit = 7;

export const always: Demand = [[]];

const keyOf = ({ node, positive }: Literal): number => node.id * 2 + (positive ? 1 : 0);

const covers = (wide: readonly Literal[], narrow: readonly Literal[]): boolean =>
  wide.every((one) => narrow.some((other) => keyOf(other) === keyOf(one)));

/** Either of two; alternatives that another one covers go, and those beyond the limit are joined to what they have in common. */
export const either = (left: Demand, right: Demand): Demand => {
  let kept: Demand = left;
  for (const one of right) kept = added(kept, one);
  return joined(kept, alternativesLimit);
};

/** What is worth evaluating of a demand. */
export const evaluated = (demand: Demand): Demand => joined(demand, evaluatedLimit);

const added = (alternatives: Demand, one: readonly Literal[]): Demand => {
  if (alternatives.some((other) => covers(other, one))) return alternatives;
  // `a & b` or `a & !b` is `a`.
  for (const other of alternatives) {
    const resolved = resolvent(one, other);
    if (resolved !== null)
      return added(
        alternatives.filter((kept) => kept !== other),
        resolved,
      );
  }
  return [...alternatives.filter((other) => !covers(one, other)), one];
};

const resolvent = (left: readonly Literal[], right: readonly Literal[]): readonly Literal[] | null => {
  if (left.length !== right.length) return null;
  const differing = left.filter((one) => !right.some((other) => keyOf(other) === keyOf(one)));
  const [only] = differing;
  if (differing.length !== 1 || only === undefined) return null;
  return right.some((other) => keyOf(other) === (keyOf(only) ^ 1)) ? left.filter((one) => one !== only) : null;
};

const common = (left: readonly Literal[], right: readonly Literal[]): readonly Literal[] =>
  left.filter((one) => right.some((other) => keyOf(other) === keyOf(one)));

const joined = (alternatives: Demand, limit: number): Demand => {
  if (alternatives.length <= limit) return alternatives;
  let best: readonly [number, number, readonly Literal[]] = [0, 1, []];
  alternatives.forEach((left, index) => {
    for (let other = index + 1; other < alternatives.length; other++) {
      const shared = common(left, alternatives[other] ?? []);
      if (shared.length > best[2].length) best = [index, other, shared];
    }
  });
  const [first, second, shared] = best;
  if (shared.length === 0) return always;
  const rest = alternatives.filter((_, index) => index !== first && index !== second);
  return joined(added(rest, shared), limit);
};

/** Both of two. */
export const both = (left: Demand, right: Demand): Demand =>
  left
    .flatMap((one) =>
      right.flatMap((other) => {
        const [short, long] = one.length <= other.length ? [one, other] : [other, one];
        const literals = [...short];
        for (const literal of long) {
          const key = keyOf(literal);
          if (literals.some((known) => keyOf(known) === (key ^ 1))) return [];
          if (literals.length < literalsLimit && !literals.some((known) => keyOf(known) === key))
            literals.push(literal);
        }
        return [literals];
      }),
    )
    .reduce<Demand>((all, one) => either(all, [one]), []);

export const demandKey = (demand: Demand): string =>
  demand
    .map((one) =>
      one
        .map(keyOf)
        .sort((a, b) => a - b)
        .join('&'),
    )
    .sort()
    .join();

/** Costs of conditions with everything below them, up to a little more than what counts as cheap. */
export class ConditionCosts {
  readonly #known = new Map<Node, number>();

  isCheap(node: Node): boolean {
    let cost = this.#known.get(node);
    if (cost === undefined) this.#known.set(node, (cost = upTo(node, cheapCost)));
    return cost <= cheapCost;
  }
}

const upTo = (node: Node, limit: number): number => {
  let cost = costOf(node);
  for (const operand of operandsOf(node)) {
    if (cost > limit) break;
    cost += upTo(operand, limit - cost);
  }
  return cost;
};

/** What must hold for a condition to have the given value, told by what `usable` allows to look at. */
export const demandOf = (literal: Literal, usable: (node: Node) => boolean, depth = 0): Demand => {
  const { node, positive } = literal;
  const of = (one: Node, value: boolean): Demand => demandOf({ node: one, positive: value }, usable, depth + 1);
  if (node.kind === 'constant') return (node.value === 1n) === positive ? always : [];
  if (node.kind === 'not') return demandOf({ node: node.operand, positive: !positive }, usable, depth);
  const conjunction =
    node.width === 1 && ((node.kind === 'and' && positive) || (node.kind === 'or' && !positive)) && depth < depthLimit;
  // Parts of a conjunction, so that what two conditions have in common is seen.
  if (conjunction) return both(of(node.left, positive), of(node.right, positive));
  if (usable(node)) return [[literal]];
  if (node.width > 1 || depth === depthLimit) return always;
  if (node.kind === 'and' || node.kind === 'or') return either(of(node.left, positive), of(node.right, positive));
  if (node.kind !== 'multiplex') return always;
  const { condition, whenTrue, whenFalse } = node;
  return either(both(of(condition, true), of(whenTrue, positive)), both(of(condition, false), of(whenFalse, positive)));
};
