/** A module, with everything below it, as a flat design: next-state words for every register, writes, properties and outputs. */

import type { Module, Signal, Statement } from '../../rtl/hdl/ir.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import { withBitwiseRetry } from './bitwise-retry.ts';
import type { Action, Design, Guard, LimbWrite, PropertySlot, TracedSignal } from './design.ts';
import type { MemorySlot, Node } from './graph.ts';
import type { Scope } from './hierarchy.ts';
import { buildScopes, scopePath } from './hierarchy.ts';
import { Lowering } from './lowering.ts';
import { WordGraph } from './simplify.ts';
import type { StateLayout } from './state-layout.ts';
import { layOutState, storageBytes } from './state-layout.ts';
import { afterStatements, caseCondition } from './statement-values.ts';

export interface DesignOptions {
  readonly wordWidth: 32 | 64;
  /** Whether wires and instance outputs are kept, for traces. */
  readonly traceAll: boolean;
  readonly properties: boolean;
}

export const buildDesign = (top: Module, options: DesignOptions): Design => {
  const scope = buildScopes(top);
  const ports = portLayout(top);
  const state = layOutState(scope);
  const attempt = (
    bitwise: ReadonlySet<string>,
    crowded: ReadonlySet<object>,
  ): { design: Design; crowded: ReadonlySet<object> } => {
    const graph = new WordGraph(options.wordWidth);
    const lowering = new Lowering(graph, ports, state, bitwise, crowded);
    const builder = new DesignBuilder(lowering, state, options);
    builder.visit(scope);
    const outputs = top.signals
      .filter((signal) => signal.port === 'output')
      .flatMap((signal) => outputWords(lowering, scope, signal));
    const { properties, actions, traced, traceBytes } = builder;
    const { registers, memories, stateBytes } = state;
    const design = { graph, ports, registers, memories, properties, outputs, actions, traced, traceBytes, stateBytes };
    return { design, crowded: lowering.crowded() };
  };
  return withBitwiseRetry((bitwise) => {
    const first = attempt(bitwise, new Set());
    return first.crowded.size === 0 ? first.design : attempt(bitwise, first.crowded).design;
  });
};

const outputWords = (lowering: Lowering, scope: Scope, signal: Signal): Node[] =>
  Array.from({ length: Math.ceil(signal.width / 32) }, (_, index) =>
    lowering.signalWindow(scope, signal, index * 32, Math.min(32, signal.width - index * 32), false),
  );

class DesignBuilder {
  readonly actions: Action[] = [];
  readonly properties: PropertySlot[] = [];
  readonly traced: TracedSignal[] = [];
  traceBytes = 0;
  readonly #lowering: Lowering;
  readonly #state: StateLayout;
  readonly #options: DesignOptions;

  constructor(lowering: Lowering, state: StateLayout, options: DesignOptions) {
    this.#lowering = lowering;
    this.#state = state;
    this.#options = options;
  }

  visit(scope: Scope): void {
    for (const signal of scope.module.signals) {
      if (signal.kind === 'register') this.#register(scope, signal);
      else if (this.#options.traceAll) this.#trace(scope, signal);
    }
    this.#edgeStatements(scope, scope.module.body, []);
    for (const child of scope.children.values()) this.visit(child);
  }

  #trace(scope: Scope, signal: Signal): void {
    const limbs = this.#lowering.signalLimbs(scope, signal);
    this.traced.push({ path: scopePath(scope, signal.name), signal, limbs, offset: this.traceBytes });
    this.traceBytes += limbs.length * (this.#options.wordWidth / 8);
  }

  #register(scope: Scope, signal: Signal): void {
    const { graph } = this.#lowering;
    const slot = this.#state.register(scope, signal);
    const statements = scope.projection.get(signal) ?? [];
    for (const [low, width] of this.#chunks(this.#lowering.wires.segments(scope, signal), signal.width)) {
      const hold = (): Node => this.#lowering.registerWindow(scope, signal, low, width);
      let next = afterStatements(this.#lowering, scope, statements, null, low, width, false, hold) ?? hold();
      if (signal.reset !== null) {
        next = graph.multiplex(
          this.#lowering.resetReleased(scope),
          next,
          graph.constant(width, signal.reset >> BigInt(low)),
        );
      }
      this.actions.push({ guards: [], effect: { kind: 'store', bit: slot.bit + low, width, value: next } });
    }
  }

  /** Pieces that one store can write: they begin at bytes, end at bytes or at the top, and are as wide as a word at most. */
  #chunks(bounds: readonly number[], total: number): readonly (readonly [number, number])[] {
    const word = this.#lowering.graph.wordWidth;
    const cuts = bounds.filter((bound) => bound % 8 === 0 || bound === total);
    const chunks: [number, number][] = [];
    for (let index = 0; index + 1 < cuts.length; index++) {
      let low = cuts[index] ?? 0;
      const end = cuts[index + 1] ?? total;
      while (low < end) {
        const width = storable(Math.min(word, end - low), low, end === total ? total : null);
        chunks.push([low, width]);
        low += width;
      }
    }
    return chunks;
  }

  #edgeStatements(scope: Scope, statements: readonly Statement[], guards: readonly Guard[]): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'assign':
          break;
        case 'if': {
          if (!hasEdgeEffect(statement.then) && !hasEdgeEffect(statement.otherwise)) break;
          const condition = this.#lowering.bit(scope, statement.condition);
          this.#edgeStatements(scope, statement.then, [...guards, { kind: 'if', condition, when: true }]);
          this.#edgeStatements(scope, statement.otherwise, [...guards, { kind: 'if', condition, when: false }]);
          break;
        }
        case 'switch':
          this.#switch(scope, statement, guards);
          break;
        case 'memory_write':
          this.#memoryWrite(scope, statement, guards);
          break;
        case 'property': {
          if (!this.#options.properties) break;
          const property: PropertySlot = {
            index: this.properties.length,
            flavour: statement.flavour,
            name: statement.name,
            path: scopePath(scope, statement.name),
            location: statement.location,
          };
          this.properties.push(property);
          const running: Guard = { kind: 'if', condition: this.#lowering.resetReleased(scope), when: true };
          this.actions.push({
            guards: [running, ...guards],
            effect: { kind: 'property', property, condition: this.#lowering.bit(scope, statement.condition) },
          });
          break;
        }
        default:
          statement satisfies never;
      }
    }
  }

  #switch(scope: Scope, statement: Extract<Statement, { kind: 'switch' }>, guards: readonly Guard[]): void {
    const { subject } = statement;
    let rest = guards;
    for (const one of statement.cases) {
      if (subject.width <= 30) {
        const node = this.#lowering.window(scope, subject, 0, subject.width);
        this.#edgeStatements(scope, one.body, [
          ...guards,
          { kind: 'switch', subject: node, values: one.values.map(Number) },
        ]);
      } else {
        this.#edgeStatements(scope, one.body, [
          ...guards,
          { kind: 'if', condition: caseCondition(this.#lowering, scope, subject, one.values), when: true },
        ]);
      }
    }
    if (!hasEdgeEffect(statement.otherwise)) return;
    for (const one of statement.cases) {
      rest = [
        ...rest,
        { kind: 'if', condition: caseCondition(this.#lowering, scope, subject, one.values), when: false },
      ];
    }
    this.#edgeStatements(scope, statement.otherwise, rest);
  }

  #memoryWrite(scope: Scope, statement: Extract<Statement, { kind: 'memory_write' }>, guards: readonly Guard[]): void {
    const lowering = this.#lowering;
    const { graph } = lowering;
    const memory = this.#state.memory(scope, statement.memory);
    const address = this.#writeAddress(scope, statement, memory);
    const data = lowering.limbs(scope, statement.data);
    const { mask } = statement;
    const limbs = data.map((limb, index): LimbWrite => {
      const low = index * graph.wordWidth;
      return {
        low,
        data: limb,
        mask: mask === null ? null : this.#limbMask(lowering, scope, mask, memory.width, low, limb.width),
      };
    });
    this.actions.push({
      guards: [...guards, ...address.guards],
      effect: { kind: 'memory_write', memory, address: address.node, limbs },
    });
  }

  /** An address wider than the memory needs a guard, so that a write past the end does nothing. */
  #writeAddress(
    scope: Scope,
    statement: Extract<Statement, { kind: 'memory_write' }>,
    memory: MemorySlot,
  ): { node: Node; guards: Guard[] } {
    const lowering = this.#lowering;
    const { graph } = lowering;
    const { address } = statement;
    const bits = Math.min(address.width, 30);
    const node = lowering.window(scope, address, 0, bits);
    const guards: Guard[] = [];
    if (2 ** bits > memory.depth) {
      const within = graph.binary('less', node, graph.constant(bits, BigInt(memory.depth)));
      guards.push({ kind: 'if', condition: within, when: true });
    }
    if (address.width > 30) {
      const high = lowering
        .limbs(scope, address)
        .map((limb, at) => graph.any(at === 0 ? graph.slice(limb, 30, limb.width - 30) : limb))
        .reduce((any, next) => graph.binary('or', any, next));
      guards.push({ kind: 'if', condition: high, when: false });
    }
    return { node, guards };
  }

  #limbMask(
    lowering: Lowering,
    scope: Scope,
    mask: Extract<Statement, { kind: 'memory_write' }>['mask'] & object,
    width: number,
    low: number,
    size: number,
  ): Node {
    const lane = width / mask.width;
    const parts: Node[] = [];
    for (let at = low; at < low + size; ) {
      const index = Math.floor(at / lane);
      const take = Math.min((index + 1) * lane, low + size) - at;
      parts.push(lowering.graph.signExtend(lowering.window(scope, mask, index, 1), take));
      at += take;
    }
    return lowering.graph.concatenation(parts);
  }
}

/** The widest store of at most `width` bits that ends at a byte, or fits the padding above a register of `total` bits. */
const storable = (width: number, low: number, total: number | null): number => {
  if (total !== null && low + width === total && low / 8 + storageBytes(width) <= storageBytes(total)) return width;
  for (const size of [64, 32, 16, 8]) if (width >= size) return size;
  return width;
};

const hasEdgeEffect = (statements: readonly Statement[]): boolean =>
  statements.some((statement) => {
    switch (statement.kind) {
      case 'assign':
        return false;
      case 'if':
        return hasEdgeEffect(statement.then) || hasEdgeEffect(statement.otherwise);
      case 'switch':
        return hasEdgeEffect(statement.otherwise) || statement.cases.some((one) => hasEdgeEffect(one.body));
      default:
        return true;
    }
  });
