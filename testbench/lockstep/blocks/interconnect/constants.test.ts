/** What the page's "Constants" promises of latency, throughput and fairness, measured on model and hardware. */
import { expect, test } from 'vitest';
import { interconnectParameters } from '../../../../rtl/interconnect/interface.ts';
import { bursts, type Transaction } from '../../../axi/transaction.ts';
import type { BlockParameters } from '../../block.ts';
import { lockstep } from '../../lockstep.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { makeWays } from '../../ways.ts';
import { InterconnectDriver } from './drive.ts';
import { interconnectBlock as block } from './index.ts';
import { type InterconnectScenario, plainScenario } from './scenario.ts';
import { interconnectScoreboards } from './scoreboards.ts';

const read: Transaction = {
  direction: 'read',
  id: 0,
  address: 0,
  beats: 4,
  size: 3,
  burst: bursts.incrementing,
  exclusive: false,
  cache: 0,
  prot: 0,
  qos: 0,
  region: 0,
  seed: 1,
  sparse: 0,
  wait: 0,
  dataWait: 0,
  dataAfterAddress: false,
  barrier: false,
};
const write: Transaction = { ...read, direction: 'write' };
const regionBytes = 2 ** 28;

/** The cycles of the handshakes of a channel, by its name, such as `s0_axi_ar`, with no difference and no complaint. */
const handshakes = async (values: BlockParameters, scenario: InterconnectScenario, names: readonly string[]) => {
  const p = interconnectParameters(values);
  const ways = await makeWays(block, block.resolve(values), ['model', 'rtl']);
  const layout = ways[0]?.layout;
  if (layout === undefined) throw new Error('there are two ways');
  const watched = names.map((name) => {
    const comesIn = layout.inputs.some((slot) => slot.name === `${name}valid`);
    return {
      cycles: [] as number[],
      input: inputSlot(layout, `${name}${comesIn ? 'valid' : 'ready'}`).word,
      output: outputSlot(layout, `${name}${comesIn ? 'ready' : 'valid'}`).word,
    };
  });
  const driver = new InterconnectDriver(scenario, layout);
  const watch = {
    name: 'handshakes',
    cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number) {
      for (const { cycles, input, output } of watched)
        if (inputs[input] !== 0 && outputs[output] !== 0) cycles.push(cycle);
      return null;
    },
  };
  const scoreboards = [...interconnectScoreboards(p, layout, driver), watch];
  const { difference, ended } = lockstep(ways, driver, 20_000, { scoreboards });
  expect(difference).toBeNull();
  expect(ended).toBe(true);
  return watched.map(({ cycles }) => cycles);
};

const delays = (from: readonly number[] = [], to: readonly number[] = []): number[] =>
  to.map((cycle, index) => cycle - (from[index] ?? 0));

const timeout = 300_000;

test(
  'what nothing holds up is on the other side in the next cycle, the first data one later',
  async () => {
    const scenario = plainScenario([[read, write]], { managers: 2, subordinates: 2 });
    const [ar, arOut, r, rOut, aw, awOut, w, wOut, b, bOut] = await handshakes({}, scenario, [
      's0_axi_ar',
      'm0_axi_ar',
      'm0_axi_r',
      's0_axi_r',
      's0_axi_aw',
      'm0_axi_aw',
      's0_axi_w',
      'm0_axi_w',
      'm0_axi_b',
      's0_axi_b',
    ]);
    expect(delays(ar, arOut)).toEqual([1]);
    expect(delays(r, rOut)).toEqual([1, 1, 1, 1]);
    expect(delays(aw, awOut)).toEqual([1]);
    expect(delays(aw, wOut)[0]).toBe(2);
    expect(delays(w, wOut).slice(1)).toEqual([1, 1, 1]);
    expect(delays(b, bOut)).toEqual([1]);
  },
  timeout,
);

test.each([1, 4])(
  'two pairs sustain a beat a cycle each, both ways at once, in bursts of %i',
  async (beats) => {
    const count = 80;
    const list = (subordinate: number): Transaction[] =>
      Array.from({ length: count }, (_, index) => {
        const address = subordinate * regionBytes + 64 * (index % 32);
        return [
          { ...read, beats, id: index % 16, address },
          { ...write, beats, id: index % 16, address },
        ];
      }).flat();
    const values = { outstanding: 16 };
    const scenario = plainScenario([list(0), list(1)], { managers: 2, subordinates: 2 });
    const seen = await handshakes(values, scenario, ['s0_axi_r', 'm0_axi_w', 's1_axi_r', 'm1_axi_w']);
    for (const cycles of seen) {
      expect(cycles).toHaveLength(beats * count);
      expect((cycles.at(-1) as number) - (cycles[0] as number) + 1).toBe(beats * count);
    }
  },
  timeout,
);

test(
  'managers that ask for one subordinate enter in turn',
  async () => {
    const list = Array.from({ length: 30 }, (_, index): Transaction => ({ ...read, beats: 1, id: index % 4 }));
    const values = { managers: 3, subordinates: 1, outstanding: 16 };
    const seen = await handshakes(values, plainScenario([list, list, list], values), [
      's0_axi_ar',
      's1_axi_ar',
      's2_axi_ar',
    ]);
    for (const cycles of seen) {
      const gaps = cycles.slice(5, -5).map((cycle, index, all) => cycle - (all[index - 1] ?? cycle - 3));
      expect(new Set(gaps)).toEqual(new Set([3]));
    }
  },
  timeout,
);

test(
  'reads that nobody owns give a beat a cycle',
  async () => {
    const list = Array.from({ length: 4 }, (): Transaction => ({ ...read, address: 15 * regionBytes }));
    const [cycles = []] = await handshakes({}, plainScenario([list], { managers: 2, subordinates: 2 }), ['s0_axi_r']);
    expect(cycles).toHaveLength(16);
    expect((cycles.at(-1) as number) - (cycles[0] as number) + 1).toBe(16 + 3);
  },
  timeout,
);
