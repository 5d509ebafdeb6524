/**
 * From next-state words back to decisions: multiplexers at the root of a register's next value become `if` and `switch`, those
 * that share a condition or a selector are merged, and a register that keeps its value costs nothing.
 */

import type { Action, Effect, Guard } from './design.ts';
import { factorConditions } from './factoring.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { WordGraph } from './simplify.ts';

export type Item =
  | { readonly kind: 'effect'; readonly effect: Effect }
  | {
      readonly kind: 'if';
      readonly condition: Node;
      readonly then: readonly Item[];
      readonly otherwise: readonly Item[];
    }
  | {
      readonly kind: 'switch';
      readonly subject: Node;
      readonly cases: readonly { readonly values: readonly number[]; readonly body: readonly Item[] }[];
      readonly otherwise: readonly Item[];
    };

export const nodesOf = (effect: Effect): readonly Node[] => {
  switch (effect.kind) {
    case 'store':
    case 'output':
    case 'trace':
    case 'keep':
      return [effect.value];
    case 'memory_write':
      return [
        effect.address,
        ...effect.limbs.flatMap((limb) => (limb.mask === null ? [limb.data] : [limb.data, limb.mask])),
      ];
    case 'property':
      return [effect.condition];
    default:
      return effect satisfies never;
  }
};

/** How often each live node is used, by id. */
export const countUses = (actions: readonly Action[], nodeCount: number): Uint32Array => {
  const uses = new Uint32Array(nodeCount);
  const pending: Node[] = [];
  const use = (node: Node): void => {
    const before = uses[node.id] ?? 0;
    uses[node.id] = before + 1;
    if (before === 0) pending.push(node);
  };
  for (const action of actions) {
    for (const guard of action.guards) use(guard.kind === 'if' ? guard.condition : guard.subject);
    for (const node of nodesOf(action.effect)) use(node);
  }
  for (let node = pending.pop(); node !== undefined; node = pending.pop())
    for (const operand of operandsOf(node)) use(operand);
  return uses;
};

/** The merged decision forest of all actions. */
export const decisionItems = (graph: WordGraph, actions: readonly Action[]): readonly Item[] => {
  const uses = countUses(actions, graph.table.nodes.length);
  return merge(
    graph,
    actions.flatMap((action) => guarded(action.guards, effectItems(graph, action.effect, uses))),
    new Map(),
  );
};

const effectItems = (graph: WordGraph, effect: Effect, uses: Uint32Array): readonly Item[] => {
  if (effect.kind !== 'store') return [{ kind: 'effect', effect }];
  const hold = graph.load('state', effect.bit, effect.width);
  const tree = (value: Node, root: boolean): readonly Item[] => {
    if (value === hold) return [];
    if (root || uses[value.id] === 1) {
      if (value.kind === 'multiplex') {
        return [
          {
            kind: 'if',
            condition: value.condition,
            then: tree(value.whenTrue, false),
            otherwise: tree(value.whenFalse, false),
          },
        ];
      }
      if (value.kind === 'choose') {
        const cases = value.arms.map((arm, index) => ({ values: value.values[index] ?? [], body: tree(arm, false) }));
        return [{ kind: 'switch', subject: value.subject, cases, otherwise: tree(value.otherwise, false) }];
      }
    }
    return [{ kind: 'effect', effect: { ...effect, value } }];
  };
  return tree(effect.value, (uses[effect.value.id] ?? 0) === 1);
};

const guarded = (guards: readonly Guard[], items: readonly Item[]): readonly Item[] =>
  guards.reduceRight<readonly Item[]>((inner, guard) => {
    if (guard.kind === 'switch')
      return [
        { kind: 'switch', subject: guard.subject, cases: [{ values: guard.values, body: inner }], otherwise: [] },
      ];
    const { condition } = guard;
    if (condition.kind === 'constant') return (condition.value === 1n) === guard.when ? inner : [];
    return [
      guard.when
        ? { kind: 'if', condition, then: inner, otherwise: [] }
        : { kind: 'if', condition, then: [], otherwise: inner },
    ];
  }, items);

/** Memories written below, whose order of writes must be kept. */
const writtenMemories = (items: readonly Item[], into = new Set<number>()): Set<number> => {
  for (const item of items) {
    if (item.kind === 'effect') {
      if (item.effect.kind === 'memory_write') into.add(item.effect.memory.index);
    } else if (item.kind === 'if') {
      writtenMemories(item.then, into);
      writtenMemories(item.otherwise, into);
    } else {
      for (const one of item.cases) writtenMemories(one.body, into);
      writtenMemories(item.otherwise, into);
    }
  }
  return into;
};

const negationOf = (node: Node): Node | undefined => (node.kind === 'not' ? node.operand : undefined);

/** What is known where a condition holds or fails. */
const withFact = (facts: ReadonlyMap<Node, boolean>, condition: Node, holds: boolean): ReadonlyMap<Node, boolean> => {
  const result = new Map(facts);
  const learn = (node: Node, value: boolean): void => {
    if (result.has(node)) return;
    result.set(node, value);
    const inner = negationOf(node);
    if (inner !== undefined) learn(inner, !value);
    else if (node.width === 1 && ((node.kind === 'and' && value) || (node.kind === 'or' && !value))) {
      learn(node.left, value);
      learn(node.right, value);
    }
  };
  learn(condition, holds);
  return result;
};

type Group =
  | { kind: 'effect'; item: Item }
  | { kind: 'if'; condition: Node; then: Item[]; otherwise: Item[] }
  | { kind: 'switch'; subject: Node; members: Extract<Item, { kind: 'switch' }>[] };

const merge = (graph: WordGraph, items: readonly Item[], facts: ReadonlyMap<Node, boolean>): readonly Item[] => {
  const groups: Group[] = [];
  const byCondition = new Map<Node, Group>();
  const lastWriter = new Map<number, Group>();
  const add = (item: Item): void => {
    if (item.kind === 'if') {
      const condition = underFacts(graph, item.condition, facts);
      if (condition.kind === 'constant') {
        for (const inner of condition.value === 1n ? item.then : item.otherwise) add(inner);
        return;
      }
      if (condition !== item.condition) {
        add({ ...item, condition });
        return;
      }
      const positive = negationOf(item.condition);
      if (positive !== undefined) {
        add({ kind: 'if', condition: positive, then: item.otherwise, otherwise: item.then });
        return;
      }
      if (item.then.length === 0 && item.otherwise.length === 0) return;
    }
    const written = writtenMemories([item]);
    const key = item.kind === 'if' ? item.condition : item.kind === 'switch' ? item.subject : undefined;
    const candidate = key === undefined ? undefined : byCondition.get(key);
    const joins =
      candidate !== undefined &&
      candidate.kind === item.kind &&
      [...written].every((memory) => lastWriter.get(memory) === undefined || lastWriter.get(memory) === candidate);
    const group = joins ? candidate : newGroup(item);
    if (!joins) {
      groups.push(group);
      if (key !== undefined) byCondition.set(key, group);
    }
    if (group.kind === 'if' && item.kind === 'if') {
      group.then.push(...item.then);
      group.otherwise.push(...item.otherwise);
    } else if (group.kind === 'switch' && item.kind === 'switch') group.members.push(item);
    for (const memory of written) lastWriter.set(memory, group);
  };
  for (const item of items) add(item);
  const grouped = groups.map(
    (group): Item =>
      group.kind === 'effect' ? group.item : group.kind === 'if' ? group : mergeSwitches(group.subject, group.members),
  );
  const isKnown = (condition: Node): boolean => facts.get(condition) === true;
  return factorConditions(graph, grouped, movableAmong(grouped), isKnown).flatMap((item): readonly Item[] => {
    if (item.kind === 'effect') return [item];
    if (item.kind === 'if') {
      const { condition } = item;
      const then = merge(graph, item.then, withFact(facts, condition, true));
      const otherwise = merge(graph, item.otherwise, withFact(facts, condition, false));
      return then.length === 0 && otherwise.length === 0 ? [] : [{ kind: 'if', condition, then, otherwise }];
    }
    const cases = item.cases.map(({ values, body }) => ({ values, body: merge(graph, body, facts) }));
    return [{ kind: 'switch', subject: item.subject, cases, otherwise: merge(graph, item.otherwise, facts) }];
  });
};

/** Items whose writes of memories need not keep their place among the others'. */
const movableAmong = (items: readonly Item[]): ((item: Item) => boolean) => {
  const writers = new Map<number, number>();
  for (const item of items)
    for (const memory of writtenMemories([item])) writers.set(memory, (writers.get(memory) ?? 0) + 1);
  return (item) => [...writtenMemories([item])].every((memory) => writers.get(memory) === 1);
};

/** How far into a condition known parts are looked for. */
const conditionDepth = 12;

/** A condition with what is known put in. */
const underFacts = (graph: WordGraph, node: Node, facts: ReadonlyMap<Node, boolean>): Node => {
  if (facts.size === 0) return node;
  const memo = new Map<Node, Node>();
  const visit = (one: Node, depth: number): Node => {
    const found = memo.get(one);
    if (found !== undefined) return found;
    const result = simplified(one, depth);
    memo.set(one, result);
    return result;
  };
  const simplified = (one: Node, depth: number): Node => {
    const known = knownValue(one, facts);
    if (known !== undefined) return graph.constant(1, known ? 1n : 0n);
    if (depth === 0) return one;
    if (one.kind === 'not') return graph.not(visit(one.operand, depth - 1));
    if ((one.kind !== 'and' && one.kind !== 'or') || one.width > 1) return one;
    const left = visit(one.left, depth - 1);
    const right = visit(one.right, depth - 1);
    return left === one.left && right === one.right ? one : graph.binary(one.kind, left, right);
  };
  return visit(node, conditionDepth);
};

const knownValue = (condition: Node, facts: ReadonlyMap<Node, boolean>): boolean | undefined => {
  if (condition.kind === 'constant') return condition.value === 1n;
  const direct = facts.get(condition);
  if (direct !== undefined) return direct;
  const inner = negationOf(condition);
  const value = inner === undefined ? undefined : facts.get(inner);
  return value === undefined ? undefined : !value;
};

const newGroup = (item: Item): Group => {
  if (item.kind === 'if') return { kind: 'if', condition: item.condition, then: [], otherwise: [] };
  if (item.kind === 'switch') return { kind: 'switch', subject: item.subject, members: [] };
  return { kind: 'effect', item };
};

const mergeSwitches = (subject: Node, members: readonly Extract<Item, { kind: 'switch' }>[]): Item => {
  const arms = members.map(
    (member) =>
      new Map(member.cases.flatMap((one, index) => one.values.map((value): [number, number] => [value, index]))),
  );
  const values = [...new Set(arms.flatMap((arm) => [...arm.keys()]))].sort((a, b) => a - b);
  const bySignature = new Map<string, number[]>();
  for (const value of values) {
    const signature = arms.map((arm) => arm.get(value) ?? -1).join();
    bySignature.set(signature, [...(bySignature.get(signature) ?? []), value]);
  }
  const bodyOf = (value: number): Item[] =>
    members.flatMap((member, index) => {
      const arm = arms[index]?.get(value);
      return arm === undefined ? member.otherwise : (member.cases[arm]?.body ?? []);
    });
  return {
    kind: 'switch',
    subject,
    cases: [...bySignature.values()].map((list) => ({ values: list, body: bodyOf(list[0] ?? 0) })),
    otherwise: members.flatMap((member) => member.otherwise),
  };
};
