/**
 * Which part of the decision tree computes each node. A node belongs to the innermost region that holds all its uses, so work
 * that only one arm needs is done only when that arm runs. Costly arms of multiplexers inside expressions get regions too.
 */

import type { Item } from './decisions.ts';
import { nodesOf } from './decisions.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';

/** Estimated instructions from which on an arm is worth a branch. */
const lazyThreshold = 14;
/** The same for work that several arms share. */
const guardThreshold = 10;
/** More arms than this are not worth a common condition. */
const guardArms = 6;

let regionCount = 0;

export class Region {
  readonly depth: number;
  parent: Region | null;
  readonly items: readonly Item[];
  /** For `if` and `switch` items, in item order: then and otherwise, or the cases and then otherwise. */
  readonly children: Region[][] = [];
  cost = 0;
  readonly id = regionCount++;
  /** What leads into this arm of an `if`; null for arms of switches and of lazy nodes. */
  entry: { readonly condition: Node; readonly when: boolean } | null = null;
  /** An arm of a node rather than of an item. */
  lazy = false;
  /** Arms of the parent's items that share the work of this region; null for ordinary regions. */
  guardOf: ReadonlySet<Region> | null = null;
  /** Regions of shared work below this one. */
  readonly guards: Region[] = [];
  #alias: Region | null = null;

  constructor(parent: Region | null, items: readonly Item[]) {
    this.parent = parent;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.items = items;
  }

  /** The region that this one was dissolved into, or itself. */
  find(): Region {
    let region: Region = this;
    while (region.#alias !== null) region = region.#alias;
    return region;
  }

  dissolve(): void {
    const parent = this.parent?.find();
    if (parent === undefined) return;
    parent.cost += this.cost;
    parent.guards.push(...this.guards);
    this.#alias = parent;
  }

  up(): Region | null {
    return this.parent === null ? null : this.parent.find();
  }
}

export interface Placement {
  readonly root: Region;
  readonly uses: Uint32Array;
  /** Where a node is computed; loads are absent: they are computed in each of their `loadHomes`. */
  regionOf(node: Node): Region | undefined;
  /** Regions in which a load is used, with the number of uses there and below; none lies inside another. */
  loadHomes(node: Node): ReadonlyMap<Region, number>;
  /** The regions of the arms of a node that is evaluated lazily. */
  readonly lazyArms: ReadonlyMap<Node, readonly Region[]>;
  readonly liveNodes: readonly Node[];
}

const commonAncestor = (a: Region, b: Region): Region => {
  let left = a;
  let right = b;
  while (left !== right) {
    if (left.depth >= right.depth) left = left.parent ?? left;
    else right = right.parent ?? right;
  }
  return left;
};

export const costOf = (node: Node): number => {
  switch (node.kind) {
    case 'constant':
      return 0;
    case 'concatenation':
      return node.parts.length * 2 - 1;
    case 'slice':
    case 'multiplex':
    case 'parity':
    case 'sign_extension':
      return 2;
    case 'memory':
    case 'table':
    case 'indexed_load':
    case 'multiply':
      return 3;
    case 'choose':
      return 2 * node.arms.length;
    default:
      return 1;
  }
};

const armsOf = (node: Node): readonly Node[] | undefined => {
  if (node.kind === 'multiplex') return [node.whenTrue, node.whenFalse];
  if (node.kind === 'choose') return [...node.arms, node.otherwise];
  return undefined;
};

export const placeNodes = (items: readonly Item[], nodes: readonly Node[]): Placement => {
  const uses = new Uint32Array(nodes.length);
  const useRegions: Region[][] = Array.from({ length: nodes.length }, () => []);
  const regions: (Region | undefined)[] = new Array(nodes.length).fill(undefined);
  const guards = new Map<string, Region>();
  const loadUses = new Map<Node, Map<Region, number>>();
  const use = (node: Node, region: Region): void => {
    uses[node.id] = (uses[node.id] ?? 0) + 1;
    if (node.kind === 'load') {
      const own = loadUses.get(node) ?? new Map<Region, number>();
      own.set(region, (own.get(region) ?? 0) + 1);
      loadUses.set(node, own);
    }
    const known = useRegions[node.id];
    if (known !== undefined && known[known.length - 1] !== region) known.push(region);
  };
  const place = (node: Node): Region | undefined => {
    const given = useRegions[node.id] ?? [];
    const [first] = given;
    if (first === undefined) return undefined;
    const common = given.reduce(commonAncestor);
    return node.kind === 'constant' || node.kind === 'load' ? common : (guardFor(node, given, common) ?? common);
  };
  /** Where all uses are inside a few arms of `if`s, the region that runs only where one of these arms will. */
  const guardFor = (node: Node, given: readonly Region[], common: Region): Region | undefined => {
    const arms = new Set<Region>();
    let lazy = false;
    for (const region of given) {
      if (region === common) return undefined;
      let arm = region;
      while (arm.parent !== null && arm.parent !== common) arm = arm.parent;
      if (arm.guardOf !== null) for (const one of arm.guardOf) arms.add(one);
      else if (arm.entry === null) return undefined;
      else arms.add(arm);
      if (arms.size > guardArms) return undefined;
    }
    // A condition made later could depend on this node by way of a lazy arm; one made earlier cannot.
    for (const arm of arms) lazy ||= arm.lazy;
    if (lazy) for (const { entry } of arms) if (entry !== null && entry.condition.id > node.id) return undefined;
    const key = `${common.id}:${[...arms]
      .map((arm) => arm.id)
      .sort((a, b) => a - b)
      .join()}`;
    let guard = guards.get(key);
    if (guard === undefined) {
      guard = new Region(common, []);
      guard.guardOf = arms;
      guards.set(key, guard);
      for (const { entry } of arms) if (entry !== null) use(entry.condition, common);
    }
    return guard;
  };
  const build = (parent: Region | null, list: readonly Item[]): Region => {
    const region = new Region(parent, list);
    for (const item of list) {
      if (item.kind === 'effect') {
        for (const node of nodesOf(item.effect)) use(node, region);
        region.cost += 1;
        region.children.push([]);
      } else if (item.kind === 'if') {
        use(item.condition, region);
        const [then, otherwise] = [build(region, item.then), build(region, item.otherwise)];
        then.entry = { condition: item.condition, when: true };
        otherwise.entry = { condition: item.condition, when: false };
        region.children.push([then, otherwise]);
      } else {
        use(item.subject, region);
        region.children.push([...item.cases.map((one) => build(region, one.body)), build(region, item.otherwise)]);
      }
    }
    return region;
  };
  const root = build(null, items);

  const arms = new Map<Node, readonly Region[]>();
  const live: Node[] = [];
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (node === undefined) continue;
    const region = place(node);
    if (region === undefined) continue;
    regions[id] = region;
    live.push(node);
    region.cost += node.kind === 'load' ? 0 : costOf(node);
    const lazy = armsOf(node);
    if (lazy === undefined) {
      for (const operand of operandsOf(node)) use(operand, region);
      continue;
    }
    const inner = lazy.map((arm, index) => {
      const below = new Region(region, []);
      below.lazy = true;
      if (node.kind === 'multiplex') below.entry = { condition: node.condition, when: index === 0 };
      use(arm, below);
      return below;
    });
    arms.set(node, inner);
    use(node.kind === 'multiplex' ? node.condition : node.kind === 'choose' ? node.subject : node, region);
  }
  live.reverse();

  // Innermost first: operands have lower ids.
  const lazyArms = new Map<Node, readonly Region[]>();
  for (const node of live) {
    const inner = arms.get(node);
    if (inner === undefined) continue;
    const cost = inner.reduce((sum, region) => sum + region.cost, 0);
    if (cost < lazyThreshold && inner.length <= 5) for (const region of inner) region.dissolve();
    else {
      lazyArms.set(node, inner);
      const parent = inner[0]?.up();
      if (parent !== null && parent !== undefined) parent.cost += 4;
    }
  }

  for (const guard of [...guards.values()].sort((a, b) => b.depth - a.depth)) {
    const whole = [...(guard.guardOf ?? [])].every((arm) => arm.find() === arm);
    if (!whole || guard.cost < guardThreshold) guard.dissolve();
    else guard.up()?.guards.push(guard);
  }

  return {
    root,
    uses,
    lazyArms,
    liveNodes: live,
    regionOf: (node) => regions[node.id]?.find(),
    loadHomes: (node) => {
      const found = loadUses.get(node);
      return found === undefined ? new Map<Region, number>() : outermost(found);
    },
  };
};

/** Sums uses into the outermost of the given regions. */
const outermost = (given: ReadonlyMap<Region, number>): Map<Region, number> => {
  const canonical = new Map<Region, number>();
  for (const [region, count] of given) canonical.set(region.find(), (canonical.get(region.find()) ?? 0) + count);
  const result = new Map<Region, number>();
  for (const [region, count] of canonical) {
    let home = region;
    for (let above = region.up(); above !== null; above = above.up()) if (canonical.has(above)) home = above;
    result.set(home, (result.get(home) ?? 0) + count);
  }
  return result;
};
