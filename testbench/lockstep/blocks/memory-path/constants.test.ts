/** What the specification's last section promises of latency and throughput, measured on model and hardware at the parameters that ship. */
import { expect, test } from 'vitest';
import { aesLatency, memoryPathParameters, princeLatency } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { type Kind, kinds, scanWrites, write } from './programmes.ts';
import { registers } from './registers.ts';
import { line, play, programme, type Seen } from './run.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const p = memoryPathParameters();
const ways = makeWays(block, block.resolve({}), ['model', 'rtl']);
const settings = programme(p);
const latencyOf = (kind: Kind): number => (kind === 'prince' ? princeLatency(p) : aesLatency);
const formOf = (kind: Kind): number => kinds.indexOf(kind) + 1;

const run = async (change: Partial<MemoryPathScenario>): Promise<Seen['handshakes']> =>
  play(await ways, p, emptyScenario({ settings, outstanding: 32, ...change })).handshakes;

/** Cycles from each handshake of a channel on one side to the one on the other. */
const delays = (seen: Seen['handshakes'], channel: string, from: 's_axi' | 'm_axi', to: 's_axi' | 'm_axi'): number[] =>
  (seen[`${to}_${channel}`] as number[]).map((cycle, index) => cycle - (seen[`${from}_${channel}`]?.[index] as number));

const memory = (latency: number) => ({ ...plainSubordinate, latencies: [latency] });

test('a plain request, beat and response is on the other side in the next cycle', async () => {
  const seen = await run({ transactions: [line, { ...line, direction: 'write', id: 1 }] });
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  expect(delays(seen, 'ar', 's_axi', 'm_axi')).toEqual(ones(1));
  expect(delays(seen, 'r', 'm_axi', 's_axi')).toEqual(ones(4));
  expect(delays(seen, 'aw', 's_axi', 'm_axi')).toEqual(ones(1));
  expect(delays(seen, 'w', 's_axi', 'm_axi')).toEqual(ones(4));
  expect(delays(seen, 'b', 'm_axi', 's_axi')).toEqual(ones(1));
});

test.each(kinds)('an encrypted read adds two cycles and those of the block: %s', async (kind) => {
  const latency = latencyOf(kind);
  const seen = await run({ transactions: [{ ...line, user: formOf(kind) }], memory: memory(latency + 1) });
  expect(delays(seen, 'ar', 's_axi', 'm_axi')).toEqual([2]);
  expect(delays(seen, 'r', 'm_axi', 's_axi')).toEqual(Array.from({ length: 4 }, () => latency + 1));
});

test.each(kinds)('a whole line is at the memory in time: %s', async (kind) => {
  const seen = await run({ transactions: [{ ...line, direction: 'write', user: formOf(kind) }] });
  const last = seen.s_axi_w?.at(-1) as number;
  expect(seen.m_axi_w).toHaveLength(4);
  const delay = (seen.m_axi_w?.[0] as number) - last;
  expect(delay).toBeGreaterThan(latencyOf(kind));
  expect(delay).toBeLessThanOrEqual(2 * aesLatency + 8);
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
  const seen = await run({ transactions, memory: memory(aesLatency + 1) });
  for (const channel of ['r', 'w']) {
    const cycles = seen[`s_axi_${channel}`] as readonly number[];
    expect(cycles).toHaveLength(4 * lines);
    expect([channel, (cycles.at(-1) as number) - (cycles[0] as number) + 1]).toEqual([channel, 4 * lines]);
  }
});

/** A page of zeros is scanned, or one that differs in a bit of one word. */
const scanned = async (
  form: number,
  different: { readonly word: number; readonly bit: number } | null,
  latency = aesLatency + 1,
) => {
  const scan = { form, address: 0x4000, lines: 64, low: 0, high: 0 };
  const scenario = emptyScenario({
    held: [{ ...scan, different }],
    settings,
    memory: memory(latency),
    accesses: [write(registers.interruptStatus, 7), ...scanWrites(scan)],
    rest: 500,
  });
  const { handshakes, raised, registers: read } = play(await ways, p, scenario);
  const [asked, beats] = [handshakes.m_axi_ar as readonly number[], handshakes.m_axi_r as readonly number[]];
  return {
    asked,
    beats,
    /** Cycles from the last beat from memory to the interrupt, and from the command to it. */
    told: (raised.at(-1) as number) - (beats.at(-1) as number),
    whole:
      (raised.at(-1) as number) - (handshakes.s_axil_w?.findLast((cycle) => cycle < (asked[0] as number)) as number),
    status: read.get(registers.scanStatus),
  };
};
/** Cycles from a beat to the interrupt: done, interrupt status, `irq`; and those of its block. */
const toldAfter = (form: number): number => (form === 0 ? 3 : latencyOf(kinds[form - 1] as Kind) + 3);

test.each([0, 1, 2, 3])('a page that matches is scanned at 16 bytes a cycle, under form %i', async (form) => {
  const { asked, beats, told, whole, status } = await scanned(form, null);
  expect(status).toBe(6);
  expect(asked).toHaveLength(64);
  expect(beats).toHaveLength(256);
  expect((beats.at(-1) as number) - (beats[0] as number) + 1).toBe(256);
  expect(told).toBe(toldAfter(form));
  // As below, with all beats of the page.
  expect(whole).toBe(4 + aesLatency + 1 + 256 + toldAfter(form));
});

test.each([0, 1, 2, 3])('a page whose first word differs costs no more than the slots: form %i', async (form) => {
  const { asked, beats, told, whole, status } = await scanned(form, { word: 0, bit: 17 });
  expect(status).toBe(2);
  expect(asked.length).toBeLessThanOrEqual(p.reads);
  expect(beats).toHaveLength(4 * asked.length);
  expect(told).toBe(toldAfter(form));
  // Four cycles from the command to the request, memory's own, the beats of all slots, and to the interrupt.
  expect(whole).toBe(4 + aesLatency + 1 + 4 * p.reads + toldAfter(form));
});

/** Cycles, in the order of forms, from beat to verdict: none for a plain one. */
const comparedAfter = (form: number): number => (form === 0 ? 0 : latencyOf(kinds[form - 1] as Kind));

test.each([0, 1, 2, 3])('the first word is compared when it has come and is decrypted: form %i', async (form) => {
  const scan = { form, address: 0x4000, lines: 64, low: 5, high: 7 };
  // A stop tells what has matched by then, so that the first which finds something tells when that was.
  const stopped = async (wait: number) => {
    const scenario = emptyScenario({
      held: [{ ...scan, different: null }],
      settings,
      memory: memory(aesLatency + 1),
      accesses: [...scanWrites(scan), write(registers.scanCommand, 2, wait)],
      rest: 200,
    });
    const { handshakes, registers: read } = play(await ways, p, scenario);
    const [start, stop] = (handshakes.s_axil_w as readonly number[]).slice(-2) as [number, number];
    return { between: stop - start, matching: (read.get(registers.scanResultLow) as number) - scan.address };
  };
  // Two cycles to ask, one to be asked, memory's own, and the cipher's.
  const first = 3 + aesLatency + 1 + comparedAfter(form);
  expect(await stopped(first - 2)).toEqual({ between: first - 1, matching: 0 });
  expect(await stopped(first - 1)).toEqual({ between: first, matching: 16 });
});

/** Memory's latency, and the cycles from the first beat of a page to its last, plain, under AES and under PRINCE. */
const scanTimes: readonly (readonly [latency: number, cycles: readonly [number, number, number]])[] = [
  [40, [256, 256, 256]],
  [48, [256, 274, 256]],
  [64, [274, 322, 298]],
  [100, [382, 430, 406]],
];
test.each(thorough ? scanTimes : [])(
  'a page is scanned as fast as read slots let it, memory taking %i cycles',
  async (latency, cycles) => {
    const seen = [];
    for (const form of [0, 1, 3]) {
      const { beats } = await scanned(form, null, latency);
      seen.push((beats.at(-1) as number) - (beats[0] as number) + 1);
    }
    expect(seen).toEqual(cycles);
  },
);
