import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compile } from './index.ts';
import { randomModule, smallModule } from './random-module.ts';
import { stimulusFor } from './random-stimulus.ts';
import { referenceResponses } from './reference-model.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

describe.each(['wasm', 'javascript'] as const)('%s', (backend) => {
  test.prop([fc.integer({ min: 0, max: 1_000_000 })], { numRuns: thorough ? 3000 : 12 })(
    'equals the plain meaning of random modules',
    (seed) => {
      const module = randomModule(seed, smallModule);
      const cycles = 40;
      const stimulus = stimulusFor(module, cycles, seed);
      const simulator = compile(module, { backend });
      const responses = new Uint32Array(cycles * simulator.layout.outputWords);
      simulator.run(stimulus, cycles, responses);
      expect(responses).toEqual(referenceResponses(module, stimulus, cycles));
    },
    thorough ? 3_600_000 : 120_000,
  );
});
