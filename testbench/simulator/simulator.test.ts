import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import { compile, Random } from './index.ts';
import { randomModule, smallModule } from './random-module.ts';
import { referenceResponses } from './reference-model.ts';

const thorough = process.env['PORTCULLIS_THOROUGH'] === '1';

const stimulusFor = (module: ReturnType<typeof randomModule>, cycles: number, seed: number): Uint32Array => {
  const { inputWords, inputs } = portLayout(module);
  const random = new Random(seed);
  const stimulus = new Uint32Array(cycles * inputWords);
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const slot of inputs) {
      for (let index = 0; index < slot.words; index++) {
        const bits = Math.min(32, slot.width - 32 * index);
        const sparse = random.below(4) === 0 ? 0 : random.word();
        stimulus[cycle * inputWords + slot.word + index] = sparse % 2 ** bits;
      }
    }
    // Reset is released most of the time.
    stimulus[cycle * inputWords] = cycle > 1 && random.below(40) > 0 ? 1 : 0;
  }
  return stimulus;
};

describe.each(['wasm', 'javascript'] as const)('%s', (backend) => {
  test.prop([fc.integer({ min: 0, max: 1_000_000 })], { numRuns: thorough ? 3000 : 25 })('equals the plain meaning of random modules', (seed) => {
    const module = randomModule(seed, smallModule);
    const cycles = 40;
    const stimulus = stimulusFor(module, cycles, seed);
    const simulator = compile(module, { backend });
    const responses = new Uint32Array(cycles * simulator.layout.outputWords);
    simulator.run(stimulus, cycles, responses);
    expect(responses).toEqual(referenceResponses(module, stimulus, cycles));
  });
});
