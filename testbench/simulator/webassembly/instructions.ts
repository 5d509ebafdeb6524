/** Instructions over a function's code and its locals. */

import { ones } from '../graph.ts';
import { type ByteWriter, Opcode, ValueType } from './encoder.ts';
import { type Locals, typeOf } from './locals.ts';

export type Pair = readonly [i32: number, i64: number];

export class InstructionWriter {
  readonly code: ByteWriter;
  readonly locals: Locals;

  constructor(code: ByteWriter, locals: Locals) {
    this.code = code;
    this.locals = locals;
  }

  constant(type: ValueType, value: bigint): void {
    if (type === ValueType.i64) this.code.byte(Opcode.i64Const).signed64(value);
    else this.code.byte(Opcode.i32Const).signed32(Number(BigInt.asIntN(32, value)));
  }

  op(type: ValueType, pair: Pair): void {
    this.code.byte(type === ValueType.i64 ? pair[1] : pair[0]);
  }

  get(local: number): void {
    this.code.byte(Opcode.localGet).unsigned(local);
  }

  set(local: number): void {
    this.code.byte(Opcode.localSet).unsigned(local);
  }

  /** Clears the bits above `width`. */
  mask(width: number): void {
    if (width === 32 || width === 64) return;
    this.constant(typeOf(width), ones(width));
    this.op(typeOf(width), [Opcode.i32And, Opcode.i64And]);
  }

  convert(from: number, to: number): void {
    if (from > 32 && to <= 32) this.code.byte(Opcode.i32WrapI64);
    else if (from <= 32 && to > 32) this.code.byte(Opcode.i64ExtendI32U);
  }

  shiftRight(type: ValueType, amount: number): void {
    if (amount === 0) return;
    this.constant(type, BigInt(amount));
    this.op(type, [Opcode.i32ShrU, Opcode.i64ShrU]);
  }

  shiftLeft(type: ValueType, amount: number): void {
    if (amount === 0) return;
    this.constant(type, BigInt(amount));
    this.op(type, [Opcode.i32Shl, Opcode.i64Shl]);
  }

  /** Whether a local holds one of the values: leaves an `i32`. */
  oneOf(local: number, width: number, values: readonly number[]): void {
    if (values.length > 1 && width <= 5) {
      this.constant(
        ValueType.i32,
        values.reduce((set, value) => set | (1n << BigInt(value)), 0n),
      );
      this.get(local);
      this.code.byte(Opcode.i32ShrU);
      this.mask(1);
      return;
    }
    values.forEach((value, index) => {
      this.get(local);
      this.constant(typeOf(width), BigInt(value));
      this.op(typeOf(width), [Opcode.i32Eq, Opcode.i64Eq]);
      if (index > 0) this.code.byte(Opcode.i32Or);
    });
  }

  /** Replaces an index on the stack by the byte distance of its element. */
  scale(stride: number): void {
    if (stride === 1) return;
    const shift = Math.log2(stride);
    this.constant(ValueType.i32, BigInt(Number.isInteger(shift) ? shift : stride));
    this.code.byte(Number.isInteger(shift) ? Opcode.i32Shl : Opcode.i32Mul);
  }

  /** Replaces the address on the stack by the bits at `offset`; `zeroAbove` bits above them are known to be zero. */
  load(offset: number, shift: number, width: number, zeroAbove: number, loose: boolean): void {
    const span = shift + width;
    const size = span <= 8 ? 8 : span <= 16 ? 16 : span <= 32 ? 32 : 64;
    const operation = { 8: Opcode.i32Load8, 16: Opcode.i32Load16, 32: Opcode.i32Load, 64: Opcode.i64Load }[size];
    this.code.byte(operation).unsigned(0).unsigned(offset);
    this.shiftRight(size === 64 ? ValueType.i64 : ValueType.i32, shift);
    if (size === 64 && width <= 32) this.code.byte(Opcode.i32WrapI64);
    if (!loose && span < size && zeroAbove < size - span) this.mask(width);
  }
}
