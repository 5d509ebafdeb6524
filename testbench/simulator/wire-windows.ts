/** Windows of wires: each segment between the bounds of its assignments is evaluated once, and one that depends on itself is found. */

import type { Signal } from '../../rtl/hdl/ir.ts';
import { SignalCycle } from './bitwise-retry.ts';
import type { Node } from './graph.ts';
import { type Scope, scopePath, segmentBounds } from './hierarchy.ts';
import type { Lowering } from './lowering.ts';
import { afterStatements } from './statement-values.ts';
import { container, windowKey } from './windows.ts';

export class WireWindows {
  readonly #lowering: Lowering;
  readonly #bitwise: ReadonlySet<string>;
  readonly #crowded: ReadonlySet<object>;
  readonly #segments = new Map<Signal, readonly number[]>();
  /** What is being evaluated, outermost first. */
  readonly #stack: { path: string; key: string }[] = [];
  readonly #active = new Set<string>();

  /** @param bitwise paths of wires that are evaluated bit by bit. */
  constructor(lowering: Lowering, bitwise: ReadonlySet<string>, crowded: ReadonlySet<object>) {
    this.#lowering = lowering;
    this.#bitwise = bitwise;
    this.#crowded = crowded;
  }

  /** Bits `low + width - 1` down to `low`; with `exact`, bit by bit. */
  window(scope: Scope, signal: Signal, low: number, width: number, exact: boolean): Node {
    const { graph } = this.#lowering;
    const path = scopePath(scope, signal.name);
    if ((exact || this.#bitwise.has(path)) && width > 1) {
      return graph.concatenation(
        Array.from({ length: width }, (_, at) => this.window(scope, signal, low + at, 1, true)),
      );
    }
    const bitwise = exact || this.#bitwise.has(path);
    const bounds = this.segments(scope, signal);
    const parts: Node[] = [];
    for (let index = 0; index + 1 < bounds.length; index++) {
      const start = bounds[index] ?? 0;
      const end = bounds[index + 1] ?? 0;
      const from = Math.max(low, start);
      const to = Math.min(low + width, end);
      if (from >= to) continue;
      const word = graph.wordWidth;
      if (!bitwise && end - start > word && this.#crowded.has(signal)) {
        for (let at = from; at < to; ) {
          const limb = start + Math.floor((at - start) / word) * word;
          const size = Math.min(word, end - limb);
          const take = Math.min(to, limb + size) - at;
          parts.push(graph.slice(this.#value(scope, signal, path, limb, size, false), at - limb, take));
          at += take;
        }
        continue;
      }
      const { low: lowest, width: size } = bitwise
        ? { low: from, width: to - from }
        : container(from, to, start, end, word);
      const whole = this.#value(scope, signal, path, lowest, size, bitwise);
      parts.push(graph.slice(whole, from - lowest, to - from));
    }
    return graph.concatenation(parts);
  }

  /** One segment of a wire, evaluated once. */
  #value(scope: Scope, signal: Signal, path: string, low: number, width: number, exact: boolean): Node {
    const memo = this.#lowering.memo(scope, signal);
    const memoKey = windowKey(low, width, exact);
    const found = memo.get(memoKey);
    if (found !== undefined) return found;
    const key = `${path}:${memoKey}`;
    if (this.#active.has(key)) this.#cycle(key, exact);
    this.#active.add(key);
    this.#stack.push({ path, key });
    const initial = (): Node => this.#initialValue(scope, signal, low, width, exact);
    const value =
      afterStatements(this.#lowering, scope, scope.projection.get(signal) ?? [], null, low, width, exact, initial) ??
      initial();
    this.#stack.pop();
    this.#active.delete(key);
    memo.set(memoKey, value);
    return value;
  }

  #initialValue(scope: Scope, signal: Signal, low: number, width: number, exact: boolean): Node {
    if (signal.initial === null) return this.#lowering.graph.constant(width, 0n);
    return this.#lowering.window(scope, signal.initial, low, width, exact);
  }

  #cycle(key: string, exact: boolean): never {
    const from = this.#stack.findIndex((entry) => entry.key === key);
    const paths = [...new Set(this.#stack.slice(from).map((entry) => entry.path))];
    if (exact && paths.every((path) => this.#bitwise.has(path))) {
      throw new Error(`combinational loop: ${[...paths, paths[0]].join(' -> ')}; break it with a register`);
    }
    throw new SignalCycle(paths);
  }

  /** Where the assignments to a wire begin and end: bit 0, each bound, its width. */
  segments(scope: Scope, signal: Signal): readonly number[] {
    const known = this.#segments.get(signal);
    if (known !== undefined) return known;
    const bounds = segmentBounds(signal, scope.projection.get(signal) ?? []);
    this.#segments.set(signal, bounds);
    return bounds;
  }
}
