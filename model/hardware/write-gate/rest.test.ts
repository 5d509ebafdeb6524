import { expect, test } from 'vitest';
import { randomNumbers } from '../primitives/random-numbers.ts';
import { settlingCycles } from '../primitives/rest.ts';
import { createWriteGateModel, type WriteGateModel } from './index.ts';

/** Cycles that pass with the same inputs once the model has come to rest. */
const pause = 50;

/** Registers that change something or tell of what went on: enable and control, marks, counters, status. */
const registers = [0x014, 0x01c, 0x01c, 0x020, 0x020, 0x020, 0x028, 0x028, 0x024, 0x018];

/** Inputs that keep no rule: valids and readies are anything, pages are few, and software does something in every second draw. */
const draw = (model: WriteGateModel, random: () => number, inputs: Uint32Array): void => {
  const below = (count: number): number => Math.floor(random() * count);
  const software = random() < 0.5;
  const others = random() < 0.3;
  for (const { name, word, width } of model.layout.inputs) {
    inputs[word] = below(2 ** Math.min(width, 32));
    if (name === 'aresetn') inputs[word] = Number(random() < 0.98);
    else if (name.endsWith('axi_awaddr')) inputs[word] = below(3) * 4096;
    else if (/^s_axil_a[rw]addr$/.test(name)) inputs[word] = registers[below(registers.length)]!;
    else if (name === 's_axil_wdata') inputs[word] = below(3) + (below(2) ? 2 ** 24 : 0) + (below(3) ? 0 : 2 ** 25);
    else if (name === 's_axil_wstrb') inputs[word] = 15;
    else if (/^s_axil_(aw|w|ar)valid$/.test(name)) inputs[word] = Number(software);
    else if (/_axi_([rb]valid|arvalid)$/.test(name)) inputs[word] = others ? below(2) : 0;
    else if (/^s_axil_[br]ready$/.test(name)) inputs[word] = 1;
  }
};

test('cycles that are passed over are as those that are run, also while a write is held', () => {
  const random = randomNumbers(20);
  const [run, passed] = [createWriteGateModel({ outstanding: 2 }), createWriteGateModel({ outstanding: 2 })];
  const inputs = new Uint32Array(run.layout.inputWords);
  const [expected, seen] = [new Uint32Array(run.layout.outputWords), new Uint32Array(run.layout.outputWords)];
  const counts = { passedOver: 0, heldOver: 0 };
  const both = (): void => {
    run.step(inputs, expected);
    passed.step(inputs, seen);
    if (seen.some((value, word) => value !== expected[word])) expect(seen).toEqual(expected);
  };
  const interrupt = run.layout.outputs.find(({ name }) => name === 'irq')!.word;
  for (let segment = 0; segment < 4000; segment += 1) {
    draw(run, random, inputs);
    const cycles = random() < 0.3 ? settlingCycles : 1 + Math.floor(random() * 4);
    for (let cycle = 0; cycle < cycles; cycle += 1) both();
    if (cycles < settlingCycles || passed.rest() < pause) continue;
    passed.skip(pause);
    for (let cycle = 0; cycle < pause; cycle += 1) run.step(inputs, expected);
    counts.passedOver += 1;
    counts.heldOver += expected[interrupt]!;
  }
  // Neither is rare.
  expect(counts.passedOver).toBeGreaterThan(100);
  expect(counts.heldOver).toBeGreaterThan(20);
});
