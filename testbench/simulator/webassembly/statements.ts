/** Code for the steps of a scheduled program. */

import { checksumMultiplier } from '../checksum.ts';
import type { Effect, LimbWrite } from '../design.ts';
import type { MemorySlot, Node } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import { Control } from '../memory-map.ts';
import type { Step } from '../program.ts';
import { emptyBlock, Opcode, ValueType } from './encoder.ts';
import type { ExpressionEmitter } from './expressions.ts';
import { typeOf } from './expressions.ts';

/** Locals that the surrounding function provides. */
export interface FrameLocals {
  readonly output: number;
  readonly sum: number;
}

export class StatementEmitter {
  readonly #expressions: ExpressionEmitter;
  readonly #map: MemoryMap;
  readonly #frame: FrameLocals;

  constructor(expressions: ExpressionEmitter, map: MemoryMap, frame: FrameLocals) {
    this.#expressions = expressions;
    this.#map = map;
    this.#frame = frame;
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
    for (const step of steps) {
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
          this.#effect(step.effect);
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

  #effect(effect: Effect): void {
    switch (effect.kind) {
      case 'store':
        this.#expressions.constant(ValueType.i32, 0n);
        this.#expressions.emit(effect.value, storeBits(effect.width) === effect.width);
        this.#store(effect.width, this.#map.state + (effect.bit >> 3));
        return;
      case 'trace':
        this.#expressions.constant(ValueType.i32, 0n);
        this.#expressions.emit(effect.value);
        if (effect.value.width <= 32) this.#expressions.code.byte(Opcode.i64ExtendI32U);
        this.#expressions.code
          .byte(Opcode.i64Store)
          .unsigned(0)
          .unsigned(this.#map.trace + effect.offset);
        return;
      case 'output':
        this.#output(effect.word, effect.value);
        return;
      case 'memory_write':
        this.#memoryWrite(effect.memory, effect.address, effect.limbs);
        return;
      case 'property':
        this.#property(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  /** Stores the value on the stack at the address below it; the store is as wide as the storage of a value of this width. */
  #store(width: number, offset: number): void {
    const operation = { 8: Opcode.i32Store8, 16: Opcode.i32Store16, 32: Opcode.i32Store, 64: Opcode.i64Store }[
      storeBits(width)
    ];
    this.#expressions.code.byte(operation).unsigned(0).unsigned(offset);
  }

  #output(word: number, value: Node): void {
    const { code, locals } = this.#expressions;
    const local = locals.borrow(ValueType.i32);
    this.#expressions.get(this.#frame.output);
    this.#expressions.emit(value);
    code.byte(Opcode.localTee).unsigned(local);
    code
      .byte(Opcode.i32Store)
      .unsigned(2)
      .unsigned(word * 4);
    this.#expressions.get(this.#frame.sum);
    this.#expressions.get(local);
    if (value.width > 16) {
      this.#expressions.get(local);
      this.#expressions.shiftRight(ValueType.i32, 16);
      code.byte(Opcode.i32Xor);
    }
    this.#expressions.constant(ValueType.i32, BigInt(checksumMultiplier(word)));
    code.bytes([Opcode.i32Mul, Opcode.i32Add]);
    this.#expressions.set(this.#frame.sum);
    locals.release(ValueType.i32, local);
  }

  #memoryWrite(memory: MemorySlot, address: Node, limbs: readonly LimbWrite[]): void {
    const { code, locals } = this.#expressions;
    const base = this.#map.memories[memory.index] ?? 0;
    const target = locals.borrow(ValueType.i32);
    this.#expressions.emit(address);
    this.#expressions.scale(memory.stride);
    this.#expressions.set(target);
    for (const limb of limbs) {
      const { data, mask } = limb;
      const type = typeOf(data.width);
      const offset = base + (limb.low >> 3);
      this.#expressions.get(target);
      if (mask === null) this.#expressions.emit(data, storeBits(data.width) === data.width);
      else {
        // old ^ ((old ^ data) & mask)
        const old = locals.borrow(type);
        this.#expressions.get(target);
        const load = { 8: Opcode.i32Load8, 16: Opcode.i32Load16, 32: Opcode.i32Load, 64: Opcode.i64Load }[
          storeBits(data.width)
        ];
        code.byte(load).unsigned(0).unsigned(offset).byte(Opcode.localTee).unsigned(old);
        this.#expressions.get(old);
        this.#expressions.emit(data);
        this.#expressions.op(type, [Opcode.i32Xor, Opcode.i64Xor]);
        this.#expressions.emit(mask);
        this.#expressions.op(type, [Opcode.i32And, Opcode.i64And]);
        this.#expressions.op(type, [Opcode.i32Xor, Opcode.i64Xor]);
        locals.release(type, old);
      }
      this.#store(data.width, offset);
    }
    locals.release(ValueType.i32, target);
  }

  #property(effect: Extract<Effect, { kind: 'property' }>): void {
    const { code } = this.#expressions;
    const { property } = effect;
    this.#expressions.emitCondition(effect.condition);
    if (property.flavour !== 'cover') code.byte(Opcode.i32Eqz);
    code.byte(Opcode.if).byte(emptyBlock);
    const counter = (Control.counters + property.index) * 4;
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i32Const).signed32(0);
    code.byte(Opcode.i32Load).unsigned(2).unsigned(counter).byte(Opcode.i32Const).signed32(1).byte(Opcode.i32Add);
    code.byte(Opcode.i32Store).unsigned(2).unsigned(counter);
    if (property.flavour === 'assert') {
      code
        .byte(Opcode.i32Const)
        .signed32(0)
        .byte(Opcode.i32Load)
        .unsigned(2)
        .unsigned(Control.violation * 4)
        .byte(Opcode.i32Eqz);
      code.byte(Opcode.if).byte(emptyBlock);
      code
        .byte(Opcode.i32Const)
        .signed32(0)
        .byte(Opcode.i32Const)
        .signed32(property.index + 1);
      code
        .byte(Opcode.i32Store)
        .unsigned(2)
        .unsigned(Control.violation * 4)
        .byte(Opcode.end);
    }
    code.byte(Opcode.end);
  }
}

const storeBits = (width: number): 8 | 16 | 32 | 64 => (width <= 8 ? 8 : width <= 16 ? 16 : width <= 32 ? 32 : 64);

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
