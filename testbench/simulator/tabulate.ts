/**
 * Tables in place of logic: what depends on few bits alone, as the S-box of a cipher with the multiplications that follow it, is looked up. Nodes over the
 * same bits share one table, which gives all of them at once.
 */

import { costOf } from './cost.ts';
import type { Action, Design, Effect } from './design.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { WordGraph } from './simplify.ts';
import { mapEffect, rebuilt } from './specialise.ts';
import { hasTruths, type Truths, truthOfBit, truthsOf } from './truth-tables.ts';

/** Bits of an index: a table of 256 words of 64 bits is 2 KiB. */
const mostBits = 8;
/** Estimated instructions that a table has to save. */
const leastGain = 12;

/** A bit of a node that is not looked into. */
interface SourceBit {
  readonly node: Node;
  readonly bit: number;
}

/** The bits that a node depends on, by key and in order; null where they are too many. */
type Support = ReadonlyMap<number, SourceBit> | null;

const keyOf = ({ node, bit }: SourceBit): number =>
  node.kind === 'load' ? (node.bit + bit) * 2 + (node.space === 'input' ? 1 : 0) : -(node.id * 64 + bit) - 1;

const ownBits = (node: Node, low: number, width: number): Support =>
  width > mostBits
    ? null
    : new Map(Array.from({ length: width }, (_, bit) => ({ node, bit: low + bit })).map((bit) => [keyOf(bit), bit]));

const joined = (supports: readonly Support[]): Support => {
  const all = new Map<number, SourceBit>();
  for (const support of supports) {
    if (support === null) return null;
    for (const [key, bit] of support) all.set(key, bit);
    if (all.size > mostBits) return null;
  }
  return all;
};

/** All nodes that something depends on, by id. */
const reachable = (roots: readonly Node[]): readonly Node[] => {
  const seen = new Set<Node>();
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    waiting.push(...operandsOf(node));
  }
  return [...seen].sort((left, right) => left.id - right.id);
};

interface Group {
  readonly support: ReadonlyMap<number, SourceBit>;
  readonly members: Node[];
}

const nodesOf = (effect: Effect): readonly Node[] => {
  const nodes: Node[] = [];
  mapEffect(effect, (node) => {
    nodes.push(node);
    return node;
  });
  return nodes;
};

const rootsOf = (design: Design): readonly Node[] => [
  ...design.outputs,
  ...design.traced.flatMap(({ limbs }) => limbs),
  ...design.actions.flatMap(({ guards, effect }) => [
    ...guards.map((guard) => (guard.kind === 'if' ? guard.condition : guard.subject)),
    ...nodesOf(effect),
  ]),
];

/** Groups of nodes over the same bits, with the nodes of each that others use. */
const groupsOf = (nodes: readonly Node[], roots: readonly Node[], apart: Node | null) => {
  const supports = new Map<Node, Support>();
  const groups = new Map<string, Group>();
  const groupOf = new Map<Node, Group>();
  for (const node of nodes) {
    const support = supportOf(node, apart, (operand) => supports.get(operand) ?? null);
    supports.set(node, support);
    if (support === null || support.size === 0 || !hasTruths(node) || isSource(node, supports)) continue;
    const name = [...support.keys()].sort((left, right) => left - right).join();
    let group = groups.get(name);
    if (group === undefined) groups.set(name, (group = { support, members: [] }));
    group.members.push(node);
    groupOf.set(node, group);
  }
  const used = new Map<Group, Set<Node>>();
  const use = (node: Node, by: Group | undefined): void => {
    const group = groupOf.get(node);
    if (group === undefined || group === by) return;
    const set = used.get(group) ?? new Set();
    used.set(group, set.add(node));
  };
  for (const root of roots) use(root, undefined);
  for (const node of nodes) for (const operand of operandsOf(node)) use(operand, groupOf.get(node));
  return [...groups.values()].map((group) => ({ ...group, used: [...(used.get(group) ?? [])] }));
};

/** A cut out of what is not looked into. */
const isSource = (node: Node, supports: ReadonlyMap<Node, Support>): boolean =>
  node.kind === 'slice' && (supports.get(node.operand) ?? null) === null;

const supportOf = (node: Node, apart: Node | null, of: (operand: Node) => Support): Support => {
  if (node === apart) return null;
  if (node.kind === 'constant') return new Map();
  if (!hasTruths(node)) return ownBits(node, 0, node.width);
  const support = joined(operandsOf(node).map(of));
  if (support !== null || node.kind !== 'slice' || node.operand === apart) return support;
  return ownBits(node.operand, node.low, node.width);
};

/** Nodes that fit one word together. */
const packed = (nodes: readonly Node[], word: number): Node[][] => {
  const words: Node[][] = [];
  let room = 0;
  for (const node of [...nodes].sort((left, right) => right.width - left.width)) {
    if (node.width > room) {
      words.push([]);
      room = word;
    }
    words.at(-1)?.push(node);
    room -= node.width;
  }
  return words;
};

/** The design with tables where they are less work, or wherever there can be one. */
export const tabulated = (design: Design, everywhere = false): Design => {
  const { graph } = design;
  const roots = rootsOf(design);
  const nodes = reachable(roots);
  const reset = design.ports.inputs[0]?.name === 'aresetn' ? graph.load('input', 0, 1) : null;
  const memo = new Map<Node, Node>();
  const replaced = (node: Node): Node => memo.get(node) ?? node;
  const lookUps = new Map<Node, () => Node>();
  for (const { support, members, used } of groupsOf(nodes, roots, reset)) {
    const index = (): Node => indexOf(graph, support, replaced);
    const saved = members.reduce((sum, node) => sum + costOf(node), 0);
    const words = packed(used, graph.wordWidth);
    const bitsApart = runsOf(support);
    const spent = words.length * 3 + 2 * bitsApart + used.length * 2;
    if (used.length === 0 || (!everywhere && saved - spent < leastGain)) continue;
    const truths = tablesOf(support);
    for (const word of words) {
      let low = 0;
      const entries = entriesOf(
        word.flatMap((node) => truths(node)),
        support.size,
      );
      const width = word.reduce((sum, node) => sum + node.width, 0);
      for (const node of word) {
        const at = low;
        low += node.width;
        lookUps.set(node, () => graph.slice(graph.table.table(entries, width, index()), at, node.width));
      }
    }
  }
  if (lookUps.size === 0) return design;
  for (const node of nodes) {
    const next = lookUps.get(node)?.() ?? rebuilt(graph, node, replaced);
    if (next !== node) memo.set(node, next);
  }
  const guards = (action: Action): Action['guards'] =>
    action.guards.map((guard) =>
      guard.kind === 'if'
        ? { ...guard, condition: replaced(guard.condition) }
        : { ...guard, subject: replaced(guard.subject) },
    );
  return {
    ...design,
    outputs: design.outputs.map(replaced),
    actions: design.actions.map((action) => ({ guards: guards(action), effect: mapEffect(action.effect, replaced) })),
    traced: design.traced.map((signal) => ({ ...signal, limbs: signal.limbs.map(replaced) })),
  };
};

/** Bits of one word side by side, lowest first. */
const inOrder = (support: ReadonlyMap<number, SourceBit>): readonly SourceBit[] => {
  const rank = ({ node }: SourceBit): number => (node.kind === 'load' ? (node.space === 'input' ? 0 : 1) : 2);
  const word = ({ node }: SourceBit): number => (node.kind === 'load' ? 0 : node.id);
  return [...support.values()].sort(
    (left, right) => rank(left) - rank(right) || word(left) - word(right) || place(left) - place(right),
  );
};

const place = ({ node, bit }: SourceBit): number => (node.kind === 'load' ? node.bit + bit : bit);

/** How many pieces the index is joined of. */
const runsOf = (support: ReadonlyMap<number, SourceBit>): number => {
  const bits = inOrder(support);
  const follows = (before: SourceBit | undefined, bit: SourceBit): boolean =>
    before !== undefined &&
    place(bit) === place(before) + 1 &&
    (before.node === bit.node ||
      (before.node.kind === 'load' && bit.node.kind === 'load' && before.node.space === bit.node.space));
  return bits.filter((bit, at) => !follows(bits[at - 1], bit)).length;
};

const indexOf = (graph: WordGraph, support: ReadonlyMap<number, SourceBit>, replaced: (node: Node) => Node): Node =>
  graph.concatenation(
    inOrder(support).map(({ node, bit }) =>
      node.kind === 'load' ? graph.load(node.space, node.bit + bit, 1) : graph.slice(replaced(node), bit, 1),
    ),
  );

/** Truth tables of nodes over these bits, in the order of the index. */
const tablesOf = (support: ReadonlyMap<number, SourceBit>): ((node: Node) => Truths) => {
  const count = support.size;
  const all = (1n << (1n << BigInt(count))) - 1n;
  const positions = new Map(inOrder(support).map((bit, position) => [keyOf(bit), truthOfBit(position, count)]));
  const known = new Map<Node, Truths>();
  const sourceBits = (node: Node, low: number, width: number): Truths | null => {
    const tables = Array.from({ length: width }, (_, bit) => positions.get(keyOf({ node, bit: low + bit })));
    return tables.every((table) => table !== undefined) ? (tables as bigint[]) : null;
  };
  const of = (node: Node): Truths => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const source =
      node.kind === 'slice'
        ? sourceBits(node.operand, node.low, node.width)
        : hasTruths(node)
          ? null
          : sourceBits(node, 0, node.width);
    const truths = source ?? truthsOf(node, of, all);
    known.set(node, truths);
    return truths;
  };
  return of;
};

/** The words of a table, of the truth tables of their bits. */
const entriesOf = (truths: Truths, count: number): bigint[] =>
  Array.from({ length: 2 ** count }, (_, index) =>
    truths.reduce((word, table, bit) => word | (((table >> BigInt(index)) & 1n) << BigInt(bit)), 0n),
  );
