/**
 * Which part of the decision tree computes each node. A node belongs to the innermost region that holds all its uses, so work
 * that only one arm needs is done only when that arm runs. Costly arms of multiplexers inside expressions get regions too.
 */

import { costOf } from './cost.ts';
import type { Item } from './decisions.ts';
import { nodesOf } from './decisions.ts';
import type { Demand, Literal } from './demand.ts';
import { always, both, ConditionCosts, demandKey, demandOf, either, evaluated } from './demand.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';

/** Estimated instructions from which on an arm is worth a branch. */
const lazyThreshold = 8;
/** The same for work that several arms share. */
const guardThreshold = 5;
/** The same where the condition is not one that is tested anyway: a branch more that may be foretold wrongly. */
const demandThreshold = 20;
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
  /** When the work of this region is needed; null for ordinary regions. */
  demand: Demand | null = null;
  /** Arms of the parent that share the work of this region, where the demand is that one of them runs. */
  guardOf: ReadonlySet<Region> = new Set();
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
    const own = parent.guards.indexOf(this);
    if (own >= 0) parent.guards.splice(own, 1);
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

interface Use {
  readonly region: Region;
  readonly needs: Literal | null;
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

const armsOf = (node: Node): readonly Node[] | undefined => {
  if (node.kind === 'multiplex') return [node.whenTrue, node.whenFalse];
  if (node.kind === 'choose') return [...node.arms, node.otherwise];
  return undefined;
};

/** @param guarding whether work that several places share is put where one of them needs it; else it is done where all of them lie. */
export const placeNodes = (items: readonly Item[], nodes: readonly Node[], guarding = true): Placement => {
  const uses = new Uint32Array(nodes.length);
  const placesOf = new Map<Node, Use[]>();
  const costs = new ConditionCosts();
  const regions: (Region | undefined)[] = new Array(nodes.length).fill(undefined);
  const guards = new Map<string, Region>();
  const loadUses = new Map<Node, Map<Region, number>>();
  /** @param needs what must hold there for the value to matter. */
  const use = (node: Node, region: Region, needs: Literal | null = null): void => {
    uses[node.id] = (uses[node.id] ?? 0) + 1;
    if (node.kind === 'load') {
      const own = loadUses.get(node) ?? new Map<Region, number>();
      own.set(region, (own.get(region) ?? 0) + 1);
      loadUses.set(node, own);
    }
    const known = placesOf.get(node);
    if (known === undefined) {
      placesOf.set(node, [{ region, needs }]);
      return;
    }
    const last = known.at(-1);
    if (last?.region !== region || last.needs !== null || needs !== null) known.push({ region, needs });
  };
  const place = (node: Node): Region | undefined => {
    const given = placesOf.get(node) ?? [];
    const [first] = given;
    if (first === undefined) return undefined;
    const common = given.reduce((region, one) => commonAncestor(region, one.region), first.region);
    if (node.kind === 'constant' || node.kind === 'load' || (uses[node.id] ?? 0) < 2 || !guarding) return common;
    return demandFor(node, given, common) ?? guardFor(node, given, common) ?? common;
  };
  const newGuard = (common: Region, key: string, demand: Demand, arms: ReadonlySet<Region>): Region => {
    const found = guards.get(key);
    if (found !== undefined) return found;
    const guard = new Region(common, []);
    guard.demand = demand;
    guard.guardOf = arms;
    guards.set(key, guard);
    for (const one of demand) for (const { node } of one) use(node, common);
    return guard;
  };
  /** The region that runs only where one of the uses needs the node, as far as that can be told beforehand. */
  const demandFor = (node: Node, given: readonly Use[], common: Region): Region | undefined => {
    // What has a higher number could depend on the node.
    const usable = (condition: Node): boolean => condition.id < node.id && costs.isCheap(condition);
    let demand: Demand = [];
    for (const { region, needs } of given) {
      let way = needs === null ? always : demandOf(needs, usable);
      for (let at: Region = region; at !== common && at.parent !== null; at = at.parent) {
        if (at.entry !== null) way = both(demandOf({ node: at.entry.condition, positive: at.entry.when }, usable), way);
        if (at.demand !== null) {
          const inner = at.demand.map((all) => all.map((one) => demandOf(one, usable)).reduce(both, always));
          way = both(inner.reduce(either, []), way);
        }
      }
      demand = either(demand, way);
      if (demand.some((one) => one.length === 0)) return undefined;
    }
    demand = evaluated(demand);
    return demand.length === 0
      ? undefined
      : newGuard(common, `${common.id}?${demandKey(demand)}`, demand, new Set<Region>());
  };
  /** Where all uses are inside a few arms of `if`s, the region that runs only where one of these arms will. */
  const guardFor = (node: Node, given: readonly Use[], common: Region): Region | undefined => {
    const arms = new Set<Region>();
    let lazy = false;
    for (const { region } of given) {
      if (region === common) return undefined;
      let arm = region;
      while (arm.parent !== null && arm.parent !== common) arm = arm.parent;
      if (arm.guardOf.size > 0) for (const one of arm.guardOf) arms.add(one);
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
    const demand = [...arms].map(({ entry }) =>
      entry === null ? [] : [{ node: entry.condition, positive: entry.when }],
    );
    return newGuard(common, key, demand, arms);
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
    if (node.width === 1 && (node.kind === 'and' || node.kind === 'or')) {
      // One of the two only: were each skipped for a part of the other, both might be left as they were, and both be 1 of old.
      const [sooner, later] = node.left.id < node.right.id ? [node.left, node.right] : [node.right, node.left];
      use(sooner, region);
      use(later, region, { node: sooner, positive: node.kind === 'and' });
      continue;
    }
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
      if (parent !== null && parent !== undefined) parent.cost += 4 + Math.max(...inner.map((region) => region.cost));
    }
  }

  for (const guard of [...guards.values()].sort((a, b) => b.depth - a.depth)) {
    const whole = [...guard.guardOf].every((arm) => arm.find() === arm);
    const literals = (guard.demand ?? []).reduce((sum, one) => sum + one.length, 0);
    const threshold = guard.guardOf.size > 0 ? guardThreshold : demandThreshold + literals;
    if (!whole || guard.cost < threshold) guard.dissolve();
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
