/** Random input records for a module: values often zero, reset released most of the time after the first two cycles. */

import type { Module } from '../../rtl/hdl/ir.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import { Random } from './random.ts';

export const stimulusFor = (module: Module, cycles: number, seed: number): Uint32Array => {
  const { inputWords, inputs } = portLayout(module);
  const random = new Random(seed);
  const stimulus = new Uint32Array(cycles * inputWords);
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const slot of inputs) {
      for (let index = 0; index < slot.words; index++) {
        const bits = Math.min(32, slot.width - 32 * index);
        stimulus[cycle * inputWords + slot.word + index] = random.below(4) === 0 ? 0 : random.word() % 2 ** bits;
      }
      if (slot.name === 'aresetn') stimulus[cycle * inputWords + slot.word] = cycle > 1 && random.below(40) > 0 ? 1 : 0;
    }
  }
  return stimulus;
};
