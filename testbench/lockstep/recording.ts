/** A run of several ways kept whole: for waveforms and for looking closer. */
import { PropertyViolation } from '../simulator/index.ts';
import type { Driver } from './driver.ts';
import { replay, type Way } from './way.ts';

export interface Recording {
  readonly cycles: number;
  /** Input records, one a cycle. */
  readonly stimulus: Uint32Array;
  /** Output records of each way, in the order of the ways. */
  readonly responses: readonly Uint32Array[];
}

/** Does what an assertion may cut short: all before it was done. */
const untilAssertion = (action: () => void): void => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof PropertyViolation)) throw error;
  }
};

/**
 * Runs the ways from power-on under the driver, whom the first way answers.
 * @param most cycles at most; runs that go on are cut there.
 */
export const record = (ways: readonly Way[], driver: Driver, most: number): Recording => {
  const [reference, ...others] = ways;
  if (reference === undefined) throw new Error('record needs at least one way to run');
  const { inputWords, outputWords } = reference.layout;
  for (const way of ways) way.reset();
  const inputs = new Uint32Array(inputWords);
  const outputs = new Uint32Array(outputWords);
  const stimulus: number[] = [];
  const expected: number[] = [];
  let cycles = 0;
  untilAssertion(() => {
    while (cycles < most && driver.next(inputs, outputs)) {
      reference.step(inputs, outputs);
      for (const word of inputs) stimulus.push(word);
      for (const word of outputs) expected.push(word);
      cycles += 1;
    }
  });
  const recorded = Uint32Array.from(stimulus);
  const responses = others.map((way) => {
    const seen = new Uint32Array(cycles * outputWords);
    untilAssertion(() => replay(way, recorded, cycles, seen));
    return seen;
  });
  return { cycles, stimulus: recorded, responses: [Uint32Array.from(expected), ...responses] };
};
