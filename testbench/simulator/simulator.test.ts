import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bits, elaborate, module, output } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { compile } from './index.ts';
import { randomModule, smallModule } from './random-module.ts';
import { stimulusFor } from './random-stimulus.ts';
import { referenceResponses } from './reference-model.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const expectReference = (module: Module, backend: 'wasm' | 'javascript', seed: number): void => {
  const cycles = 40;
  const stimulus = stimulusFor(module, cycles, seed);
  const simulator = compile(module, { backend });
  const responses = new Uint32Array(cycles * simulator.layout.outputWords);
  simulator.run(stimulus, cycles, responses);
  expect(responses).toEqual(referenceResponses(module, stimulus, cycles));
};

describe.each(['wasm', 'javascript'] as const)('%s', (backend) => {
  test.prop([fc.integer({ min: 0, max: 1_000_000 })], { numRuns: thorough ? 3000 : 12 })(
    'equals the plain meaning of random modules',
    (seed) => {
      expectReference(randomModule(seed, smallModule), backend, seed);
    },
    thorough ? 3_600_000 : 120_000,
  );

  test('starts a register without reset at zero even where its next value is always one constant', () => {
    const constantAfterOneEdge = module('constant_after_one_edge', { q: output(bits(2)) }, (io, m) => {
      const { held } = m.regs({ held: { type: bits(2), reset: 'none' } });
      held.set(3);
      io.q.set(held);
    });
    const simulator = compile(elaborate(constantAfterOneEdge), { backend });
    expect(simulator.out.q).toBe(0);
    simulator.step();
    expect(simulator.out.q).toBe(3);
    // Where it was found.
    expectReference(randomModule(999_996, smallModule), backend, 999_996);
  });
});
