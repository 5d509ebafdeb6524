/**
 * A design as a WebAssembly module: `settle` computes the outputs, `run` executes cycles. What a cycle does is a function of its own that
 * `run` calls: its locals begin at zero in each call, whereas in the body of the loop a local that a guard skips would have to be
 * carried from cycle to cycle; and V8 puts optimised code to use at the next call, never in the middle of a loop.
 */

import type { ActiveProgram, Programs } from '../compile-programs.ts';
import type { Design } from '../design.ts';
import type { ActivityMap, MemoryMap } from '../memory-map.ts';
import { Control } from '../memory-map.ts';
import type { Step } from '../program.ts';
import { activeCycle, emitWakeAll } from './activity.ts';
import type { FunctionCode } from './encoder.ts';
import { ByteWriter, emptyBlock, encodeModule, Opcode, ValueType, VectorOpcode } from './encoder.ts';
import { ExpressionEmitter } from './expressions.ts';
import { Locals } from './locals.ts';
import { type PaddedEnds, paddedEnds } from './padding.ts';
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

/** The code of some steps: takes the addresses of the input and output records, gives the sum of the outputs' checksum terms. */
const stepsFunction = (steps: readonly Step[], map: MemoryMap, padded: PaddedEnds): FunctionCode => {
  const code = new ByteWriter();
  const locals = new Locals(2);
  const [input, output] = [0, 1];
  const sum = locals.add(i32);
  const sums = locals.add(v128);
  const expressions = new ExpressionEmitter(code, locals, map, padded, input);
  new StatementEmitter(expressions, map, { output, sum, sums }).emit(steps);
  code.byte(Opcode.localGet).unsigned(sum);
  for (let lane = 0; lane < 4; lane++) {
    code.byte(Opcode.localGet).unsigned(sums).vector(VectorOpcode.i32x4ExtractLane).byte(lane).byte(Opcode.i32Add);
  }
  return { name: null, parameters: [i32, i32], results: [i32], locals: locals.types, body: code };
};

const activityOf = ({ activity }: MemoryMap): ActivityMap => {
  if (activity === null) throw new Error('a program by activity needs a place for what it keeps');
  return activity;
};

/** The code of a group: takes the address of the input record. */
const groupFunction = (steps: readonly Step[], map: MemoryMap, padded: PaddedEnds): FunctionCode => {
  const code = new ByteWriter();
  const locals = new Locals(1);
  // No group has an output.
  const unused = 0;
  const expressions = new ExpressionEmitter(code, locals, map, padded, 0);
  new StatementEmitter(expressions, map, { output: unused, sum: unused, sums: unused }).emit(steps);
  return { name: null, parameters: [i32], results: [], locals: locals.types, body: code };
};

export const generateModule = (
  design: Design,
  programs: Pick<Programs, 'settle' | 'cycle' | 'active'>,
  map: MemoryMap,
): Uint8Array<ArrayBuffer> => {
  const { active } = programs;
  const padded = paddedEnds(design.registers, active?.plan ?? null);
  const functions: FunctionCode[] = [];
  const add = (made: FunctionCode): number => functions.push(made) - 1;
  const addActive = ({ plan, groups, always }: ActiveProgram): number => {
    const functions = groups.map((steps) => add(groupFunction(steps, map, padded)));
    const rest = add(stepsFunction(always, map, padded));
    return add(activeCycle(plan, activityOf(map), design.ports.inputWords, functions, rest));
  };
  const settleSteps = add(stepsFunction(programs.settle.steps, map, padded));
  const [choice, ...more] = programs.cycle.steps;
  const arms =
    choice?.kind === 'if' && more.length === 0
      ? {
          condition: choice.condition,
          then: active === null ? add(stepsFunction(choice.then, map, padded)) : addActive(active),
          otherwise: add(stepsFunction(choice.otherwise, map, padded)),
        }
      : null;
  const whole = arms === null ? add(stepsFunction(programs.cycle.steps, map, padded)) : null;

  // settle()
  const settle = new ByteWriter();
  settle.byte(Opcode.i32Const).signed32(map.inputs).byte(Opcode.i32Const).signed32(map.outputs);
  settle.byte(Opcode.call).unsigned(settleSteps).byte(Opcode.drop);
  add({ name: 'settle', parameters: [], results: [], locals: [], body: settle });

  // run(cycles, input, input stride, output, output stride, checksum): checksum
  const code = new ByteWriter();
  const locals = new Locals(6);
  const [cycles, input, inputStride, output, outputStride, checksum] = [0, 1, 2, 3, 4, 5];
  const sum = locals.add(i32);
  const done = locals.add(i32);
  const callSteps = (index: number): void => {
    code.byte(Opcode.localGet).unsigned(input).byte(Opcode.localGet).unsigned(output);
    code.byte(Opcode.call).unsigned(index).byte(Opcode.localSet).unsigned(sum);
  };
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
  if (arms !== null) {
    new ExpressionEmitter(code, locals, map, padded, input).emitCondition(arms.condition);
    code.byte(Opcode.if).byte(emptyBlock);
    callSteps(arms.then);
    code.byte(Opcode.else);
    callSteps(arms.otherwise);
    if (map.activity !== null) emitWakeAll(code, map.activity);
    code.byte(Opcode.end);
  } else if (whole !== null) callSteps(whole);
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
  add({
    name: 'run',
    parameters: [i32, i32, i32, i32, i32, i32],
    results: [i32],
    locals: locals.types,
    body: code,
  });

  const bytes = encodeModule(functions, Math.ceil(map.size / 65536));
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
};
