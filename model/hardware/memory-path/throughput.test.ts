/** Beats a cycle by memory's latency and by how writes lie: the tables of `docs/systems/memory-path-figures.md`, in thorough runs. */
import { describe, expect, test } from 'vitest';
import type { Access } from './accesses.ts';
import { Bench } from './bench.ts';
import { burstTypes } from './bursts.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

const key = (first: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, index) => first + index);

const ready = (writes: 16 | 32, latency: number): Bench => {
  const bench = new Bench({ writes });
  bench.driver.loadKey(0, 'aes128', { data: key(1), tweak: key(100) });
  bench.driver.setForm(1, 'aes128', 0);
  bench.latency = latency;
  bench.interleave = false;
  return bench;
};

const beat = { data: new Uint8Array(16).fill(7), strobes: 0xffff };

/** Of 16 bytes a beat. */
const access = (write: boolean, form: number, address: number, beats: number, id: number, wraps = false): Access => ({
  write,
  id,
  form,
  address,
  length: beats - 1,
  size: 4,
  burst: wraps ? burstTypes.wrap : burstTypes.increment,
  beats: Array.from({ length: write ? beats : 0 }, () => beat),
});

/** From the first beat to the last, to two places. */
const rate = (cycles: readonly number[]): number => {
  const taken = Math.max(...cycles) - Math.min(...cycles) + 1;
  return Math.round((100 * cycles.length) / taken) / 100;
};

/** Beats read and written in a cycle, at once, in aligned lines. */
const byLatency = (writes: 16 | 32, latency: number): readonly number[] => {
  const bench = ready(writes, latency);
  const reads = Array.from({ length: 160 }, (_, line) => {
    bench.ask(access(true, 1, 0x4000 + 64 * line, 4, line % 4));
    return bench.ask(access(false, 1, 64 * line, 4, line % 4));
  });
  bench.settle();
  return [rate(reads.flatMap(({ cycles }) => cycles)), rate(bench.written.map(({ cycle }) => cycle))];
};

/** Memory's latency, then reads and writes with 16 write pieces, and with 32. */
const latencies: readonly (readonly [latency: number, rates: readonly number[]])[] = [
  [17, [1, 1, 1, 1]],
  [24, [1, 0.96, 1, 1]],
  [32, [1, 0.87, 1, 1]],
  [40, [1, 0.79, 1, 1]],
  [48, [0.93, 0.72, 0.93, 1]],
  [64, [0.77, 0.62, 0.77, 1]],
  [100, [0.56, 0.47, 0.56, 0.91]],
];

/** What is written, in bytes from line to line, the offset of the first, beats, and whether it wraps; beats in a cycle encrypted with 16 write pieces, with 32, and plain with 16. */
const shapes: readonly (readonly [
  what: string,
  step: number,
  offset: number,
  beats: number,
  wraps: boolean,
  rates: readonly number[],
])[] = [
  ['whole lines', 64, 0, 4, false, [1, 1, 1]],
  ['64 bytes from 16 bytes after a line', 64, 16, 4, false, [0.59, 1, 1]],
  ['64 bytes that wrap, from 32 bytes after a line', 64, 32, 4, true, [0.61, 1, 1]],
  ['256 bytes from 16 bytes after a line', 256, 16, 16, false, [0.88, 1, 1]],
  ['32 bytes, one after the other', 32, 0, 2, false, [0.63, 1, 1]],
  ['16 bytes, one after the other', 16, 0, 1, false, [0.34, 0.65, 0.87]],
];

/** Of 8 bytes each. */
const halves = 0.03;

const byShape = (
  writes: 16 | 32,
  form: number,
  step: number,
  offset: number,
  beats: number,
  wraps: boolean,
): number => {
  const bench = ready(writes, 17);
  for (let index = 0; index < 80; index += 1)
    bench.ask(access(true, form, index * step + offset, beats, index % 4, wraps));
  bench.settle();
  return rate(bench.written.map(({ cycle }) => cycle));
};

describe.runIf(thorough)('beats a cycle', () => {
  test.each(latencies)('with a memory that answers after %i cycles', (latency, rates) => {
    expect([...byLatency(16, latency), ...byLatency(32, latency)]).toEqual(rates);
  });

  test.each(shapes)('of writes of %s', (_, step, offset, beats, wraps, rates) => {
    const measured = (
      [
        [16, 1],
        [32, 1],
        [16, 0],
      ] as const
    ).map(([writes, form]) => byShape(writes, form, step, offset, beats, wraps));
    expect(measured).toEqual(rates);
  });

  test('of writes of halves of blocks, one after the other', () => {
    const bench = ready(16, 17);
    for (let half = 0; half < 80; half += 1) {
      const strobes = half % 2 === 0 ? 0x00ff : 0xff00;
      bench.ask({ ...access(true, 1, 8 * half, 1, half % 4), size: 3, beats: [{ ...beat, strobes }] });
    }
    bench.settle();
    expect(rate(bench.written.map(({ cycle }) => cycle))).toBe(halves);
  });
});
