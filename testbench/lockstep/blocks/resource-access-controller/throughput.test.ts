/** Healthy: one beat a cycle in both directions at once, one cycle added each way; faked: one beat a cycle as well. */
import { expect, test } from 'vitest';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { makeWays } from '../../ways.ts';
import { plainEntry, programme, readOf, writeOf } from './directed.ts';
import { resourceAccessControllerBlock as block } from './index.ts';
import { runRac } from './run.ts';
import { emptyScenario, healthyDevice } from './scenario.ts';

const p = resourceAccessControllerParameters();
const ways = makeWays(block, block.resolve({}), ['model', 'rtl']);
const settings = (control: number) => programme(p, [plainEntry(0, { control })], [200]);
const beatsEach = 256;

/** Reads and writes at once, bursts of so many beats. */
const traffic = (beats: number): readonly Transaction[] =>
  Array.from({ length: beatsEach / beats }, (_, index) => [
    readOf(beats * 8 * index, { beats, id: index % 4 }),
    writeOf(beats * 8 * index, { beats, id: index % 4, seed: index }),
  ]).flat();

test.each([
  ['real', 7, 1],
  ['real', 7, 4],
  ['real', 7, 256],
  ['faked', 15, 1],
  ['faked', 15, 4],
  ['faked', 15, 256],
])('%s accesses: a beat a cycle in both directions at once (control %i, bursts of %i)', async (_, control, beats) => {
  const [model, rtl] = await ways;
  const { layout } = model!;
  const words = {
    wvalid: inputSlot(layout, 's_axi_wvalid').word,
    wready: outputSlot(layout, 's_axi_wready').word,
    rvalid: outputSlot(layout, 's_axi_rvalid').word,
    rready: inputSlot(layout, 's_axi_rready').word,
  };
  const read: number[] = [];
  const written: number[] = [];
  const watch = {
    name: 'throughput',
    cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number) {
      if (inputs[words.wvalid] !== 0 && outputs[words.wready] !== 0) written.push(cycle);
      if (outputs[words.rvalid] !== 0 && inputs[words.rready] !== 0) read.push(cycle);
      return null;
    },
  };
  const scenario = emptyScenario(p.ports, {
    settings: settings(control),
    devices: [{ ...healthyDevice, behaviour: plainSubordinate }, healthyDevice],
    transactions: traffic(beats),
  });
  const run = runRac(scenario, p, [model!, rtl!], [watch]);
  expect(run.difference).toBeNull();
  for (const cycles of [read, written]) {
    expect(cycles).toHaveLength(beatsEach);
    expect(cycles.at(-1)! - cycles[0]! + 1).toBe(beatsEach);
  }
  // Both at once, but for the way to the device and back.
  expect(Math.abs(read[0]! - written[0]!)).toBeLessThan(8);
});

test('one cycle is added to a request, a beat of data and a response', async () => {
  const all = await ways;
  const { layout } = all[0]!;
  const seen: Record<string, number> = {};
  const channels = [
    ['aw', true],
    ['w', true],
    ['ar', true],
    ['b', false],
    ['r', false],
  ] as const;
  const first = (name: string, cycle: number): void => {
    seen[name] ??= cycle;
  };
  const watch = {
    name: 'latency',
    cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number) {
      for (const [channel, forth] of channels) {
        const [here, there] = forth ? (['s_axi', 'm0_axi'] as const) : (['m0_axi', 's_axi'] as const);
        if (inputs[inputSlot(layout, `${here}_${channel}valid`).word] !== 0) {
          if (outputs[outputSlot(layout, `${here}_${channel}ready`).word] !== 0) first(`${channel} in`, cycle);
        }
        if (outputs[outputSlot(layout, `${there}_${channel}valid`).word] !== 0) first(`${channel} out`, cycle);
      }
      return null;
    },
  };
  const scenario = emptyScenario(p.ports, { settings: settings(7), transactions: [writeOf(0), readOf(0)] });
  expect(runRac(scenario, p, all, [watch]).difference).toBeNull();
  for (const [channel] of channels)
    expect([channel, seen[`${channel} out`]! - seen[`${channel} in`]!]).toEqual([channel, 1]);
});
