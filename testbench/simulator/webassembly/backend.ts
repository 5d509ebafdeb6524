/** A design as a WebAssembly module: `settle` computes the outputs, `run` executes cycles. */

import type { Design } from '../design.ts';
import type { MemoryMap } from '../memory-map.ts';
import { Control, paddedEnds } from '../memory-map.ts';
import type { Program } from '../program.ts';
import type { FunctionCode } from './encoder.ts';
import { ByteWriter, emptyBlock, encodeModule, Opcode, ValueType, VectorOpcode } from './encoder.ts';
import { ExpressionEmitter, Locals } from './expressions.ts';
import { StatementEmitter } from './statements.ts';

const { i32, v128 } = ValueType;

/** Fold of the checksum; see `checksum.ts`, which it repeats. */
const emitFold = (code: ByteWriter, checksum: number, sum: number): void => {
  code.byte(Opcode.localGet).unsigned(checksum).byte(Opcode.i32Const).signed32(13).byte(Opcode.i32Rotl);
  code
    .byte(Opcode.localGet)
    .unsigned(sum)
    .byte(Opcode.i32Xor)
    .byte(Opcode.i32Const)
    .signed32(0x85ebca6b)
    .byte(Opcode.i32Mul);
  code.byte(Opcode.localSet).unsigned(checksum);
};

export const generateModule = (
  design: Design,
  programs: { readonly settle: Program; readonly cycle: Program },
  map: MemoryMap,
): Uint8Array<ArrayBuffer> => {
  const padded = paddedEnds(design.registers);
  const body = (
    code: ByteWriter,
    locals: Locals,
    program: Program,
    input: number,
    output: number,
    sum: number,
    sums: number,
  ): void => {
    const expressions = new ExpressionEmitter(code, locals, map, padded, input);
    new StatementEmitter(expressions, map, { output, sum, sums }).emit(program.steps);
  };

  // settle()
  const settleCode = new ByteWriter();
  const settleLocals = new Locals(0);
  const [settleInput, settleOutput, settleSum] = [settleLocals.add(i32), settleLocals.add(i32), settleLocals.add(i32)];
  settleCode.byte(Opcode.i32Const).signed32(map.inputs).byte(Opcode.localSet).unsigned(settleInput);
  settleCode.byte(Opcode.i32Const).signed32(map.outputs).byte(Opcode.localSet).unsigned(settleOutput);
  body(settleCode, settleLocals, programs.settle, settleInput, settleOutput, settleSum, settleLocals.add(v128));
  const settle: FunctionCode = {
    name: 'settle',
    parameters: [],
    results: [],
    locals: settleLocals.types,
    body: settleCode,
  };

  // run(cycles, input, input stride, output, output stride, checksum): checksum
  const code = new ByteWriter();
  const locals = new Locals(6);
  const [cycles, input, inputStride, output, outputStride, checksum] = [0, 1, 2, 3, 4, 5];
  const sum = locals.add(i32);
  const done = locals.add(i32);
  const sums = locals.add(v128);
  const advance = (local: number, stride: number): void => {
    code
      .byte(Opcode.localGet)
      .unsigned(local)
      .byte(Opcode.localGet)
      .unsigned(stride)
      .byte(Opcode.i32Add)
      .byte(Opcode.localSet)
      .unsigned(local);
  };
  code.byte(Opcode.block).byte(emptyBlock).byte(Opcode.loop).byte(emptyBlock);
  code
    .byte(Opcode.localGet)
    .unsigned(done)
    .byte(Opcode.localGet)
    .unsigned(cycles)
    .byte(Opcode.i32GeU)
    .byte(Opcode.brIf)
    .unsigned(1);
  code.byte(Opcode.i32Const).signed32(0).byte(Opcode.localSet).unsigned(sum);
  code.vector(VectorOpcode.const).bytes(new Uint8Array(16)).byte(Opcode.localSet).unsigned(sums);
  body(code, locals, programs.cycle, input, output, sum, sums);
  code.byte(Opcode.localGet).unsigned(sum);
  for (let lane = 0; lane < 4; lane++) {
    code.byte(Opcode.localGet).unsigned(sums).vector(VectorOpcode.i32x4ExtractLane).byte(lane).byte(Opcode.i32Add);
  }
  code.byte(Opcode.localSet).unsigned(sum);
  emitFold(code, checksum, sum);
  advance(input, inputStride);
  advance(output, outputStride);
  code
    .byte(Opcode.localGet)
    .unsigned(done)
    .byte(Opcode.i32Const)
    .signed32(1)
    .byte(Opcode.i32Add)
    .byte(Opcode.localSet)
    .unsigned(done);
  if (design.properties.some((property) => property.flavour === 'assert')) {
    code
      .byte(Opcode.i32Const)
      .signed32(0)
      .byte(Opcode.i32Load)
      .unsigned(2)
      .unsigned(Control.violation * 4)
      .byte(Opcode.brIf)
      .unsigned(1);
  }
  code.byte(Opcode.br).unsigned(0).byte(Opcode.end).byte(Opcode.end);
  code
    .byte(Opcode.i32Const)
    .signed32(0)
    .byte(Opcode.localGet)
    .unsigned(done)
    .byte(Opcode.i32Store)
    .unsigned(2)
    .unsigned(Control.completed * 4);
  code.byte(Opcode.localGet).unsigned(checksum);
  const run: FunctionCode = {
    name: 'run',
    parameters: [i32, i32, i32, i32, i32, i32],
    results: [i32],
    locals: locals.types,
    body: code,
  };

  const bytes = encodeModule([settle, run], Math.ceil(map.size / 65536));
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
};
