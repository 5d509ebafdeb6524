/** The models of the machine as a simulator that is raced. */
import { createModelMachine, type PlatformParameters } from '../../model/hardware/platform/index.ts';
import { checksumFold, checksumSum } from '../simulator/checksum.ts';
import { processorSeconds } from './processor-seconds.ts';
import type { BuiltRace } from './verilator.ts';

/** By cycle: how many cycles after it have the same inputs. In the platform those who drive the inputs know. */
export const cyclesUnchanged = (stimulus: Uint32Array, words: number): Uint32Array => {
  const records = Math.floor(stimulus.length / words);
  const unchanged = new Uint32Array(records);
  for (let record = records - 2; record >= 0; record -= 1) {
    const at = record * words;
    let word = 0;
    while (word < words && stimulus[at + word] === stimulus[at + words + word]) word += 1;
    if (word === words) unchanged[record] = unchanged[record + 1]! + 1;
  }
  return unchanged;
};

/** @param passesOver whether blocks, and cycles of the whole machine, in which nothing happens are passed over */
export const modelRacer = (
  parameters: PlatformParameters,
  stimulus: Uint32Array,
  resetCycles: number,
  passesOver: boolean,
): BuiltRace => {
  const began = performance.now();
  const { layout } = createModelMachine(parameters, passesOver);
  const buildSeconds = (performance.now() - began) / 1000;
  const { inputWords, outputWords } = layout;
  const unchanged = cyclesUnchanged(stimulus, inputWords);
  return {
    simulator: passesOver ? 'model, idle cycles passed over' : 'model',
    flags: 'TypeScript, one thread',
    buildSeconds,
    run(cycles) {
      const machine = createModelMachine(parameters, passesOver);
      const outputs = new Uint32Array(outputWords);
      const quiet = new Uint32Array(inputWords);
      for (let cycle = 0; cycle < resetCycles; cycle += 1) machine.step(quiet, outputs);
      let checksum = 0;
      const start = processorSeconds();
      for (let cycle = 0; cycle < cycles; ) {
        const record = cycle % unchanged.length;
        machine.step(stimulus.subarray(record * inputWords, (record + 1) * inputWords), outputs);
        const most = Math.min(unchanged[record]!, cycles - cycle - 1);
        const idle = passesOver && most > 0 ? Math.min(most, machine.rest?.() ?? 0) : 0;
        if (idle > 0) machine.skip?.(idle);
        // Outputs stay as they are where nothing happens.
        const sum = checksumSum(outputs, 0, outputWords);
        for (let count = 0; count <= idle; count += 1) checksum = checksumFold(checksum, sum);
        cycle += 1 + idle;
      }
      return { seconds: processorSeconds() - start, checksum };
    },
  };
};
