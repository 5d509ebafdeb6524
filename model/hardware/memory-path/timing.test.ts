/** How many cycles things take, as the specification's "Constants" say. */
import { describe, expect, it } from 'vitest';
import { aesLatency, princeLatency } from '../../../rtl/memory-path/interface.ts';
import type { Access } from './accesses.ts';
import { Bench } from './bench.ts';
import { burstTypes } from './bursts.ts';
import type { Channel } from './driver.ts';

const key = (first: number, length = 16): Uint8Array => Uint8Array.from({ length }, (_, index) => first + index);

const ready = (channel: Channel, dataWidth: 64 | 128 = 128): Bench => {
  const bench = new Bench({ dataWidth });
  const length = channel === 'aes256' ? 32 : 16;
  bench.driver.loadKey(0, channel, { data: key(1, length), tweak: key(100, length) });
  bench.driver.setForm(1, channel, 0);
  bench.latency = 40;
  return bench;
};

const read = (form: number, address: number, length: number, id = 0): Access => ({
  write: false,
  id,
  form,
  address,
  length,
  size: 4,
  burst: burstTypes.increment,
});

const write = (form: number, address: number, length: number, id = 0): Access => {
  const beats = Array.from({ length: length + 1 }, (_, beat) => ({
    data: new Uint8Array(16).fill(beat),
    strobes: 0xffff,
  }));
  return { ...read(form, address, length, id), write: true, beats };
};

/** Cycles from asking to the first beat of the answer, with a memory that answers after so many cycles. */
const firstBeat = (bench: Bench, access: Access): number => {
  const start = bench.driver.cycle;
  const answer = bench.ask(access);
  bench.settle();
  return answer.cycles[0]! - start;
};

describe('a read', () => {
  const plain = firstBeat(ready('aes128'), read(0, 0, 0));

  it('crosses in one cycle each way on the plain channel', () => {
    expect(plain).toBe(2 + 40);
  });

  it.each([
    ['aes128', aesLatency],
    ['aes256', aesLatency],
    ['prince', princeLatency({ princeRounds: 2 })],
  ] as const)('takes a cycle more to ask and the pipeline to answer on the channel %s', (channel, latency) => {
    expect(firstBeat(ready(channel), read(1, 0, 0)) - plain).toBe(1 + latency);
  });
});

describe('one beat a cycle is sustained', () => {
  const gaps = (cycles: readonly number[]): number => cycles[cycles.length - 1]! - cycles[0]! - (cycles.length - 1);

  it.each(['aes128', 'aes256', 'prince'] as const)('on reads and writes at once, on the channel %s', (channel) => {
    const bench = ready(channel);
    bench.latency = 20;
    bench.interleave = false;
    const answers = [0, 1, 2, 3].map((part) => bench.ask(read(1, 1024 * part, 63, part)));
    for (const part of [4, 5, 6, 7]) bench.ask(write(1, 1024 * part, 63, part));
    bench.settle();
    expect(gaps(answers.flatMap(({ cycles }) => cycles))).toBe(0);
    expect(bench.written).toHaveLength(256);
    expect(gaps(bench.written.map(({ cycle }) => cycle))).toBe(0);
  });

  it('with keys that change from line to line', () => {
    const bench = ready('aes128');
    bench.latency = 20;
    bench.interleave = false;
    bench.driver.loadKey(1, 'aes256', { data: key(7, 32), tweak: key(50, 32) });
    bench.driver.setForm(2, 'aes256', 1);
    const lines = Array.from({ length: 32 }, (_, line) => line);
    const answers = lines.map((line) => bench.ask(read(1 + (line % 2), 64 * line, 3, line % 2)));
    for (const line of lines) bench.ask(write(1 + (line % 2), 4096 + 64 * line, 3, line % 2));
    bench.settle();
    expect(gaps(answers.flatMap(({ cycles }) => cycles).sort((left, right) => left - right))).toBe(0);
    expect(gaps(bench.written.map(({ cycle }) => cycle))).toBe(0);
  });

  it('by the scanner, which stops asking when the first word differs', () => {
    const bench = ready('aes128');
    bench.driver.scan({ address: 0, bytes: 4096, form: 0 });
    const asked = bench.readAddresses.map(({ cycle }) => cycle);
    expect(asked).toHaveLength(64);
    bench.memory[0] = 1;
    const before = bench.readAddresses.length;
    expect(bench.driver.scan({ address: 0, bytes: 4096, form: 0 })).toEqual({ match: false, error: false, address: 0 });
    // Lines are asked for while the first is on its way: as many as there are slots.
    expect(bench.readAddresses.length - before).toBe(16);
  });
});
