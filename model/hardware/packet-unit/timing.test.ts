import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import type { Content, ExtensionHeader } from '../../../testbench/captures/frame-description.ts';
import { createPacketUnitModel, PacketUnitDriver } from './index.ts';

const frame = (content: Content, length = 0): Uint8Array =>
  encodeFrame({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01', content, padTo: length });

const raw = (length: number): Uint8Array => frame({ kind: 'raw', etherType: 0x88b5, bytes: [] }, length);

const ipv4 = (port: number, length = 64): Uint8Array =>
  frame(
    {
      kind: 'ipv4',
      source: '10.0.0.1',
      destination: '10.0.0.2',
      payload: { kind: 'udp', sourcePort: port, destinationPort: 2 },
    },
    length,
  );

const ipv6 = (...extensionHeaders: ExtensionHeader[]): Uint8Array =>
  frame(
    {
      kind: 'ipv6',
      source: '2001:db8::1',
      destination: '2001:db8::2',
      extensionHeaders,
      payload: { kind: 'udp', sourcePort: 1, destinationPort: 2 },
    },
    128,
  );

/** Cycles from the one in which the frame's first beat is taken to the one in which it is shown on the other side. */
const latency = (parameters: Parameters<typeof createPacketUnitModel>[0], bytes: Uint8Array): number => {
  const unit = new PacketUnitDriver(createPacketUnitModel(parameters));
  const start = unit.cycle;
  unit.send(bytes);
  unit.settle();
  return unit.delivered[0]!.firstCycle - start;
};

/**
 * IN 1, parser 3, EVENTS 1, ITEMS 1 with the first step; n - 1 further steps; 3 cycles to CLIENTS; 1 each to the head of CLIENTS, TAGS
 * and OUT: the deciding beat's number and what it waits in stage 3 come on top.
 */
const expected = (steps: number, decidingBeat: number, waits = 0): number => 5 + steps + 3 + 3 + decidingBeat + waits;

describe('latency to the cycle', () => {
  test.each([
    [16, 6],
    [32, 3],
    [48, 2],
    [96, 1],
    [288, 1],
  ] as const)('of 96 bits in steps of %i', (hashWidth, steps) => {
    expect(latency({ dataWidth: 512, hashWidth }, raw(64))).toBe(expected(steps, 0));
    expect(latency({ dataWidth: 64, hashWidth }, raw(64))).toBe(expected(steps, 1));
    expect(latency({ dataWidth: 64, hashWidth }, ipv4(1))).toBe(expected(steps, 4));
    expect(latency({ dataWidth: 128, hashWidth }, ipv4(1))).toBe(expected(steps, 2));
    expect(latency({ dataWidth: 256, hashWidth }, ipv4(1))).toBe(expected(steps, 1));
  });

  test('of a frame without a hash', () => {
    expect(latency({ dataWidth: 512 }, raw(64).slice(0, 10))).toBe(expected(1, 0));
  });

  test('extension headers wait two cycles each, in the beat of their fourth byte', () => {
    const at = (dataWidth: 64 | 512, ...headers: ExtensionHeader[]) =>
      latency({ dataWidth, hashWidth: 288 }, ipv6(...headers));
    expect(at(512)).toBe(expected(1, 0));
    expect(at(512, { kind: 0 })).toBe(expected(1, 1, 2));
    // The second header's fourth byte is byte 65: in the second beat, which waits at the first beat's place behind it.
    expect(at(512, { kind: 0 }, { kind: 60 })).toBe(expected(1, 1, 4));
    expect(at(64)).toBe(expected(1, 7));
    expect(at(64, { kind: 0 })).toBe(expected(1, 8, 2));
    expect(at(64, { kind: 0 }, { kind: 60 })).toBe(expected(1, 9, 4));
  });
});

describe('line rate', () => {
  /** Cycles in which `s_axis` was ready, of those until all frames were taken. */
  const rate = (dataWidth: 64 | 128 | 256 | 512, frames: readonly Uint8Array[]): number => {
    const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth }));
    const start = unit.cycle;
    unit.send(...frames);
    unit.runUntil(() => unit.waitingFrames === 0);
    const beats = frames.reduce((sum, bytes) => sum + Math.ceil(bytes.length / (dataWidth / 8)), 0);
    return beats / (unit.cycle - start);
  };

  test('a beat a cycle is taken, whatever the frames and chains', () => {
    for (const dataWidth of [64, 128, 256, 512] as const) {
      for (const length of [60, 65, 128, 300]) {
        for (const perChain of [1, 2, 8, 300]) {
          const frames = Array.from({ length: 300 }, (_, index) => ipv4(Math.floor(index / perChain), length));
          expect(rate(dataWidth, frames), `${dataWidth} bits, ${length} bytes, ${perChain} a chain`).toBe(1);
        }
      }
    }
  });
});

test('an idle chain closes when its limit is reached, to the cycle', () => {
  for (const limit of [20, 21, 200]) {
    const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth: 512 }));
    unit.write('idle_limit', limit);
    const start = unit.cycle;
    unit.send(raw(64));
    unit.run(limit + 20);
    // EVENTS shows the frame in cycle 5, so the count is `limit` in cycle 6 + limit; ITEMS and RECORDS take a cycle each.
    expect(unit.chains.map(({ cycle }) => cycle - start)).toEqual([6 + limit + 2]);
  }
});

test('a head register that becomes empty keeps its last data', () => {
  const unit = new PacketUnitDriver();
  const slot = unit.unit.layout.outputs.find(({ name }) => name === 'm_axis_tdata')!;
  const shown = () => [...unit.outputs.subarray(slot.word, slot.word + slot.words)];
  unit.step();
  expect(shown()).toEqual([0, 0]);
  const bytes = raw(24);
  bytes.set([1, 2, 3, 4, 5, 6, 7, 8], 16);
  unit.send(bytes);
  unit.settle();
  expect(shown()).toEqual([0x04030201, 0x08070605]);
  unit.reset(1);
  unit.step();
  expect(shown()).toEqual([0, 0]);
});
