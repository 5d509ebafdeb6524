/** List scheduling of one region: readers before writers, and words loaded early where readers and writers wait for each other. */

import type { Item } from './decisions.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import type { Step } from './program.ts';
import type { Region } from './regions.ts';

/** Reads of state, by the chunk read; the nodes that read it. */
export type Reads = Map<number, Set<Node>>;

export interface Summary {
  /** Nodes with a local that must be there before. */
  readonly needs: Set<Node>;
  readonly reads: Reads;
  readonly writes: Set<number>;
}

export interface Work {
  readonly let: Node | null;
  /** A region of shared work, computed where one of its arms will run. */
  readonly guard: { readonly region: Region; readonly condition: Node } | null;
  readonly item: Item | null;
  readonly children: readonly Region[];
  readonly summary: Summary;
  done: boolean;
}

export class RegionOrder {
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
