/**
 * Work that is done only where something it reads has changed. Costly values are kept from cycle to cycle, in groups; a group is computed again where a
 * register, a memory, an input or a kept value that it reads is another than in the cycle before. What remains is done in every cycle, after the groups.
 */

import { Chunks } from './chunks.ts';
import type { Item } from './decisions.ts';
import type { Action } from './design.ts';
import type { Node } from './graph.ts';
import { operandsOf } from './graph.ts';
import { keptNodes } from './kept-nodes.ts';
import { bunched, similarRoots } from './similar-roots.ts';
import type { WordGraph } from './simplify.ts';
import { mapEffect, rebuilt } from './specialise.ts';
import { storageBytes } from './state-layout.ts';

export interface ActivityPlan {
  /** Work of each group, in an order in which what is kept is there before it is read. */
  readonly groups: readonly (readonly Action[])[];
  /** Work of every cycle, after the groups. */
  readonly always: readonly Action[];
  /** Groups that read each word of the input record. */
  readonly inputWakes: ReadonlyMap<number, readonly number[]>;
  /** Bytes of the values that are kept. */
  readonly keptBytes: number;
}

/** What values are computed of, by name: chunks of registers and memories, words of the input record, kept values. */
type Source = string;

/** Estimated instructions, shared ones in part, from which on a value is kept. */
const leastCost = 8;
/** Estimated instructions of all that is kept, and of it for each store that has to be compared, from which on keeping pays. */
const leastWork = 2000;
const leastWorkPerStore = 8;

/**
 * @param items the decision forest of the actions.
 * @param everywhere whether to keep all that can be kept, pay or not; else null where it would not pay.
 */
export const planActivity = (
  graph: WordGraph,
  actions: readonly Action[],
  items: readonly Item[],
  everywhere: boolean,
): ActivityPlan | null => {
  const { kept, cost } = keptNodes(graph, actions, items, everywhere ? 1 : leastCost);
  if (everywhere ? kept.size === 0 : cost < leastWork) return null;
  const plan = new Planner(graph, actions, kept).plan();
  const compared = plan.always.filter(({ effect }) => effect.kind === 'store' && (effect.wakes ?? []).length > 0);
  return everywhere || cost >= leastWorkPerStore * compared.length ? plan : null;
};

class Planner {
  readonly #graph: WordGraph;
  readonly #actions: readonly Action[];
  readonly #chunks: Chunks;
  /** Where each kept value begins, in bits, and what it is computed of, which reads other kept values. */
  readonly #places = new Map<Node, number>();
  readonly #definitions = new Map<Node, Node>();
  readonly #replacements = new Map<Node, Node>();
  readonly #sources = new Map<Node, ReadonlySet<Source>>();
  #keptBytes = 0;

  constructor(graph: WordGraph, actions: readonly Action[], kept: ReadonlySet<Node>) {
    this.#graph = graph;
    this.#actions = actions;
    this.#chunks = new Chunks(actions);
    for (const node of graph.table.nodes.slice()) {
      const next = rebuilt(graph, node, this.#replaced);
      if (kept.has(node)) this.#keep(node, next);
      else if (next !== node) this.#replacements.set(node, next);
    }
  }

  readonly #replaced = (node: Node): Node => this.#replacements.get(node) ?? node;

  #keep(node: Node, definition: Node): void {
    const bytes = storageBytes(node.width);
    const size = Math.min(bytes, 8);
    const place = Math.ceil(this.#keptBytes / size) * size;
    this.#keptBytes = place + bytes;
    this.#places.set(node, place * 8);
    this.#definitions.set(node, definition);
    this.#replacements.set(node, this.#graph.load('kept', place * 8, node.width));
  }

  /** Kept values of which some bits are: neighbours may be loaded as one. */
  #keptIn(from: number, to: number): readonly Source[] {
    return [...this.#places].flatMap(([{ width }, bit]) => (bit < to && from < bit + width ? [keptAt(bit)] : []));
  }

  #sourcesOf(node: Node): ReadonlySet<Source> {
    const known = this.#sources.get(node);
    if (known !== undefined) return known;
    const end = node.kind === 'load' ? node.bit + node.width : 0;
    const own: Source[] = [];
    if (node.kind === 'load' && node.space === 'input') {
      for (let word = node.bit >> 5; word <= (end - 1) >> 5; word++) own.push(inputWord(word));
    } else if (node.kind === 'load' && node.space === 'kept') own.push(...this.#keptIn(node.bit, end));
    else own.push(...this.#chunks.readBy(node).map(chunkOf));
    const result = new Set(own);
    for (const operand of operandsOf(node)) for (const source of this.#sourcesOf(operand)) result.add(source);
    this.#sources.set(node, result);
    return result;
  }

  plan(): ActivityPlan {
    const levels = new Map<Source, number>();
    const roots = [...this.#definitions].map(([node, definition]) => {
      const sources = this.#sourcesOf(definition);
      const level = Math.max(0, ...[...sources].map((source) => (levels.get(source) ?? -1) + 1));
      levels.set(keptAt(this.#places.get(node) ?? 0), level);
      return { root: node, level, sources };
    });
    const groups = similarRoots(roots).flatMap(bunched);
    const readers = new Map<Source, number[]>();
    groups.forEach((members, index) => {
      for (const source of new Set(members.flatMap(({ sources }) => [...sources])))
        readers.set(source, [...(readers.get(source) ?? []), index]);
    });
    const wakes = (sources: readonly Source[]): readonly number[] => [
      ...new Set(sources.flatMap((source) => readers.get(source) ?? [])),
    ];
    const inputWakes = new Map<number, readonly number[]>();
    const words = Math.max(0, ...this.#inputWords()) + 1;
    for (let word = 0; word < words; word++) inputWakes.set(word, wakes([inputWord(word)]));
    return {
      groups: groups.map((members) =>
        members.map(({ root }): Action => {
          const bit = this.#places.get(root) ?? 0;
          const value = this.#definitions.get(root) ?? root;
          return { guards: [], effect: { kind: 'keep', bit, width: root.width, value, wakes: wakes([keptAt(bit)]) } };
        }),
      ),
      always: this.#actions.map(({ guards, effect }): Action => {
        const mapped = mapEffect(effect, this.#replaced);
        return {
          guards: guards.map((guard) =>
            guard.kind === 'if'
              ? { ...guard, condition: this.#replaced(guard.condition) }
              : { ...guard, subject: this.#replaced(guard.subject) },
          ),
          effect:
            mapped.kind === 'store' || mapped.kind === 'memory_write'
              ? { ...mapped, wakes: wakes(this.#chunks.writtenBy(mapped).map(chunkOf)) }
              : mapped,
        };
      }),
      inputWakes,
      keptBytes: this.#keptBytes,
    };
  }

  #inputWords(): readonly number[] {
    return this.#graph.table.nodes.flatMap((node) =>
      node.kind === 'load' && node.space === 'input' ? [(node.bit + node.width - 1) >> 5] : [],
    );
  }
}

const keptAt = (bit: number): Source => `kept ${bit}`;
const inputWord = (word: number): Source => `input ${word}`;
const chunkOf = (chunk: number): Source => `chunk ${chunk}`;
