/** What the specification's last section promises of latency and throughput, measured on model and hardware at the parameters that ship. */
import { expect, test } from 'vitest';
import { aesLatency, memoryPathParameters, princeLatency } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { bursts, type Transaction } from '../../../axi/transaction.ts';
import { lockstep } from '../../lockstep.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { makeWays } from '../../ways.ts';
import { MemoryPathDriver } from './drive.ts';
import { memoryPathBlock as block } from './index.ts';
import { type Kind, kinds, settingsOf } from './programmes.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';
import { memoryPathScoreboards } from './scoreboards.ts';

const p = memoryPathParameters();
const ways = makeWays(block, block.resolve({}), ['model', 'rtl']);
const limit = 20_000;

/** Key slot and form of each kind; form 4 is AES-128 under another key. */
const programme = [
  ...settingsOf(
    [...kinds, 'aes128' as const].map((kind, slot) => ({
      slot,
      kind,
      words: Array.from({ length: 16 }, (_, word) => 0x1234_5678 * (word + 1) * (slot + 1)),
    })),
    [0, 1, 2, 3],
  ),
];
const formOf = (kind: Kind | 'plain'): number => (kind === 'plain' ? 0 : kinds.indexOf(kind) + 1);
const latencyOf = (kind: Kind): number => (kind === 'prince' ? princeLatency(p) : aesLatency);

const line: Transaction = {
  direction: 'read',
  id: 0,
  address: 0,
  beats: 4,
  size: 4,
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

/** The cycles of the handshakes of each channel, by its name. */
type Handshakes = Readonly<Record<string, readonly number[]>>;

const channels = ['aw', 'w', 'b', 'ar', 'r'] as const;

const play = async (change: Partial<MemoryPathScenario>): Promise<Handshakes> => {
  const scenario = emptyScenario({ settings: programme, outstanding: 32, ...change });
  const all = await ways;
  const [reference] = all;
  if (reference === undefined) throw new Error('no way was made');
  const { layout } = reference;
  const driver = new MemoryPathDriver(scenario, p, layout);
  const seen: Record<string, number[]> = {};
  const watched = ['s_axi', 'm_axi'].flatMap((bus) =>
    channels.map((channel) => {
      const forth = (channel === 'b' || channel === 'r') === (bus === 'm_axi');
      const name = `${bus}_${channel}`;
      const cycles: number[] = [];
      seen[name] = cycles;
      return {
        cycles,
        input: inputSlot(layout, `${name}${forth ? 'valid' : 'ready'}`).word,
        output: outputSlot(layout, `${name}${forth ? 'ready' : 'valid'}`).word,
      };
    }),
  );
  const watch = {
    name: 'handshakes',
    cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number) {
      for (const { cycles, input, output } of watched)
        if (inputs[input] !== 0 && outputs[output] !== 0) cycles.push(cycle);
      return null;
    },
  };
  const scoreboards = [...memoryPathScoreboards(scenario, p, layout, driver), watch];
  const { difference, ended } = lockstep(all, driver, limit, { scoreboards });
  expect(difference).toBeNull();
  expect(ended).toBe(true);
  return seen;
};

/** Cycles from the first handshakes of a channel on one side to those of the same channel on the other. */
const delays = (seen: Handshakes, channel: string, from: 's_axi' | 'm_axi', to: 's_axi' | 'm_axi'): number[] =>
  (seen[`${to}_${channel}`] as number[]).map((cycle, index) => cycle - (seen[`${from}_${channel}`]?.[index] as number));

const memory = (latency: number) => ({ ...plainSubordinate, latencies: [latency] });

test('a plain request, beat and response is on the other side in the next cycle', async () => {
  const seen = await play({ transactions: [line, { ...line, direction: 'write', id: 1 }] });
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  expect(delays(seen, 'ar', 's_axi', 'm_axi')).toEqual(ones(1));
  expect(delays(seen, 'r', 'm_axi', 's_axi')).toEqual(ones(4));
  expect(delays(seen, 'aw', 's_axi', 'm_axi')).toEqual(ones(1));
  expect(delays(seen, 'w', 's_axi', 'm_axi')).toEqual(ones(4));
  expect(delays(seen, 'b', 'm_axi', 's_axi')).toEqual(ones(1));
});

test.each(kinds)('an encrypted read adds two cycles and those of the block: %s', async (kind) => {
  const latency = latencyOf(kind);
  const seen = await play({ transactions: [{ ...line, user: formOf(kind) }], memory: memory(latency + 1) });
  expect(delays(seen, 'ar', 's_axi', 'm_axi')).toEqual([2]);
  expect(delays(seen, 'r', 'm_axi', 's_axi')).toEqual(Array.from({ length: 4 }, () => latency + 1));
});

test.each(kinds)('a whole line is at the memory in time: %s', async (kind) => {
  const seen = await play({ transactions: [{ ...line, direction: 'write', user: formOf(kind) }] });
  const last = seen.s_axi_w?.at(-1) as number;
  expect(seen.m_axi_w).toHaveLength(4);
  expect((seen.m_axi_w?.[0] as number) - last).toBeLessThanOrEqual(2 * aesLatency + 8);
});

test.each<readonly [string, readonly number[]]>([
  ['plain', [0]],
  ['AES-256', [2]],
  ['PRINCE', [3]],
  ['keys mixed from line to line', [1, 2, 4, 2]],
])('reads and writes sustain a beat a cycle each at once: %s', async (_, forms) => {
  const lines = 80;
  const transactions = Array.from({ length: lines }, (_, index) => {
    const one = { ...line, id: index % 4, user: forms[index % forms.length] as number, address: 64 * index };
    return [one, { ...one, direction: 'write' as const, address: 0x10000 + 64 * index }];
  }).flat();
  const seen = await play({ transactions, memory: memory(aesLatency + 1) });
  for (const channel of ['r', 'w']) {
    const cycles = seen[`s_axi_${channel}`] as readonly number[];
    expect(cycles).toHaveLength(4 * lines);
    expect([channel, (cycles.at(-1) as number) - (cycles[0] as number) + 1]).toEqual([channel, 4 * lines]);
  }
});
