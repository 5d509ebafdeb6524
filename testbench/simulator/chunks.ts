/** What of the state each piece of work reads and writes. */

import type { Action, Effect } from './design.ts';
import type { Node } from './graph.ts';

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
