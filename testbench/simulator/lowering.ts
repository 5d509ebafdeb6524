/**
 * Expressions of any width to words of the graph, on demand: `window` gives bits `low + width - 1` down to `low` of an expression
 * in an instance, and evaluates no more than it must. So wide values are split where they are sliced, instances are looked
 * through, and combinational values come out in topological order, per bit where a vector depends on its own other bits.
 */

import type { Expression, Signal } from '../../rtl/hdl/ir.ts';
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { arithmeticLimbs } from './arithmetic.ts';
import type { Node } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import { scopePath } from './hierarchy.ts';
import { memoryWindow, selected } from './lookups.ts';
import type { WordGraph } from './simplify.ts';
import type { StateLayout } from './state-layout.ts';
import { crowdedOwners, type Memo, narrow, windowKey } from './windows.ts';
import { WireWindows } from './wire-windows.ts';

export class Lowering {
  readonly graph: WordGraph;
  readonly state: StateLayout;
  readonly wires: WireWindows;
  readonly #inputBits: ReadonlyMap<string, number>;
  readonly #memos = new Map<Scope, Memo>();
  readonly #limbs = new Map<Scope, Map<Expression, readonly Node[]>>();
  readonly #arithmetic = new Map<Scope, Map<Expression, readonly Node[]>>();
  readonly #crowded: ReadonlySet<object>;

  constructor(
    graph: WordGraph,
    ports: PortLayout,
    state: StateLayout,
    /** Paths of signals that are evaluated bit by bit, because whole words of them would depend on themselves. */
    bitwise: ReadonlySet<string>,
    crowded: ReadonlySet<object>,
  ) {
    this.graph = graph;
    this.state = state;
    this.#inputBits = new Map(ports.inputs.map((slot) => [slot.name, slot.word * 32]));
    this.#crowded = crowded;
    this.wires = new WireWindows(this, bitwise, crowded);
  }

  /** `aresetn` as an instance has it: the design's, and those of the instances that hold it; constant one for a design without clock. */
  resetReleased(scope: Scope): Node {
    if (scope.parent === null || scope.instance === null) {
      const bit = this.#inputBits.get('aresetn');
      return bit === undefined ? this.graph.constant(1, 1n) : this.graph.load('input', bit, 1);
    }
    const above = this.resetReleased(scope.parent);
    const own = scope.instance.inputs.get('aresetn');
    // What comes from a netlist has its reset among its ports, and logic of its own for it.
    if (own === undefined || !scope.module.clocked) return above;
    return this.graph.binary('and', above, this.bit(scope.parent, own));
  }

  /** All words of an expression, least significant first. */
  limbs(scope: Scope, expression: Expression): readonly Node[] {
    const own = this.#limbs.get(scope) ?? new Map<Expression, readonly Node[]>();
    this.#limbs.set(scope, own);
    let found = own.get(expression);
    if (found === undefined) {
      found = this.eachLimb(expression.width, (low, width) => this.window(scope, expression, low, width));
      own.set(expression, found);
    }
    return found;
  }

  signalLimbs(scope: Scope, signal: Signal): readonly Node[] {
    return this.eachLimb(signal.width, (low, width) => this.signalWindow(scope, signal, low, width, false));
  }

  eachLimb(total: number, make: (low: number, width: number) => Node): readonly Node[] {
    const word = this.graph.wordWidth;
    return Array.from({ length: Math.ceil(total / word) }, (_, index) =>
      make(index * word, Math.min(word, total - index * word)),
    );
  }

  /** A condition: one bit. */
  bit(scope: Scope, expression: Expression): Node {
    return this.window(scope, expression, 0, 1);
  }

  window(scope: Scope, expression: Expression, low: number, width: number, exact = false): Node {
    if (expression.kind === 'constant') return this.graph.constant(width, expression.value >> BigInt(low));
    if (expression.kind === 'reference') return this.signalWindow(scope, expression.signal, low, width, exact);
    const memo = this.memo(scope, expression);
    const key = windowKey(low, width, exact);
    const found = memo.get(key);
    if (found !== undefined) return found;
    const node = this.#compute(scope, expression, low, width, exact);
    memo.set(key, node);
    return node;
  }

  /** The windows of an expression or a wire that are there. */
  memo(scope: Scope, owner: object): Map<number, Node> {
    let memos = this.#memos.get(scope);
    if (memos === undefined) this.#memos.set(scope, (memos = new Map()));
    let memo = memos.get(owner);
    if (memo === undefined) memos.set(owner, (memo = new Map()));
    return memo;
  }

  #compute(
    scope: Scope,
    e: Exclude<Expression, { kind: 'constant' | 'reference' }>,
    low: number,
    width: number,
    exact: boolean,
  ): Node {
    const { graph } = this;
    const word = graph.wordWidth;
    const part = (operand: Expression): Node => this.window(scope, operand, low, width, exact);
    switch (e.kind) {
      case 'reinterpretation':
        return part(e.operand);
      case 'slice':
        return this.window(scope, e.operand, low + e.low, width, exact);
      case 'concatenation': {
        const parts: Node[] = [];
        let start = 0;
        for (const one of e.parts.toReversed()) {
          const from = Math.max(low, start);
          const to = Math.min(low + width, start + one.width);
          if (from < to) parts.push(this.window(scope, one, from - start, to - from, exact));
          start += one.width;
        }
        return graph.concatenation(parts);
      }
      case 'extension': {
        const inner = e.operand.width;
        const below = low < inner ? this.window(scope, e.operand, low, Math.min(width, inner - low), exact) : null;
        if (below !== null && below.width === width) return below;
        if (!e.operand.signed) return below === null ? graph.constant(width, 0n) : graph.extend(below, width);
        return graph.signExtend(below ?? this.window(scope, e.operand, inner - 1, 1, exact), width);
      }
      case 'memory_read':
        return memoryWindow(this, scope, e, low, width);
      default:
        break;
    }
    const bitwise =
      e.kind === 'multiplex' ||
      e.kind === 'select' ||
      (e.kind === 'unary' && e.operator === 'not') ||
      (e.kind === 'binary' && (e.operator === 'and' || e.operator === 'or' || e.operator === 'xor'));
    if (bitwise) {
      if (!exact && width < e.width) {
        if (this.#crowded.has(e) && (low % word !== 0 || width !== Math.min(word, e.width - low))) {
          return this.pick(this.limbs(scope, e), low, width);
        }
        if (e.width <= word) return graph.slice(this.window(scope, e, 0, e.width), low, width);
        if (width < narrow && Math.floor(low / word) === Math.floor((low + width - 1) / word)) {
          const start = Math.floor(low / word) * word;
          const size = Math.min(word, e.width - start);
          if (size > width) return graph.slice(this.window(scope, e, start, size), low - start, width);
        }
      }
      switch (e.kind) {
        case 'unary':
          return graph.not(part(e.operand));
        case 'binary':
          return graph.binary(e.operator, part(e.left), part(e.right));
        case 'multiplex': {
          const whenTrue = part(e.whenTrue);
          const whenFalse = part(e.whenFalse);
          return whenTrue === whenFalse
            ? whenTrue
            : graph.multiplex(this.window(scope, e.condition, 0, 1, exact), whenTrue, whenFalse);
        }
        case 'select':
          return selected(this, scope, e.index, e.elements.map(part));
        default:
          break;
      }
    }
    const own = this.#arithmetic.get(scope) ?? new Map<Expression, readonly Node[]>();
    this.#arithmetic.set(scope, own);
    let limbs = own.get(e);
    if (limbs === undefined) own.set(e, (limbs = arithmeticLimbs(this, scope, e)));
    return this.pick(limbs, low, width);
  }

  /** What to give to the next attempt. */
  crowded(): ReadonlySet<object> {
    return crowdedOwners(this.#memos.values(), this.graph.wordWidth);
  }

  /** A window of a value that is there as whole words. */
  pick(limbs: readonly Node[], low: number, width: number): Node {
    const word = this.graph.wordWidth;
    const parts: Node[] = [];
    for (let at = low; at < low + width; ) {
      const index = Math.floor(at / word);
      const limb = limbs[index];
      if (limb === undefined) throw new RangeError(`window ${low}+${width} is outside the value`);
      const take = Math.min(low + width - at, limb.width - (at - index * word));
      parts.push(this.graph.slice(limb, at - index * word, take));
      at += take;
    }
    return this.graph.concatenation(parts);
  }

  /** The present value of a register. */
  registerWindow(scope: Scope, signal: Signal, low: number, width: number): Node {
    return this.#load('state', this.state.register(scope, signal).bit + low, width);
  }

  #load(space: 'input' | 'state', bit: number, width: number): Node {
    const bytes = ((bit + width - 1) >> 3) - (bit >> 3) + 1;
    if (bytes <= this.graph.wordWidth / 8) return this.graph.load(space, bit, width);
    const first = this.graph.wordWidth - (bit % 8);
    return this.graph.concatenation([
      this.graph.load(space, bit, first),
      this.graph.load(space, bit + first, width - first),
    ]);
  }

  signalWindow(scope: Scope, signal: Signal, low: number, width: number, exact: boolean): Node {
    switch (signal.kind) {
      case 'register':
        return this.registerWindow(scope, signal, low, width);
      case 'input': {
        if (scope.parent === null || scope.instance === null) {
          const bit = this.#inputBits.get(signal.name);
          if (bit === undefined) throw new Error(`input '${signal.name}' of '${scope.module.name}' is not a port`);
          return this.#load('input', bit + low, width);
        }
        const driver = scope.instance.inputs.get(signal.name);
        if (driver === undefined) throw new Error(`${scope.path}: input '${signal.name}' is not connected`);
        return this.window(scope.parent, driver, low, width, exact);
      }
      case 'instance_output': {
        const driver = scope.drivers.get(signal);
        if (driver === undefined) throw new Error(`'${scopePath(scope, signal.name)}' is driven by no instance`);
        return this.signalWindow(driver.scope, driver.signal, low, width, exact);
      }
      case 'wire':
        return this.wires.window(scope, signal, low, width, exact);
      default:
        return signal.kind satisfies never;
    }
  }
}
