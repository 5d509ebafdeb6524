/** One run of model and hardware with what was seen of it, for tests that look closer than a campaign does. */
import { expect } from 'vitest';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { bursts, type Transaction } from '../../../axi/transaction.ts';
import { lockstep } from '../../lockstep.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import type { Way } from '../../way.ts';
import { MemoryPathDriver } from './drive.ts';
import { kinds, settingsOf } from './programmes.ts';
import type { MemoryPathScenario } from './scenario.ts';
import { memoryPathScoreboards } from './scoreboards.ts';

const limit = 20_000;

/** Loads every key slot with a key of its own, of a kind each in turn; form f uses slot f - 1. */
export const programme = (p: MemoryPathParameters) =>
  settingsOf(
    Array.from({ length: p.keySlots }, (_, slot) => ({
      slot,
      kind: kinds[slot % kinds.length] as (typeof kinds)[number],
      words: Array.from({ length: 16 }, (_, word) => 0x1234_5678 * (word + 1) * (slot + 1)),
    })),
    Array.from({ length: p.keySlots }, (_, slot) => slot),
  );

/** A plain read of the first line, over 128 bits. */
export const line: Transaction = {
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

export interface Seen {
  /** The cycles of the handshakes of each channel, by its name, such as `s_axi_ar`. */
  readonly handshakes: Readonly<Record<string, readonly number[]>>;
  /** What each register was last read as. */
  readonly registers: ReadonlyMap<number, number>;
  /** The cycles in which `irq` rose. */
  readonly raised: readonly number[];
  /** The byte of memory at an address in the end. */
  readonly memory: (address: number) => number;
}

const channels = ['aw', 'w', 'b', 'ar', 'r'] as const;

/** Plays a scenario, in which no scoreboard may complain and the ways must agree in every cycle. */
export const play = (ways: readonly Way[], p: MemoryPathParameters, scenario: MemoryPathScenario): Seen => {
  const [reference] = ways;
  if (reference === undefined) throw new Error('a scenario needs at least one way to run');
  const { layout } = reference;
  const driver = new MemoryPathDriver(scenario, p, layout);
  const watched = ['s_axi', 'm_axi', 's_axil'].flatMap((bus) =>
    channels.map((channel) => {
      // Who sends on the channel: the path, or what is around it.
      const comesIn = (channel === 'b' || channel === 'r') === (bus === 'm_axi');
      const name = `${bus}_${channel}`;
      return {
        name,
        cycles: [] as number[],
        input: inputSlot(layout, `${name}${comesIn ? 'valid' : 'ready'}`).word,
        output: outputSlot(layout, `${name}${comesIn ? 'ready' : 'valid'}`).word,
      };
    }),
  );
  const [address, data, irq] = [
    inputSlot(layout, 's_axil_araddr').word,
    outputSlot(layout, 's_axil_rdata').word,
    outputSlot(layout, 'irq').word,
  ];
  const registers = new Map<number, number>();
  const asked: number[] = [];
  const raised: number[] = [];
  let before = 0;
  const watch = {
    name: 'handshakes',
    cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number) {
      for (const { name, cycles, input, output } of watched) {
        if (inputs[input] === 0 || outputs[output] === 0) continue;
        cycles.push(cycle);
        if (name === 's_axil_ar') asked.push(inputs[address] as number);
        if (name === 's_axil_r') registers.set(asked.shift() as number, outputs[data] as number);
      }
      const now = outputs[irq] as number;
      if (now > before) raised.push(cycle);
      before = now;
      return null;
    },
  };
  const scoreboards = [...memoryPathScoreboards(scenario, p, layout, driver), watch];
  const { difference, ended } = lockstep(ways, driver, limit, { scoreboards });
  expect(difference).toBeNull();
  expect(ended).toBe(true);
  return {
    handshakes: Object.fromEntries(watched.map(({ name, cycles }) => [name, cycles])),
    registers,
    raised,
    memory: (address) => driver.memory.memory.read(address),
  };
};
