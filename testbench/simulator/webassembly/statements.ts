/** Code for the steps of a scheduled program. */

import type { Node } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import type { Step } from '../program.ts';
import type { FrameLocals } from './effects.ts';
import { EffectEmitter } from './effects.ts';
import { emptyBlock, Opcode } from './encoder.ts';
import type { ExpressionEmitter } from './expressions.ts';
import { typeOf } from './locals.ts';
import { wideOutputAt, wideStoreAt } from './wide.ts';

export class StatementEmitter {
  readonly #expressions: ExpressionEmitter;
  readonly #effects: EffectEmitter;

  constructor(expressions: ExpressionEmitter, map: MemoryMap, frame: FrameLocals) {
    this.#expressions = expressions;
    this.#effects = new EffectEmitter(expressions, map, frame);
  }

  emit(steps: readonly Step[]): void {
    for (const node of this.#sequence(steps)) this.#expressions.available.delete(node);
  }

  /** Gives the nodes whose locals became available. */
  #sequence(steps: readonly Step[]): Node[] {
    const { available, locals, code } = this.#expressions;
    const added: Node[] = [];
    const add = (node: Node): void => {
      if (available.has(node)) return;
      available.add(node);
      added.push(node);
    };
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index];
      if (step === undefined) break;
      const wideStore = wideStoreAt(steps, index, available);
      if (wideStore !== null) {
        this.#effects.wideStore(wideStore);
        index += wideStore.count - 1;
        continue;
      }
      const wideOutput = wideOutputAt(steps, index, available);
      if (wideOutput !== null) {
        this.#effects.wideOutput(wideOutput);
        index += 3;
        continue;
      }
      switch (step.kind) {
        case 'let':
          if (available.has(step.node)) break;
          this.#expressions.compute(step.node, false);
          this.#expressions.set(locals.of(step.node));
          add(step.node);
          break;
        case 'set':
          this.#expressions.emit(step.node);
          this.#expressions.set(locals.of(step.target));
          break;
        case 'effect':
          this.#effects.emit(step.effect);
          break;
        case 'if':
          this.#if(step);
          break;
        case 'switch':
          this.#switch(step);
          break;
        case 'guard':
          this.#expressions.emitCondition(step.condition);
          code.byte(Opcode.if).byte(emptyBlock);
          for (const node of this.#sequence(step.body)) {
            if (node.kind === 'load') available.delete(node);
            else added.push(node);
          }
          code.byte(Opcode.end);
          break;
        default:
          step satisfies never;
      }
      for (const target of setTargets(step)) add(target);
    }
    return added;
  }

  #if(step: Extract<Step, { kind: 'if' }>): void {
    const { code } = this.#expressions;
    this.#expressions.emitCondition(step.condition);
    const inverted = step.then.length === 0;
    if (inverted) code.byte(Opcode.i32Eqz);
    code.byte(Opcode.if).byte(emptyBlock);
    this.emit(inverted ? step.otherwise : step.then);
    if (!inverted && step.otherwise.length > 0) {
      code.byte(Opcode.else);
      this.emit(step.otherwise);
    }
    code.byte(Opcode.end);
  }

  #switch(step: Extract<Step, { kind: 'switch' }>): void {
    const { code, locals } = this.#expressions;
    const { subject } = step;
    const type = typeOf(subject.width);
    const local = locals.borrow(type);
    this.#expressions.emit(subject);
    this.#expressions.set(local);
    const values = step.cases.flatMap((one) => one.values);
    const highest = Math.max(0, ...values);
    if (values.length < 4 || highest > values.length * 4 + 16)
      this.#comparisons(step.cases, step.otherwise, local, subject.width);
    else {
      // Blocks from the inside out: the cases in order, then the rest.
      const count = step.cases.length;
      for (let index = 0; index < count + 2; index++) code.byte(Opcode.block).byte(emptyBlock);
      this.#expressions.get(local);
      code.byte(Opcode.brTable).unsigned(highest + 1);
      for (let value = 0; value <= highest; value++) {
        const found = step.cases.findIndex((one) => one.values.includes(value));
        code.unsigned(found < 0 ? count : found);
      }
      code.unsigned(count);
      step.cases.forEach((one, index) => {
        code.byte(Opcode.end);
        this.emit(one.body);
        code.byte(Opcode.br).unsigned(count - index);
      });
      code.byte(Opcode.end);
      this.emit(step.otherwise);
      code.byte(Opcode.end);
    }
    locals.release(type, local);
  }

  #comparisons(
    cases: Extract<Step, { kind: 'switch' }>['cases'],
    otherwise: readonly Step[],
    local: number,
    width: number,
  ): void {
    const [first, ...rest] = cases;
    if (first === undefined) {
      this.emit(otherwise);
      return;
    }
    const { code } = this.#expressions;
    this.#expressions.oneOf(local, width, first.values);
    code.byte(Opcode.if).byte(emptyBlock);
    this.emit(first.body);
    code.byte(Opcode.else);
    this.#comparisons(rest, otherwise, local, width);
    code.byte(Opcode.end);
  }
}

/** Nodes that a branching step leaves in their locals. */
const setTargets = (step: Step): readonly Node[] => {
  const arms =
    step.kind === 'if'
      ? [step.then, step.otherwise]
      : step.kind === 'switch'
        ? [...step.cases.map((one) => one.body), step.otherwise]
        : [];
  return arms.flatMap((arm) => arm.flatMap((inner) => (inner.kind === 'set' ? [inner.target] : [])));
};
