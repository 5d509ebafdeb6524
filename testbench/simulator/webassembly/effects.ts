/** Code for what a cycle changes: registers, memories, outputs with their checksum, counters of properties, traces. */

import { checksumMultiplier } from '../checksum.ts';
import type { Effect, LimbWrite } from '../design.ts';
import type { MemorySlot, Node } from '../graph.ts';
import type { ActivityMap, MemoryMap } from '../memory-map.ts';
import { Control } from '../memory-map.ts';
import { emitWake } from './activity.ts';
import { emptyBlock, Opcode, ValueType, VectorOpcode } from './encoder.ts';
import type { ExpressionEmitter } from './expressions.ts';
import { typeOf } from './locals.ts';
import type { WideOutput, WideStore } from './wide.ts';

/** Locals that the surrounding function provides. */
export interface FrameLocals {
  readonly output: number;
  readonly sum: number;
  /** Four more sums side by side, a vector. */
  readonly sums: number;
}

export class EffectEmitter {
  readonly #expressions: ExpressionEmitter;
  readonly #map: MemoryMap;
  readonly #frame: FrameLocals;

  constructor(expressions: ExpressionEmitter, map: MemoryMap, frame: FrameLocals) {
    this.#expressions = expressions;
    this.#map = map;
    this.#frame = frame;
  }

  emit(effect: Effect): void {
    switch (effect.kind) {
      case 'store':
        if (effect.wakes !== undefined && effect.wakes.length > 0) {
          this.#waking(effect, this.#map.state, this.#activity().next, effect.wakes);
          return;
        }
        this.#expressions.constant(ValueType.i32, 0n);
        this.#expressions.emit(effect.value, storeBits(effect.width) === effect.width);
        this.#store(effect.width, this.#map.state + (effect.bit >> 3));
        return;
      case 'keep':
        this.#waking(effect, this.#activity().kept, this.#activity().awake, effect.wakes);
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
        if (effect.wakes !== undefined) emitWake(this.#expressions.code, this.#activity().next, effect.wakes);
        return;
      case 'property':
        this.#property(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  #activity(): ActivityMap {
    const { activity } = this.#map;
    if (activity === null) throw new Error('nothing is kept or woken where every cycle does everything');
    return activity;
  }

  /** Stores a value where it is another one than the one there, and wakes the groups that read it. */
  #waking(
    { bit, width, value }: { readonly bit: number; readonly width: number; readonly value: Node },
    base: number,
    awake: number,
    wakes: readonly number[],
  ): void {
    const { code, locals } = this.#expressions;
    const type = typeOf(width);
    const offset = base + (bit >> 3);
    const local = locals.borrow(type);
    this.#expressions.emit(value);
    code.byte(Opcode.localTee).unsigned(local);
    this.#expressions.constant(ValueType.i32, 0n);
    this.#expressions.load(offset, 0, width, storeBits(width) - width, false);
    this.#expressions.op(type, [Opcode.i32Ne, Opcode.i64Ne]);
    code.byte(Opcode.if).byte(emptyBlock);
    this.#expressions.constant(ValueType.i32, 0n);
    this.#expressions.get(local);
    this.#store(width, offset);
    emitWake(code, awake, wakes);
    code.byte(Opcode.end);
    locals.release(type, local);
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

  #vectorLoad(offset: number): void {
    this.#expressions.constant(ValueType.i32, 0n);
    this.#expressions.code.vector(VectorOpcode.load).unsigned(0).unsigned(offset);
  }

  wideStore({ target, sources, lanes }: WideStore): void {
    const { code } = this.#expressions;
    const { state } = this.#map;
    this.#expressions.constant(ValueType.i32, 0n);
    const [first = 0, second] = sources;
    this.#vectorLoad(state + first);
    if (second !== undefined || lanes.some((lane, index) => lane !== index)) {
      this.#vectorLoad(state + (second ?? first));
      code.vector(VectorOpcode.i8x16Shuffle).bytes(lanes);
    }
    code
      .vector(VectorOpcode.store)
      .unsigned(0)
      .unsigned(state + target);
  }

  /** What `#output` does for each of four words, side by side. */
  wideOutput({ word, source, multipliers }: WideOutput): void {
    const { code, locals } = this.#expressions;
    const local = locals.borrow(ValueType.v128);
    this.#expressions.get(this.#frame.output);
    this.#vectorLoad(this.#map.state + source);
    code.byte(Opcode.localTee).unsigned(local);
    code
      .vector(VectorOpcode.store)
      .unsigned(0)
      .unsigned(word * 4);
    this.#expressions.get(this.#frame.sums);
    this.#expressions.get(local);
    this.#expressions.get(local);
    this.#expressions.constant(ValueType.i32, 16n);
    code.vector(VectorOpcode.i32x4ShrU).vector(VectorOpcode.xor);
    code.vector(VectorOpcode.const).bytes(new Uint8Array(Uint32Array.from(multipliers).buffer));
    code.vector(VectorOpcode.i32x4Mul).vector(VectorOpcode.i32x4Add);
    this.#expressions.set(this.#frame.sums);
    locals.release(ValueType.v128, local);
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
