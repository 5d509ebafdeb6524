/** Locals of WebAssembly functions, and the types of values in them. */

import type { Node } from '../graph.ts';
import { ValueType } from './encoder.ts';

export const typeOf = (width: number): ValueType => (width > 32 ? ValueType.i64 : ValueType.i32);
export const bitsOf = (width: number): number => (width > 32 ? 64 : 32);

/** Locals of one function: parameters first, then one a shared node, then scratch. */
export class Locals {
  readonly types: ValueType[] = [];
  readonly #parameters: number;
  readonly #byNode = new Map<Node, number>();
  readonly #free = new Map<ValueType, number[]>();

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  add(type: ValueType): number {
    this.types.push(type);
    return this.#parameters + this.types.length - 1;
  }

  of(node: Node): number {
    let local = this.#byNode.get(node);
    if (local === undefined) this.#byNode.set(node, (local = this.add(typeOf(node.width))));
    return local;
  }

  borrow(type: ValueType): number {
    return this.#free.get(type)?.pop() ?? this.add(type);
  }

  release(type: ValueType, local: number): void {
    const list = this.#free.get(type);
    if (list === undefined) this.#free.set(type, [local]);
    else list.push(local);
  }
}
