/** Code for nodes that combine others: arithmetic, comparisons, extensions, concatenations and choices of one bit. */

import type { BinaryNode, BinaryNodeOperator, MultiplexNode, Node } from '../graph.ts';
import { Opcode, ValueType } from './encoder.ts';
import { InstructionWriter, type Pair } from './instructions.ts';
import { bitsOf, typeOf } from './locals.ts';

const plain: Partial<Record<BinaryNodeOperator, Pair>> = {
  and: [Opcode.i32And, Opcode.i64And],
  or: [Opcode.i32Or, Opcode.i64Or],
  xor: [Opcode.i32Xor, Opcode.i64Xor],
  add: [Opcode.i32Add, Opcode.i64Add],
  subtract: [Opcode.i32Sub, Opcode.i64Sub],
  multiply: [Opcode.i32Mul, Opcode.i64Mul],
};

export abstract class OperatorEmitter extends InstructionWriter {
  /** Leaves the value of a node on the stack. With `loose`, bits above its width may be anything. */
  abstract emit(node: Node, loose?: boolean): void;

  /** Leaves an `i32` that is not zero where a condition holds. */
  abstract emitCondition(node: Node): void;

  /** Leaves a node as an `i64`, or an `i32` index, whatever its width. */
  protected emitAs(node: Node, type: ValueType): void {
    this.emit(node);
    this.convert(node.width, type === ValueType.i64 ? 64 : 32);
  }

  protected arithmetic(node: BinaryNode, loose: boolean): void {
    const type = typeOf(node.width);
    const pair = plain[node.kind];
    if (pair === undefined) throw new Error(`no code for '${node.kind}'`);
    const bitwise = node.kind === 'and' || node.kind === 'or' || node.kind === 'xor';
    if (node.kind === 'and' && !loose) {
      // One operand with its upper bits clear is enough.
      const clean = isNaturallyClean(node.right) ? node.right : node.left;
      this.emit(clean === node.left ? node.right : node.left, true);
      this.emit(clean);
    } else {
      this.emit(node.left, loose || !bitwise);
      this.emit(node.right, loose || !bitwise);
    }
    this.op(type, pair);
    if (!bitwise && !loose) this.mask(node.width);
  }

  protected comparison(node: BinaryNode): void {
    const type = typeOf(node.left.width);
    if (node.kind === 'equal' && node.right.kind === 'constant' && node.right.value === 0n) {
      this.emit(node.left);
      this.op(type, [Opcode.i32Eqz, Opcode.i64Eqz]);
      return;
    }
    this.emit(node.left);
    this.emit(node.right);
    this.op(type, node.kind === 'equal' ? [Opcode.i32Eq, Opcode.i64Eq] : [Opcode.i32LtU, Opcode.i64LtU]);
  }

  protected signExtension(operand: Node, width: number, loose: boolean): void {
    const type = typeOf(width);
    const bits = bitsOf(width);
    if (operand.width === 1) {
      this.constant(type, 0n);
      this.emitAs(operand, type);
      this.op(type, [Opcode.i32Sub, Opcode.i64Sub]);
    } else {
      this.emitAs(operand, type);
      const extension =
        type === ValueType.i64
          ? new Map([
              [8, Opcode.i64Extend8],
              [16, Opcode.i64Extend16],
              [32, Opcode.i64Extend32],
            ]).get(operand.width)
          : new Map([
              [8, Opcode.i32Extend8],
              [16, Opcode.i32Extend16],
            ]).get(operand.width);
      if (extension !== undefined) this.code.byte(extension);
      else {
        this.shiftLeft(type, bits - operand.width);
        this.constant(type, BigInt(bits - operand.width));
        this.op(type, [Opcode.i32ShrS, Opcode.i64ShrS]);
      }
    }
    if (!loose) this.mask(width);
  }

  protected concatenation(parts: readonly Node[], width: number, loose: boolean): void {
    const type = typeOf(width);
    let low = 0;
    let emitted = 0;
    parts.forEach((part, index) => {
      if (part.kind !== 'constant' || part.value !== 0n) {
        const top = index === parts.length - 1;
        if (part.kind === 'constant') this.constant(type, part.value << BigInt(low));
        else {
          const free = top && (loose || width === 32 || width === 64) && low > 0 && typeOf(part.width) === type;
          this.emit(part, free);
          this.convert(part.width, width);
          this.shiftLeft(type, low);
        }
        if (emitted > 0) this.op(type, [Opcode.i32Or, Opcode.i64Or]);
        emitted++;
      }
      low += part.width;
    });
    if (emitted === 0) this.constant(type, 0n);
  }

  protected multiplex(node: MultiplexNode, loose: boolean): void {
    const { condition, whenTrue, whenFalse } = node;
    const type = typeOf(node.width);
    const zero = (one: Node): boolean => one.kind === 'constant' && one.value === 0n;
    const one = (given: Node): boolean => given.width === 1 && given.kind === 'constant' && given.value === 1n;
    if (one(whenTrue) || zero(whenFalse)) {
      if (one(whenTrue)) {
        this.emit(condition);
        this.emit(whenFalse, loose);
        this.code.byte(Opcode.i32Or);
      } else if (node.width === 1) {
        this.emit(condition);
        this.emit(whenTrue, true);
        this.code.byte(Opcode.i32And);
      } else {
        this.signExtension(condition, node.width, true);
        this.emit(whenTrue, loose);
        this.op(type, [Opcode.i32And, Opcode.i64And]);
      }
      return;
    }
    if (one(whenFalse) || zero(whenTrue)) {
      this.emitAs(condition, type);
      this.constant(type, 1n);
      if (one(whenFalse)) {
        this.op(type, [Opcode.i32Xor, Opcode.i64Xor]);
        this.emit(whenTrue, loose);
        this.op(type, [Opcode.i32Or, Opcode.i64Or]);
      } else {
        this.op(type, [Opcode.i32Sub, Opcode.i64Sub]);
        this.emit(whenFalse, loose);
        this.op(type, [Opcode.i32And, Opcode.i64And]);
      }
      return;
    }
    this.emit(whenTrue, loose);
    this.emit(whenFalse, loose);
    this.emitCondition(condition);
    this.code.byte(Opcode.select);
  }
}

/** Nodes whose plain code leaves no bits above their width. */
const isNaturallyClean = (node: Node): boolean => {
  switch (node.kind) {
    case 'load':
    case 'constant':
    case 'equal':
    case 'less':
    case 'parity':
    case 'memory':
    case 'table':
      return true;
    default:
      return false;
  }
};
