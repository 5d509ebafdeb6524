/** Code for nodes. A value is `i32` up to 32 bits and `i64` above; bits above its width are zero unless asked for "loosely". */

import type { Node } from '../graph.ts';
import { ones } from '../graph.ts';
import type { MemoryMap } from '../memory-map.ts';
import { addressableWords } from '../memory-map.ts';
import { type ByteWriter, Opcode, ValueType } from './encoder.ts';
import { bitsOf, type Locals, typeOf } from './locals.ts';
import { OperatorEmitter } from './operators.ts';
import type { PaddedEnds } from './padding.ts';

export class ExpressionEmitter extends OperatorEmitter {
  /** Nodes whose local holds their value here. */
  readonly available = new Set<Node>();
  readonly #map: MemoryMap;
  readonly #padded: PaddedEnds;
  readonly #inputLocal: number;

  constructor(code: ByteWriter, locals: Locals, map: MemoryMap, padded: PaddedEnds, inputLocal: number) {
    super(code, locals);
    this.#map = map;
    this.#padded = padded;
    this.#inputLocal = inputLocal;
  }

  /** Leaves the value of a node on the stack. With `loose`, bits above its width may be anything. */
  emit(node: Node, loose = false): void {
    if (this.available.has(node)) this.get(this.locals.of(node));
    else this.compute(node, loose);
  }

  /** Leaves an `i32` that is not zero where a condition holds. */
  emitCondition(node: Node): void {
    if (node.kind === 'not' && !this.available.has(node)) {
      this.emitCondition(node.operand);
      this.code.byte(Opcode.i32Eqz);
    } else this.emit(node);
  }

  compute(node: Node, loose: boolean): void {
    const type = typeOf(node.width);
    const { code } = this;
    switch (node.kind) {
      case 'constant':
        this.constant(type, node.value);
        return;
      case 'load': {
        const shift = node.bit % 8;
        if (node.space === 'input') {
          this.get(this.#inputLocal);
          this.load(node.bit >> 3, shift, node.width, 0, loose);
        } else {
          code.byte(Opcode.i32Const).signed32(0);
          const above = this.#zeroBitsAbove(node.space, node.bit + node.width);
          this.load(this.#baseOf(node.space) + (node.bit >> 3), shift, node.width, above, loose);
        }
        return;
      }
      case 'indexed_load':
        this.#address(node.index, node.stride / 8);
        this.load(
          this.#map.state + (node.bit >> 3),
          node.bit % 8,
          node.width,
          this.#zeroBitsAbove('state', node.bit + node.width),
          loose,
        );
        return;
      case 'table':
        this.#address(node.index, node.table.bytes);
        this.load(this.#map.tables[node.table.index] ?? 0, 0, node.width, 64, loose);
        return;
      case 'memory':
        this.#memory(node, loose);
        return;
      case 'not':
        this.emit(node.operand, loose);
        this.constant(type, loose ? -1n : ones(node.width));
        this.op(type, [Opcode.i32Xor, Opcode.i64Xor]);
        return;
      case 'parity':
        this.emit(node.operand);
        this.op(typeOf(node.operand.width), [Opcode.i32Popcnt, Opcode.i64Popcnt]);
        this.convert(node.operand.width, 1);
        this.mask(1);
        return;
      case 'sign_extension':
        this.signExtension(node.operand, node.width, loose);
        return;
      case 'slice': {
        const reachesTop = node.low + node.width === node.operand.width;
        const from = typeOf(node.operand.width);
        this.emit(node.operand, loose || !reachesTop);
        this.shiftRight(from, node.low);
        this.convert(node.operand.width, node.width);
        if (!loose && !reachesTop && !(node.low + node.width === bitsOf(node.operand.width))) this.mask(node.width);
        return;
      }
      case 'concatenation':
        this.concatenation(node.parts, node.width, loose);
        return;
      case 'multiplex':
        this.multiplex(node, loose);
        return;
      case 'choose': {
        const subjectType = typeOf(node.subject.width);
        const subject = this.locals.borrow(subjectType);
        this.emit(node.subject);
        this.set(subject);
        node.arms.forEach((arm) => this.emit(arm, loose));
        this.emit(node.otherwise, loose);
        // The innermost selection tests the last arm; any order is right, since the values differ.
        for (let index = node.arms.length - 1; index >= 0; index--) {
          this.oneOf(subject, node.subject.width, node.values[index] ?? []);
          code.byte(Opcode.select);
        }
        this.locals.release(subjectType, subject);
        return;
      }
      case 'shift_left':
      case 'shift_right':
        this.emit(node.left, loose && node.kind === 'shift_left');
        this.emitAs(node.right, type);
        this.op(type, node.kind === 'shift_left' ? [Opcode.i32Shl, Opcode.i64Shl] : [Opcode.i32ShrU, Opcode.i64ShrU]);
        if (node.kind === 'shift_left' && !loose) this.mask(node.width);
        return;
      case 'equal':
      case 'less':
        this.comparison(node);
        return;
      default:
        this.arithmetic(node, loose);
    }
  }

  #baseOf(space: 'state' | 'kept'): number {
    return space === 'state' ? this.#map.state : (this.#map.activity?.kept ?? 0);
  }

  /** Bits that are known to be zero above the top bit of a register or a kept value. */
  #zeroBitsAbove(space: 'state' | 'kept', end: number): number {
    const padded = this.#padded[space].get(end);
    return padded === undefined ? 0 : padded - end;
  }

  /** Leaves the byte distance of an element. */
  #address(index: Node, stride: number): void {
    this.emitAs(index, ValueType.i32);
    this.scale(stride);
  }

  #memory(node: Extract<Node, { kind: 'memory' }>, loose: boolean): void {
    const { memory, address } = node;
    const base = (this.#map.memories[memory.index] ?? 0) + (node.low >> 3);
    const above = node.low + node.width === memory.width ? memory.stride * 8 - memory.width : 0;
    if (2 ** address.width <= addressableWords(memory)) {
      this.#address(address, memory.stride);
      this.load(base, node.low % 8, node.width, above, loose);
      return;
    }
    const type = typeOf(address.width);
    const local = this.locals.borrow(type);
    this.emit(address);
    this.code.byte(Opcode.localTee).unsigned(local);
    this.constant(type, BigInt(memory.depth));
    this.op(type, [Opcode.i32LtU, Opcode.i64LtU]);
    this.code.byte(Opcode.if).byte(typeOf(node.width));
    this.get(local);
    this.convert(address.width, 32);
    this.scale(memory.stride);
    this.load(base, node.low % 8, node.width, above, loose);
    this.code.byte(Opcode.else);
    this.constant(typeOf(node.width), 0n);
    this.code.byte(Opcode.end);
    this.locals.release(type, local);
  }
}
