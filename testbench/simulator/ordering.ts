/**
 * The order of work inside each region. Registers and memories are updated in place, so whatever reads one comes before what
 * writes it; where that is impossible in a circle, the words read are loaded into locals early.
 */

import { Chunks } from './chunks.ts';
import type { Item } from './decisions.ts';
import { decisionItems, nodesOf } from './decisions.ts';
import type { Action } from './design.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { Step } from './program.ts';
import type { Reads, Summary, Work } from './region-order.ts';
import { RegionOrder } from './region-order.ts';
import type { Placement, Region } from './regions.ts';
import { placeNodes } from './regions.ts';
import { shortCircuit } from './short-circuit.ts';
import type { WordGraph } from './simplify.ts';
import { circlesOf } from './work-circles.ts';

/** Chains of nodes used once are computed in one expression down to this depth. */
const expressionDepth = 60;

const emptySummary = (): Summary => ({ needs: new Set(), reads: new Map(), writes: new Set() });

const addReads = (into: Reads, from: Reads): void => {
  for (const [chunk, nodes] of from) {
    const own = into.get(chunk);
    if (own === undefined) into.set(chunk, new Set(nodes));
    else for (const node of nodes) own.add(node);
  }
};

/** @param decisions the decision forest of the actions, where it was made already. */
export const schedule = (
  graph: WordGraph,
  actions: readonly Action[],
  decisions: readonly Item[] = decisionItems(graph, actions),
): readonly Step[] => {
  const items = shortCircuit(graph, decisions);
  const placement = placeNodes(items, graph.table.nodes);
  const chunks = new Chunks(actions);
  for (;;) {
    const orderer = new Orderer(graph, placement, chunks);
    const waiting = orderer.waitingForEachOther();
    if (waiting.length === 0) return orderer.run();
    for (const guard of waiting) guard.dissolve();
  }
};

class Orderer {
  readonly #placement: Placement;
  readonly #chunks: Chunks;
  readonly #letsOf = new Map<Region, Node[]>();
  /** Where a node with a local is computed; loads may have several homes. */
  readonly #homes = new Map<Node, Set<Region>>();
  readonly #works = new Map<Region, Work[]>();
  readonly #summaries = new Map<Region, Summary>();
  readonly #hoisted = new Set<Node>();

  readonly #graph: WordGraph;

  constructor(graph: WordGraph, placement: Placement, chunks: Chunks) {
    this.#graph = graph;
    this.#placement = placement;
    this.#chunks = chunks;
    this.#chooseLocals();
  }

  run(): readonly Step[] {
    return this.#emitRegion(this.#placement.root);
  }

  /**
   * Shared work of which one part waits for another's and that one, by some way, for it: in either order what comes first would
   * do again, at each use, what it needs of the later. Without these no works wait in a circle.
   */
  waitingForEachOther(): Region[] {
    return [...this.#regions(this.#placement.root)].flatMap((region) => {
      const circles = circlesOf(this.#worksOf(region), (guard) => this.#letsOf.get(guard) ?? []);
      return circles.flatMap((circle) => {
        const guards = circle.flatMap(({ guard }) => (guard === null ? [] : [guard.region]));
        const [costliest] = [...guards].sort((a, b) => b.cost - a.cost);
        return guards.length === 1 ? guards : guards.filter((one) => one !== costliest);
      });
    });
  }

  /** A region and all below it. */
  *#regions(region: Region): Generator<Region> {
    yield region;
    const arms = this.#letsOf.get(region)?.flatMap((node) => this.#placement.lazyArms.get(node) ?? []) ?? [];
    for (const inner of [...region.guards, ...region.children.flat(), ...arms]) yield* this.#regions(inner);
  }

  #chooseLocals(): void {
    const depth = new Map<Node, number>();
    for (const node of this.#placement.liveNodes) {
      if (node.kind === 'constant') continue;
      if (node.kind === 'load') {
        for (const [region, count] of this.#placement.loadHomes(node)) if (count > 2) this.#addLet(node, region);
        continue;
      }
      const region = this.#placement.regionOf(node);
      if (region === undefined) continue;
      let deepest = 0;
      for (const operand of operandsOf(node)) deepest = Math.max(deepest, depth.get(operand) ?? 0);
      const shared = (this.#placement.uses[node.id] ?? 0) > 1;
      if (shared || this.#placement.lazyArms.has(node) || deepest >= expressionDepth) this.#addLet(node, region);
      else depth.set(node, deepest + 1);
    }
  }

  #addLet(node: Node, region: Region): void {
    const list = this.#letsOf.get(region);
    if (list === undefined) this.#letsOf.set(region, [node]);
    else list.push(node);
    // What a guard computes is seen beside it, but not what it loads: others load that again.
    const shown = region.demand === null || node.kind === 'load' ? region : (region.up() ?? region);
    const homes = this.#homes.get(node);
    if (homes === undefined) this.#homes.set(node, new Set([shown]));
    else homes.add(shown);
  }

  #hasLocalAt(node: Node, region: Region): boolean {
    const homes = this.#homes.get(node);
    if (homes === undefined) return false;
    for (let at: Region | null = region; at !== null; at = at.up()) if (homes.has(at)) return true;
    return false;
  }

  /** What computing a node inside a region needs and reads. */
  #collect(node: Node, region: Region, into: Summary, computing: Node | null): void {
    if (node.kind === 'constant') return;
    if (node !== computing && this.#hasLocalAt(node, region)) {
      into.needs.add(node);
      return;
    }
    for (const chunk of this.#chunks.readBy(node)) {
      const own = into.reads.get(chunk);
      if (own === undefined) into.reads.set(chunk, new Set([node]));
      else own.add(node);
    }
    const lazy = this.#placement.lazyArms.get(node);
    if (lazy === undefined) {
      for (const operand of operandsOf(node)) this.#collect(operand, region, into, null);
      return;
    }
    const [subject, ...arms] = operandsOf(node);
    if (subject !== undefined) this.#collect(subject, region, into, null);
    lazy.forEach((arm, index) => {
      const value = arms[index];
      if (value !== undefined) this.#absorb(into, this.#summary(arm, value));
    });
  }

  #absorb(into: Summary, from: Summary): void {
    for (const node of from.needs) into.needs.add(node);
    addReads(into.reads, from.reads);
    for (const chunk of from.writes) into.writes.add(chunk);
  }

  /** What a whole region needs from outside; `value` is what a lazy arm gives. */
  #summary(region: Region, value: Node | null): Summary {
    const known = this.#summaries.get(region);
    if (known !== undefined) return known;
    const summary = emptySummary();
    for (const work of this.#worksOf(region)) this.#absorb(summary, work.summary);
    if (value !== null) this.#collect(value, region, summary, null);
    for (const node of this.#letsOf.get(region) ?? []) summary.needs.delete(node);
    this.#summaries.set(region, summary);
    return summary;
  }

  #worksOf(region: Region): Work[] {
    const known = this.#works.get(region);
    if (known !== undefined) return known;
    const works: Work[] = [];
    this.#works.set(region, works);
    for (const node of this.#letsOf.get(region) ?? []) {
      const summary = emptySummary();
      this.#collect(node, region, summary, node);
      works.push({ let: node, guard: null, item: null, children: [], summary, done: false });
    }
    for (const guard of region.guards) {
      const condition = this.#guardCondition(guard);
      const summary = emptySummary();
      this.#collect(condition, region, summary, null);
      this.#absorb(summary, this.#summary(guard, null));
      works.push({ let: null, guard: { region: guard, condition }, item: null, children: [], summary, done: false });
    }
    region.items.forEach((item, index) => {
      const summary = emptySummary();
      const children = region.children[index] ?? [];
      if (item.kind === 'effect') {
        for (const node of nodesOf(item.effect)) this.#collect(node, region, summary, null);
        for (const chunk of this.#chunks.writtenBy(item.effect)) summary.writes.add(chunk);
      } else {
        this.#collect(item.kind === 'if' ? item.condition : item.subject, region, summary, null);
        for (const child of children) this.#absorb(summary, this.#summary(child, null));
      }
      works.push({ let: null, guard: null, item, children, summary, done: false });
    });
    return works;
  }

  /**
   * The condition as nodes of its own. One that the graph has already may itself be among the work that is skipped at times: what was made of the
   * literals later is not the literals.
   */
  #guardCondition(guard: Region): Node {
    const { table } = this.#graph;
    const binary = (kind: 'and' | 'or', left: Node, right: Node): Node =>
      table.intern(`guard ${kind}:${left.id}:${right.id}`, (id) => ({ id, width: 1, kind, left, right }));
    const not = (operand: Node): Node =>
      table.intern(`guard not:${operand.id}`, (id) => ({ id, width: 1, kind: 'not', operand }));
    const demand = guard.demand ?? [];
    if (demand.some((literals) => literals.length === 0)) return this.#graph.constant(1, 1n);
    return demand
      .map((all) =>
        all.map(({ node, positive }) => (positive ? node : not(node))).reduce((l, r) => binary('and', l, r)),
      )
      .reduce((left, right) => binary('or', left, right));
  }

  #emitRegion(region: Region): readonly Step[] {
    const letsOf = (guard: Region): readonly Node[] => this.#letsOf.get(guard) ?? [];
    return new RegionOrder(this.#worksOf(region), this.#hoisted, (work) => this.#stepsOf(work), letsOf).run();
  }

  #stepsOf(work: Work): readonly Step[] {
    if (work.let !== null) return this.#letSteps(work.let);
    if (work.guard !== null)
      return [{ kind: 'guard', condition: work.guard.condition, body: this.#emitRegion(work.guard.region) }];
    const { item, children } = work;
    if (item === null) return [];
    const bodies = children.map((child) => this.#emitRegion(child));
    if (item.kind === 'effect') return [item];
    const last = bodies[bodies.length - 1] ?? [];
    if (item.kind === 'if') return [{ kind: 'if', condition: item.condition, then: bodies[0] ?? [], otherwise: last }];
    const cases = item.cases.map((one, index) => ({ values: one.values, body: bodies[index] ?? [] }));
    return [{ kind: 'switch', subject: item.subject, cases, otherwise: last }];
  }

  #letSteps(node: Node): readonly Step[] {
    const lazy = this.#placement.lazyArms.get(node);
    if (lazy === undefined) return [{ kind: 'let', node }];
    const [subject, ...arms] = operandsOf(node);
    const bodies = lazy.map((region, index): readonly Step[] => {
      const value = arms[index];
      return value === undefined ? [] : [...this.#emitRegion(region), { kind: 'set', target: node, node: value }];
    });
    const last = bodies[bodies.length - 1] ?? [];
    if (subject === undefined) return [];
    if (node.kind === 'choose') {
      const cases = node.values.map((values, index) => ({ values, body: bodies[index] ?? [] }));
      return [{ kind: 'switch', subject, cases, otherwise: last }];
    }
    return [{ kind: 'if', condition: subject, then: bodies[0] ?? [], otherwise: last }];
  }
}
