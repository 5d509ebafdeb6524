/** Several ways to run one block under one stimulus: every output, every cycle. */
import type { PortSlot } from '../../rtl/hdl/port-layout.ts';
import { PropertyViolation } from '../simulator/index.ts';
import type { Driver, Scoreboard } from './driver.ts';
import { layoutMismatch, readSlot } from './ports.ts';
import { replay, type Way } from './way.ts';

/** The first output, in the first cycle, in which a way differs from the reference. */
export interface OutputDifference {
  readonly kind: 'output';
  readonly cycle: number;
  readonly port: PortSlot;
  readonly reference: Way['name'];
  readonly way: Way['name'];
  /** What the reference shows. */
  readonly expected: bigint;
  readonly seen: bigint;
  /** All outputs that differ in that cycle. */
  readonly ports: readonly string[];
}

/** A scoreboard's complaint about the reference. */
export interface ScoreboardDifference {
  readonly kind: 'scoreboard';
  readonly cycle: number;
  readonly scoreboard: string;
  readonly reference: Way['name'];
  readonly message: string;
}

/** An assertion of the hardware failed. */
export interface AssertionDifference {
  readonly kind: 'assertion';
  readonly cycle: number;
  readonly way: Way['name'];
  /** Says which assertion, and where it is declared. */
  readonly message: string;
}

export type RunDifference = OutputDifference | ScoreboardDifference | AssertionDifference;

export interface LockstepOptions {
  readonly scoreboards?: readonly Scoreboard[];
  /** Cycles that the reference runs ahead of the others. */
  readonly chunk?: number;
  /** Told after each chunk of the cycles done so far. */
  readonly onChunk?: (cycles: number) => void;
}

export interface LockstepResult {
  readonly cycles: number;
  /** Whether the driver ended the run, rather than the limit of cycles. */
  readonly ended: boolean;
  readonly difference: RunDifference | null;
}

const defaultChunk = 4096;

const firstDifferentWord = (left: Uint32Array, right: Uint32Array, words: number): number => {
  const bytes = words * 4;
  const one = Buffer.from(left.buffer, left.byteOffset, bytes);
  const other = Buffer.from(right.buffer, right.byteOffset, bytes);
  if (one.equals(other)) return -1;
  for (let word = 0; word < words; word += 1) if (left[word] !== right[word]) return word;
  return -1;
};

const describe = (
  reference: Way,
  way: Way,
  expected: Uint32Array,
  seen: Uint32Array,
  word: number,
  first: number,
): OutputDifference => {
  const { outputs, outputWords } = reference.layout;
  const row = Math.floor(word / outputWords);
  const base = row * outputWords;
  const different = outputs.filter((slot) => readSlot(expected, slot, base) !== readSlot(seen, slot, base));
  const port = different[0];
  if (port === undefined) {
    throw new Error(
      `The way '${way.name}' leaves bits set above the width of an output; the layout asks for zeros there`,
    );
  }
  return {
    kind: 'output',
    cycle: first + row,
    port,
    reference: reference.name,
    way: way.name,
    expected: readSlot(expected, port, base),
    seen: readSlot(seen, port, base),
    ports: different.map((slot) => slot.name),
  };
};

/** What an assertion that stopped a way says; any other error is thrown on. */
const assertionOf = (way: Way, error: unknown): AssertionDifference => {
  if (!(error instanceof PropertyViolation)) throw error;
  return { kind: 'assertion', cycle: error.cycle, way: way.name, message: error.message };
};

const replayed = (
  way: Way,
  stimulus: Uint32Array,
  cycles: number,
  responses: Uint32Array,
): AssertionDifference | null => {
  try {
    replay(way, stimulus, cycles, responses);
    return null;
  } catch (error) {
    return assertionOf(way, error);
  }
};

const earlier = (one: RunDifference | null, other: RunDifference | null): RunDifference | null =>
  one === null || (other !== null && other.cycle < one.cycle) ? other : one;

/**
 * Runs `ways` from power-on. The first is the reference: it runs with the driver, chunk by chunk, and the others get the inputs
 * that it got. Stops at the end of the first chunk in which something differs, with the difference that comes first.
 */
export const lockstep = (
  ways: readonly Way[],
  driver: Driver,
  cycles: number,
  options: LockstepOptions = {},
): LockstepResult => {
  const [reference, ...others] = ways;
  if (reference === undefined) throw new Error('lockstep needs at least one way to run');
  for (const way of others) {
    const mismatch = layoutMismatch(reference.layout, way.layout);
    if (mismatch !== null)
      throw new Error(`The way '${way.name}' has other ports than '${reference.name}': ${mismatch}`);
  }
  for (const way of ways) way.reset();
  const { inputWords, outputWords } = reference.layout;
  const chunk = Math.min(options.chunk ?? defaultChunk, cycles);
  const stimulus = new Uint32Array(chunk * inputWords);
  const expected = new Uint32Array(chunk * outputWords);
  const seen = new Uint32Array(chunk * outputWords);
  const inputs = new Uint32Array(inputWords);
  const outputs = new Uint32Array(outputWords);
  const scoreboards = options.scoreboards ?? [];
  const complain = (scoreboard: string, message: string, cycle: number): ScoreboardDifference => ({
    kind: 'scoreboard',
    cycle,
    scoreboard,
    reference: reference.name,
    message,
  });
  let done = 0;
  let ended = false;
  while (done < cycles && !ended) {
    let complaint: RunDifference | null = null;
    const length = Math.min(chunk, cycles - done);
    let row = 0;
    for (; row < length; row += 1) {
      if (!driver.next(inputs, outputs)) {
        ended = true;
        break;
      }
      try {
        reference.step(inputs, outputs);
      } catch (error) {
        complaint ??= assertionOf(reference, error);
        break;
      }
      stimulus.set(inputs, row * inputWords);
      expected.set(outputs, row * outputWords);
      if (complaint === null) {
        for (const scoreboard of scoreboards) {
          const message = scoreboard.cycle(inputs, outputs, done + row);
          if (message !== null) complaint = complain(scoreboard.name, message, done + row);
        }
      }
    }
    let first: RunDifference | null = complaint;
    for (const way of others) {
      const failed = replayed(way, stimulus, row, seen);
      // An assertion ends the replay at its cycle: what lies behind it was not run.
      const compared = failed === null ? row : Math.max(0, failed.cycle - done);
      const word = firstDifferentWord(expected, seen, compared * outputWords);
      first = earlier(first, word < 0 ? failed : describe(reference, way, expected, seen, word, done));
    }
    done += row;
    options.onChunk?.(done);
    if (first !== null) return { cycles: done, ended, difference: first };
  }
  if (ended) {
    for (const scoreboard of scoreboards) {
      const message = scoreboard.end?.() ?? null;
      if (message !== null) return { cycles: done, ended, difference: complain(scoreboard.name, message, done) };
    }
  }
  return { cycles: done, ended, difference: null };
};
