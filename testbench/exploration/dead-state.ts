/**
 * Registers whose values cannot matter: the payload of what is empty, and counters that only software reads. Exploring takes states that differ in
 * these alone for one.
 */
import type { Simulator } from '../simulator/index.ts';

/** A register by its path, or some bits of its lowest byte. */
export type Place = string | readonly [path: string, bits: number];

export interface DeadState {
  /** The registers are dead while all of these hold: of the lowest byte, the bits of the mask are the value. None: always. */
  readonly when: readonly (readonly [path: string, mask: number, value: number])[];
  readonly dead: readonly Place[];
}

interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Neighbours as one. */
const joined = (ranges: readonly Range[]): readonly Range[] => {
  const result: Range[] = [];
  for (const { offset, bytes } of [...ranges].sort((left, right) => left.offset - right.offset)) {
    const last = result.at(-1);
    if (last !== undefined && last.offset + last.bytes === offset)
      result.splice(-1, 1, { offset: last.offset, bytes: last.bytes + bytes });
    else result.push({ offset, bytes });
  }
  return result;
};

/** A function that sets what is dead in the simulator's present state to zero. */
export const clearDeadState = (simulator: Simulator, rules: readonly DeadState[]): (() => void) => {
  const { state } = simulator;
  const bytes = new Uint8Array(state.buffer, state.byteOffset, state.byteLength);
  // One list of numbers: of each rule its conditions, ranges and parts of bytes, each behind their number.
  const list = (entries: readonly (readonly number[])[]): readonly number[] => [entries.length, ...entries.flat()];
  const program = Int32Array.from(
    rules.flatMap(({ when, dead }) => {
      const whole = dead.filter((place) => typeof place === 'string').map((path) => simulator.placeInState(path));
      const parts = dead.filter((place) => typeof place !== 'string');
      return [
        ...list(when.map(([path, mask, value]) => [simulator.placeInState(path).offset, mask, value])),
        ...list(joined(whole).map(({ offset, bytes: count }) => [offset, offset + count])),
        ...list(parts.map(([path, bits]) => [simulator.placeInState(path).offset, ~bits])),
      ];
    }),
  );
  return () => {
    for (let at = 0; at < program.length; ) {
      let holds = true;
      let end = at + 1 + 3 * (program[at] as number);
      for (at += 1; at < end; at += 3)
        if (((bytes[program[at] as number] as number) & (program[at + 1] as number)) !== program[at + 2]) holds = false;
      end = at + 1 + 2 * (program[at] as number);
      for (at += 1; holds && at < end; at += 2)
        for (let byte = program[at] as number; byte < (program[at + 1] as number); byte += 1) bytes[byte] = 0;
      at = end;
      end = at + 1 + 2 * (program[at] as number);
      for (at += 1; holds && at < end; at += 2) {
        const byte = program[at] as number;
        bytes[byte] = (bytes[byte] as number) & (program[at + 1] as number);
      }
      at = end;
    }
  };
};
