/** Cycles that do again only what reads something that has changed, beside the plain meaning and beside cycles that do everything. */

import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import type { Module } from '../../rtl/hdl/ir.ts';
import { planActivity } from './activity.ts';
import { compilePrograms } from './compile-programs.ts';
import { decisionItems } from './decisions.ts';
import { buildDesign } from './elaborate-design.ts';
import { type Node, operandsOf } from './graph.ts';
import { compile, type Simulator } from './index.ts';
import { Random } from './random.ts';
import { type RandomModuleOptions, randomModule, smallModule } from './random-module.ts';
import { stimulusFor } from './random-stimulus.ts';
import { referenceResponses } from './reference-model.ts';
import { lateReads } from './schedule-check.ts';
import { tabulated } from './tabulate.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = thorough ? 3_600_000 : 120_000;

const largeModule: RandomModuleOptions = { ...smallModule, registers: 12, wires: 8, statements: 14, levels: 2 };
const wideModule: RandomModuleOptions = { ...smallModule, maximumWidth: 700 };

const anyModule = fc
  .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(smallModule, smallModule, wideModule, largeModule))
  .map(([seed, shape]) => ({ module: randomModule(seed, shape), seed }));

/** Input records of which each stays for some cycles, so that there is work which need not be done. */
const slowStimulus = (tested: Module, cycles: number, seed: number): Uint32Array => {
  const stimulus = stimulusFor(tested, cycles, seed);
  const random = new Random(seed);
  const words = stimulus.length / cycles;
  for (let cycle = 3; cycle < cycles; cycle++)
    if (random.below(4) > 0) stimulus.copyWithin(cycle * words, (cycle - 1) * words, cycle * words);
  return stimulus;
};

test.prop([anyModule], { numRuns: thorough ? 3000 : 6 })(
  'random modules mean what they mean, all kept that can be',
  ({ module: tested, seed }) => {
    const cycles = 60;
    const stimulus = slowStimulus(tested, cycles, seed);
    const simulator = compile(tested, { activity: 'everywhere' });
    const responses = new Uint32Array(cycles * simulator.layout.outputWords);
    simulator.run(stimulus, cycles, responses);
    expect(responses).toEqual(referenceResponses(tested, stimulus, cycles));
  },
  limit,
);

/** Nodes on which a group's values depend. */
const below = (roots: readonly Node[], seen = new Set<Node>()): ReadonlySet<Node> => {
  for (const node of roots) if (!seen.has(node)) below(operandsOf(node), seen.add(node));
  return seen;
};

test.prop([anyModule], { numRuns: thorough ? 1000 : 6 })(
  'a group reads what is kept by groups before it alone, and nothing is read after it was written',
  ({ module: tested }) => {
    const design = buildDesign(tested, { wordWidth: 64, traceAll: false, properties: true });
    const { active } = compilePrograms(tabulated(design), 'everywhere');
    expect(lateReads(active?.always ?? [])).toEqual([]);
    let kept: { readonly bit: number; readonly width: number }[] = [];
    for (const group of active?.plan.groups ?? []) {
      const keeps = group.flatMap(({ effect }) => (effect.kind === 'keep' ? [effect] : []));
      for (const node of below(keeps.map(({ value }) => value))) {
        if (node.kind !== 'load' || node.space !== 'kept') continue;
        for (let bit = node.bit; bit < node.bit + node.width; bit++)
          expect(kept.some((one) => one.bit <= bit && bit < one.bit + one.width)).toBe(true);
      }
      kept = [...kept, ...keeps];
    }
  },
  limit,
);

/** What may be done to a simulator from outside, drawn anew for each step. */
const disturb = (pair: readonly [Simulator, Simulator], stimulus: Uint32Array, random: Random, kept: Uint8Array[]) => {
  const [first] = pair;
  const { inputWords } = first.layout;
  const at = random.below(stimulus.length / inputWords) * inputWords;
  const record = stimulus.subarray(at, at + inputWords);
  const registers = first.paths.filter((path) => /(^|\.)r\d+$/.test(path));
  const memories = first.paths.filter((path) => /(^|\.)m\d+$/.test(path));
  const one = (paths: readonly string[]): string => paths[random.below(paths.length)] ?? '';
  const width = (path: string): number => first.placeInState(path).bytes * 8;
  const kind = random.below(8);
  const [path, word, bytes] = [one(registers), `${one(memories)}[${random.below(2)}]`, random.below(2)];
  const changed = 1n << BigInt(random.below(Math.min(6, width(path))));
  const snapshot = kept[random.below(kept.length)];
  for (const simulator of pair) {
    if (kind === 0) simulator.inputs.set(record);
    else if (kind === 1) tryPoke(simulator, path, simulator.peek(path) ^ changed);
    else if (kind === 2 && memories.length > 0) tryPoke(simulator, word, simulator.peek(word) ^ 1n);
    else if (kind === 3 && snapshot !== undefined) simulator.restore(snapshot);
    else if (kind === 4 && bytes === 0) simulator.reset();
    else if (kind === 5) simulator.run(record, 1 + bytes * 3);
  }
  if (kind === 6) kept.push(first.snapshot());
};

/** Some registers are narrower than what is tried. */
const tryPoke = (simulator: Simulator, path: string, value: bigint): void => {
  try {
    simulator.poke(path, value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
};

describe.each(['none', 'all'] as const)('traced: %s', (trace) => {
  test.prop([anyModule], { numRuns: thorough ? 2000 : 3 })(
    'cycles come to the same after values set by force, snapshots, resets and new inputs',
    ({ module: tested, seed }) => {
      const pair = [
        compile(tested, { trace, activity: 'everywhere' }),
        compile(tested, { trace, activity: 'nowhere' }),
      ] as const;
      const random = new Random(seed);
      const stimulus = stimulusFor(tested, 30, seed);
      const kept: Uint8Array[] = [];
      const [active, plain] = pair;
      const paths = plain.paths.filter((path) => !/(^|\.)m\d+$/.test(path));
      for (let turn = 0; turn < 60; turn++) {
        disturb(pair, stimulus, random, kept);
        // Under reset everything is computed anew.
        for (const simulator of pair) simulator.inputs[0] = turn % 10 === 9 ? 0 : 1;
        for (const simulator of pair) simulator.step(1 + (turn % 3));
        expect(active.outputs).toEqual(plain.outputs);
        expect(active.snapshot()).toEqual(plain.snapshot());
        expect(active.peekAll(paths)).toEqual(plain.peekAll(paths));
        expect(active.propertyCounts()).toEqual(plain.propertyCounts());
      }
    },
    limit,
  );
});

test('what is written into the state itself is seen, also where it was taken long before', () => {
  const sum = module('kept_sum', { q: output(bits(8)) }, (io, m) => {
    const { left, right, both } = m.regs({
      left: { type: bits(8), reset: 0 },
      right: { type: bits(8), reset: 0 },
      both: { type: bits(8), reset: 0 },
    });
    left.set(left);
    right.set(right);
    both.set(left.add(right).xor(left.and(right)));
    io.q.set(both);
  });
  const simulator = compile(elaborate(sum), { activity: 'everywhere' });
  simulator.inputs.fill(1);
  const { state } = simulator;
  const { offset } = simulator.placeInState('left');
  simulator.step(3);
  new Uint8Array(state.buffer, state.byteOffset)[offset] = 5;
  simulator.step();
  expect(simulator.out.q).toBe(5);
});

test('a value of a memory is computed again where the memory is written', () => {
  const shape = { at: input(bits(2)), to: input(bits(2)), word: input(bits(8)), q: output(bits(8)) };
  const store = module('kept_word', shape, (io, m) => {
    const { words } = m.memories({ words: { type: bits(8), depth: 4 } });
    words.write(io.to, io.word);
    io.q.set(words.read(io.at).add(words.read(io.at).xor(0x55)));
  });
  const simulator = compile(elaborate(store), { activity: 'everywhere' });
  const { inputWords } = simulator.layout;
  // Reset, read address, written address and word: the same for three cycles, so that only the memory changes.
  const record = [1, 2, 2, 7];
  expect(inputWords).toBe(record.length);
  const responses = new Uint32Array(3);
  simulator.run(Uint32Array.from([...record, ...record, ...record]), 3, responses);
  expect([...responses]).toEqual([0x55, 7 + (7 ^ 0x55), 7 + (7 ^ 0x55)]);
});

test('a small design keeps nothing unless told to, and never what is read from a port as it is', () => {
  const shape = { d: input(bits(32)), q: output(bits(32)) };
  const kept = (tested: Module, everywhere: boolean) => {
    const { graph, actions, outputs } = buildDesign(tested, { wordWidth: 64, traceAll: false, properties: true });
    const all = [
      ...outputs.map((value, word) => ({ guards: [], effect: { kind: 'output', word, value } as const })),
      ...actions,
    ];
    return planActivity(graph, all, decisionItems(graph, all), everywhere);
  };
  const straight = elaborate(module('straight', shape, (io) => io.q.set(io.d)));
  expect(kept(straight, true)).toBeNull();
  const steps = elaborate(module('three_steps', shape, (io) => io.q.set(io.d.add(1).xor(io.d).add(3))));
  expect(kept(steps, false)).toBeNull();
  expect(kept(steps, true)?.groups.length).toBe(1);
});
