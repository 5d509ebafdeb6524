/** Code of a cycle by what has changed: inputs are compared with those of the cycle before, groups that are awake computed, then the work of every cycle done. */

import type { ActivityPlan } from '../activity.ts';
import type { ActivityMap } from '../memory-map.ts';
import type { FunctionCode } from './encoder.ts';
import { ByteWriter, emptyBlock, Opcode, ValueType, VectorOpcode } from './encoder.ts';
import { Locals } from './locals.ts';

const { i32, v128 } = ValueType;

/** Sets the bits of groups in the words at `base`. */
export const emitWake = (code: ByteWriter, base: number, groups: readonly number[]): void => {
  const masks = new Map<number, bigint>();
  for (const group of groups) masks.set(group >> 6, (masks.get(group >> 6) ?? 0n) | (1n << BigInt(group % 64)));
  for (const [word, mask] of masks) {
    const at = base + word * 8;
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i32Const).signed32(0);
    code.byte(Opcode.i64Load).unsigned(0).unsigned(at);
    code.byte(Opcode.i64Const).signed64(BigInt.asIntN(64, mask)).byte(Opcode.i64Or);
    code.byte(Opcode.i64Store).unsigned(0).unsigned(at);
  }
};

/** All groups awake, and none yet in the next cycle. */
export const emitWakeAll = (code: ByteWriter, map: ActivityMap): void => {
  for (let word = 0; word < map.words; word++) {
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i64Const).signed64(-1n);
    code
      .byte(Opcode.i64Store)
      .unsigned(0)
      .unsigned(map.awake + word * 8);
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i64Const).signed64(0n);
    code
      .byte(Opcode.i64Store)
      .unsigned(0)
      .unsigned(map.next + word * 8);
  }
};

const vectorWords = 4;

/** Wakes the groups that read a word of the input record which differs from the one of the cycle before. */
const compareInputs = (code: ByteWriter, locals: Locals, plan: ActivityPlan, map: ActivityMap, words: number): void => {
  const [input] = [0];
  const compareWord = (word: number, keep: boolean): void => {
    const groups = plan.inputWakes.get(word) ?? [];
    if (groups.length === 0) return;
    code
      .byte(Opcode.localGet)
      .unsigned(input)
      .byte(Opcode.i32Load)
      .unsigned(2)
      .unsigned(word * 4);
    code.byte(Opcode.i32Const).signed32(0);
    code
      .byte(Opcode.i32Load)
      .unsigned(2)
      .unsigned(map.inputs + word * 4);
    code.byte(Opcode.i32Ne).byte(Opcode.if).byte(emptyBlock);
    emitWake(code, map.awake, groups);
    if (keep) {
      code.byte(Opcode.i32Const).signed32(0);
      code
        .byte(Opcode.localGet)
        .unsigned(input)
        .byte(Opcode.i32Load)
        .unsigned(2)
        .unsigned(word * 4);
      code
        .byte(Opcode.i32Store)
        .unsigned(2)
        .unsigned(map.inputs + word * 4);
    }
    code.byte(Opcode.end);
  };
  const vector = locals.add(v128);
  for (let word = 0; word < words; word += vectorWords) {
    const lanes = Array.from({ length: Math.min(vectorWords, words - word) }, (_, lane) => word + lane);
    if (lanes.length < vectorWords) {
      for (const one of lanes) compareWord(one, true);
      continue;
    }
    if (lanes.every((one) => (plan.inputWakes.get(one) ?? []).length === 0)) continue;
    code
      .byte(Opcode.localGet)
      .unsigned(input)
      .vector(VectorOpcode.load)
      .unsigned(0)
      .unsigned(word * 4);
    code.byte(Opcode.localTee).unsigned(vector).byte(Opcode.i32Const).signed32(0);
    code
      .vector(VectorOpcode.load)
      .unsigned(0)
      .unsigned(map.inputs + word * 4);
    code.vector(VectorOpcode.xor).vector(VectorOpcode.anyTrue).byte(Opcode.if).byte(emptyBlock);
    for (const one of lanes) compareWord(one, false);
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.localGet).unsigned(vector);
    code
      .vector(VectorOpcode.store)
      .unsigned(0)
      .unsigned(map.inputs + word * 4);
    code.byte(Opcode.end);
  }
};

/**
 * Takes the addresses of the input and output records, gives the sum of the outputs' checksum terms.
 * @param groups numbers of the functions of the groups, which take the address of the input record.
 * @param always number of the function of the work of every cycle.
 */
export const activeCycle = (
  plan: ActivityPlan,
  map: ActivityMap,
  inputWords: number,
  groups: readonly number[],
  always: number,
): FunctionCode => {
  const code = new ByteWriter();
  const locals = new Locals(2);
  const [input, output] = [0, 1];
  compareInputs(code, locals, plan, map, inputWords);
  groups.forEach((index, group) => {
    if (group % 8 === 0) {
      if (group > 0) code.byte(Opcode.end);
      code
        .byte(Opcode.i32Const)
        .signed32(0)
        .byte(Opcode.i32Load8)
        .unsigned(0)
        .unsigned(map.awake + (group >> 3));
      code.byte(Opcode.if).byte(emptyBlock);
    }
    code
      .byte(Opcode.i32Const)
      .signed32(0)
      .byte(Opcode.i32Load8)
      .unsigned(0)
      .unsigned(map.awake + (group >> 3));
    code
      .byte(Opcode.i32Const)
      .signed32(1 << (group % 8))
      .byte(Opcode.i32And)
      .byte(Opcode.if)
      .byte(emptyBlock);
    code.byte(Opcode.localGet).unsigned(input).byte(Opcode.call).unsigned(index).byte(Opcode.end);
  });
  if (groups.length > 0) code.byte(Opcode.end);
  code.byte(Opcode.localGet).unsigned(input).byte(Opcode.localGet).unsigned(output).byte(Opcode.call).unsigned(always);
  for (let word = 0; word < map.words; word++) {
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i32Const).signed32(0);
    code
      .byte(Opcode.i64Load)
      .unsigned(0)
      .unsigned(map.next + word * 8);
    code
      .byte(Opcode.i64Store)
      .unsigned(0)
      .unsigned(map.awake + word * 8);
    code.byte(Opcode.i32Const).signed32(0).byte(Opcode.i64Const).signed64(0n);
    code
      .byte(Opcode.i64Store)
      .unsigned(0)
      .unsigned(map.next + word * 8);
  }
  return { name: null, parameters: [i32, i32], results: [i32], locals: locals.types, body: code };
};
