/**
 * The order of work inside each region. Registers and memories are updated in place, so whatever reads one comes before what
 * writes it; where that is impossible in a circle, the words read are loaded into locals early.
 */

import type { Item } from './decisions.ts';
import { decisionItems, nodesOf } from './decisions.ts';
import type { Action, Effect } from './design.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { Step } from './program.ts';
import type { Placement, Region } from './regions.ts';
import { placeNodes } from './regions.ts';
import { shortCircuit } from './short-circuit.ts';
import type { WordGraph } from './simplify.ts';

/** Chains of nodes used once are computed in one expression down to this depth. */
const expressionDepth = 60;

/** Reads of state, by the chunk read; the nodes that read it. */
type Reads = Map<number, Set<Node>>;

interface Summary {
  /** Nodes with a local that must be there before. */
  readonly needs: Set<Node>;
  readonly reads: Reads;
  readonly writes: Set<number>;
}

interface Work {
  readonly let: Node | null;
  /** A region of shared work, computed where one of its arms will run. */
  readonly guard: { readonly region: Region; readonly condition: Node } | null;
  readonly item: Item | null;
  readonly children: readonly Region[];
  readonly summary: Summary;
  done: boolean;
}

const emptySummary = (): Summary => ({ needs: new Set(), reads: new Map(), writes: new Set() });

const addReads = (into: Reads, from: Reads): void => {
  for (const [chunk, nodes] of from) {
    const own = into.get(chunk);
    if (own === undefined) into.set(chunk, new Set(nodes));
    else for (const node of nodes) own.add(node);
  }
};

/** Chunks of registers that are stored as one, and memories after them, by number. */
export class Chunks {
  readonly #starts: number[];
  readonly #ends: number[];

  constructor(actions: readonly Action[]) {
    const stores = actions
      .flatMap(({ effect }) => (effect.kind === 'store' ? [effect] : []))
      .sort((a, b) => a.bit - b.bit);
    this.#starts = stores.map((store) => store.bit);
    this.#ends = stores.map((store) => store.bit + store.width);
  }

  covering(from: number, to: number): number[] {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) > from) high = middle;
      else low = middle + 1;
    }
    const result: number[] = [];
    for (let index = low; index < this.#starts.length && (this.#starts[index] ?? 0) < to; index++) result.push(index);
    return result;
  }

  memory(index: number): number {
    return this.#starts.length + index;
  }

  readBy(node: Node): number[] {
    if (node.kind === 'load') return node.space === 'state' ? this.covering(node.bit, node.bit + node.width) : [];
    if (node.kind === 'indexed_load')
      return this.covering(node.bit, node.bit + node.stride * (node.count - 1) + node.width);
    return node.kind === 'memory' ? [this.memory(node.memory.index)] : [];
  }

  writtenBy(effect: Effect): number[] {
    if (effect.kind === 'store') return this.covering(effect.bit, effect.bit + effect.width);
    return effect.kind === 'memory_write' ? [this.memory(effect.memory.index)] : [];
  }
}

export const schedule = (graph: WordGraph, actions: readonly Action[]): readonly Step[] => {
  const items = shortCircuit(graph, decisionItems(graph, actions));
  const placement = placeNodes(items, graph.table.nodes);
  return new Orderer(graph, placement, new Chunks(actions)).run();
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

  #guardCondition(guard: Region): Node {
    const graph = this.#graph;
    return (guard.demand ?? [])
      .map((all) =>
        all
          .map(({ node, positive }) => (positive ? node : graph.not(node)))
          .reduce((left, right) => graph.binary('and', left, right), graph.constant(1, 1n)),
      )
      .reduce((left, right) => graph.binary('or', left, right));
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

/** List scheduling of one region's work. */
class RegionOrder {
  readonly #works: readonly Work[];
  readonly #hoisted: Set<Node>;
  readonly #stepsOf: (work: Work) => readonly Step[];
  readonly #steps: Step[] = [];
  readonly #byLet = new Map<Node, Work>();
  /** Computations that still have to read a chunk. */
  readonly #pureReaders = new Map<number, Work[]>();
  /** Effects that still have to read a chunk, and those that write it. */
  readonly #readers = new Map<number, Set<Work>>();
  readonly #writers = new Map<number, Work[]>();
  readonly #own: Node[] = [];

  constructor(
    works: readonly Work[],
    hoisted: Set<Node>,
    stepsOf: (work: Work) => readonly Step[],
    letsOf: (guard: Region) => readonly Node[],
  ) {
    this.#works = works;
    this.#hoisted = hoisted;
    this.#stepsOf = stepsOf;
    for (const work of works) {
      if (work.let !== null || work.guard !== null) {
        for (const node of work.let !== null ? [work.let] : work.guard === null ? [] : letsOf(work.guard.region))
          if (work.let !== null || node.kind !== 'load') this.#byLet.set(node, work);
        for (const chunk of work.summary.reads.keys()) push(this.#pureReaders, chunk, work);
        continue;
      }
      for (const [chunk, nodes] of work.summary.reads) {
        if ([...nodes].every((node) => hoisted.has(node))) continue;
        const set = this.#readers.get(chunk) ?? new Set<Work>();
        set.add(work);
        this.#readers.set(chunk, set);
      }
      for (const chunk of work.summary.writes) push(this.#writers, chunk, work);
    }
  }

  run(): readonly Step[] {
    const effects = this.#works.filter((work) => work.item !== null);
    let ready = effects.filter((work) => this.#isFree(work));
    const queued = new Set(ready);
    let remaining = effects.length;
    while (remaining > 0) {
      const [next, ...rest] = ready;
      if (next === undefined) {
        const stuck = this.#cheapestToFree(effects.filter((work) => !work.done));
        this.#free(stuck);
        ready = [stuck];
        queued.add(stuck);
        continue;
      }
      ready = rest;
      this.#emit(next);
      remaining--;
      for (const freed of this.#afterDone(next)) {
        if (!queued.has(freed) && this.#isFree(freed)) {
          queued.add(freed);
          ready.push(freed);
        }
      }
    }
    for (const work of this.#works) if (!work.done) this.#emit(work);
    for (const node of this.#own) this.#hoisted.delete(node);
    return this.#steps;
  }

  #blockers(work: Work): Set<Work> {
    const result = new Set<Work>();
    for (const chunk of work.summary.writes) {
      for (const reader of this.#readers.get(chunk) ?? []) if (reader !== work && !reader.done) result.add(reader);
      // Two writers of one chunk keep their order: a memory with several writes.
      for (const other of this.#writers.get(chunk) ?? []) {
        if (other === work) break;
        if (!other.done) result.add(other);
      }
    }
    return result;
  }

  #isFree(work: Work): boolean {
    return this.#blockers(work).size === 0;
  }

  #afterDone(work: Work): Work[] {
    const result: Work[] = [];
    for (const chunk of work.summary.reads.keys()) result.push(...(this.#writers.get(chunk) ?? []));
    for (const chunk of work.summary.writes) result.push(...(this.#writers.get(chunk) ?? []));
    return result.filter((one) => !one.done);
  }

  /** Loads that blocked readers would do after this writer. */
  #loadsBefore(work: Work): Set<Node> {
    const result = new Set<Node>();
    for (const chunk of work.summary.writes) {
      for (const reader of this.#readers.get(chunk) ?? []) {
        if (reader === work || reader.done) continue;
        for (const node of reader.summary.reads.get(chunk) ?? []) if (!this.#hoisted.has(node)) result.add(node);
      }
    }
    return result;
  }

  #cheapestToFree(candidates: readonly Work[]): Work {
    let best: Work | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const work of candidates) {
      const ordered = [...work.summary.writes].some((chunk) => {
        const first = (this.#writers.get(chunk) ?? []).find((other) => !other.done);
        return first !== work;
      });
      if (ordered) continue;
      let cost = 0;
      for (const node of this.#loadsBefore(work)) cost += node.kind === 'load' ? 1 : 20;
      if (cost < bestCost) {
        best = work;
        bestCost = cost;
      }
    }
    if (best === undefined) throw new Error('no order of register updates: memory writes wait for each other');
    return best;
  }

  #free(work: Work): void {
    for (const node of this.#loadsBefore(work)) {
      this.#needs(this.#operandNeeds(node));
      this.#steps.push({ kind: 'let', node });
      this.#hoisted.add(node);
      this.#own.push(node);
    }
    for (const chunk of work.summary.writes) {
      const readers = this.#readers.get(chunk) ?? [];
      for (const reader of [...readers]) {
        const nodes = reader.summary.reads.get(chunk) ?? [];
        if (reader !== work && [...nodes].every((node) => this.#hoisted.has(node)))
          this.#readers.get(chunk)?.delete(reader);
      }
    }
  }

  /** Local computations of this region on which a node depends. */
  #operandNeeds(node: Node): Set<Node> {
    const result = new Set<Node>();
    const seen = new Set<Node>();
    const visit = (one: Node): void => {
      if (seen.has(one)) return;
      seen.add(one);
      for (const operand of operandsOf(one)) {
        if (this.#byLet.has(operand)) result.add(operand);
        else visit(operand);
      }
    };
    if (node.kind !== 'load') visit(node);
    return result;
  }

  #needs(nodes: ReadonlySet<Node>): void {
    for (const node of nodes) {
      const work = this.#byLet.get(node);
      if (work !== undefined && !work.done) this.#emit(work);
    }
  }

  #emit(work: Work): void {
    if (work.done) return;
    work.done = true;
    this.#needs(work.summary.needs);
    for (const chunk of work.summary.writes)
      for (const reader of this.#pureReaders.get(chunk) ?? []) this.#emit(reader);
    for (const step of this.#stepsOf(work)) this.#steps.push(step);
    for (const chunk of work.summary.reads.keys()) this.#readers.get(chunk)?.delete(work);
  }
}

const push = <T>(map: Map<number, T[]>, key: number, value: T): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};
