import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { type Axi4Options, axi4 } from '../../rtl/parts/axi/bundles.ts';
import { watchAxi4 } from '../../rtl/parts/axi/properties.ts';
import { axi4RegisterSlice } from '../../rtl/parts/axi/register-slice.ts';
import { compile } from '../simulator/index.ts';
import { stalls, transactionLists } from './arbitrary.ts';
import { subordinateBehaviours } from './behaviour.ts';
import { runLoop } from './loop.ts';
import type { ManagerOptions } from './manager.ts';
import { freshByte } from './memory.ts';
import { plainSubordinate } from './subordinate-behaviour.ts';
import { beatAddress, beatStrobes, beatWord, bursts, firstLane, lastLane, type Transaction } from './transaction.ts';

const widths = [32, 128] as const;
const idWidth = 3;
/** A register slice with the rules watched on both sides of it. */
const watchedSlice = (dataWidth: (typeof widths)[number]) => {
  const bus: Axi4Options = { addressWidth: 40, dataWidth, idWidth };
  return module('watched_slice', { s_axi: input(axi4(bus)), m_axi: output(axi4(bus)) }, (io, m) => {
    const { slice } = m.instances({ slice: axi4RegisterSlice(bus) });
    io.s_axi.connect(slice.s_axi);
    slice.m_axi.connect(io.m_axi);
    watchAxi4(m, 'processor_side', io.s_axi, {
      addressWidth: 40,
      dataWidth,
      idWidth,
      maxOutstanding: 8,
      dataAhead: 8,
    });
    watchAxi4(m, 'device_side', io.m_axi, { addressWidth: 40, dataWidth, idWidth, maxOutstanding: 8, dataAhead: 8 });
  });
};
const designs = new Map(
  widths.map((dataWidth) => {
    const top = elaborate(watchedSlice(dataWidth));
    return [dataWidth, { top, simulator: compile(top) }] as const;
  }),
);
const ranges = [
  { base: 0x1000, size: 0x2000 },
  { base: 0xfe_0000_0000, size: 0x1000 },
];
const managers = fc.record({
  stalls: fc.record({ w: stalls, b: stalls, r: stalls }),
  outstanding: fc.integer({ min: 1, max: 8 }),
  lead: fc.nat(2),
});
const always: ManagerOptions = { stalls: { w: [], b: [], r: [] }, outstanding: 8, lead: 1 };

/** What memory holds and reads give when one transaction comes after the other. */
const inOrder = (list: readonly Transaction[], dataWidth: number): (number[] | null)[] => {
  const memory = new Map<number, number>();
  const bus = dataWidth / 8;
  return list.map((transaction) => {
    const bytes: number[] = [];
    for (let beat = 0; beat < transaction.beats; beat += 1) {
      const address = beatAddress(transaction, beat);
      const line = address - (address % bus);
      for (let lane = 0; lane < bus; lane += 1) {
        if (transaction.direction === 'read') bytes.push(memory.get(line + lane) ?? freshByte(line + lane));
        else if (((beatStrobes(transaction, beat, lane >> 5, bus) >>> (lane % 32)) & 1) === 1) {
          memory.set(line + lane, (beatWord(transaction.seed, beat, lane >> 2) >>> (8 * (lane % 4))) & 0xff);
        }
      }
    }
    return transaction.direction === 'read' ? bytes : null;
  });
};

const cases = fc.constantFrom(...widths).chain((dataWidth) =>
  fc.record({
    dataWidth: fc.constant(dataWidth),
    list: transactionLists({ dataWidth, idWidth, ranges }),
    manager: managers,
    memory: subordinateBehaviours({ idWidth }),
  }),
);

describe('an AXI4 manager and a memory through a register slice, with the rules watched on both sides', () => {
  test.prop([cases])('complete everything, each request as it was asked', ({ dataWidth, list, manager, memory }) => {
    const { top, simulator } = designs.get(dataWidth)!;
    const run = runLoop(top, simulator, { list, manager, memory }, 200_000);
    expect(run.manager.problem).toBe(null);
    expect(run.manager.idle).toBe(true);
    expect(run.memory.idle).toBe(true);
    for (const direction of ['read', 'write'] as const) {
      const asked = list.filter((transaction) => transaction.direction === direction);
      const received = run.memory.received.filter((request) => request.direction === direction);
      expect(received.length).toBe(asked.length);
      for (const [index, request] of received.entries()) {
        const { cycle: _, data, strobes, ...given } = request;
        expect(asked[index]).toMatchObject(given);
        if (direction === 'read') continue;
        const words = dataWidth / 32;
        expect([data.length, strobes.length]).toEqual([given.beats * words, given.beats]);
        for (const [place, word] of data.entries())
          expect(word).toBe(beatWord(asked[index]!.seed, Math.floor(place / words), place % words));
      }
    }
  });

  test.prop([cases])('read what was written, one after the other', ({ dataWidth, list, manager, memory }) => {
    const { top, simulator } = designs.get(dataWidth)!;
    const ordered = list.map((transaction) => ({ ...transaction, exclusive: false, barrier: true }));
    const run = runLoop(top, simulator, { list: ordered, manager, memory }, 200_000);
    const expected = inOrder(ordered, dataWidth);
    for (const [index, completion] of run.manager.completions.entries()) {
      const bytes = expected[index];
      if (bytes === null || bytes === undefined) continue;
      expect([...new Uint8Array(completion.data.buffer)]).toEqual(bytes);
      expect([...completion.responses].every((code) => code === 0)).toBe(true);
    }
  });

  it('passes a beat a cycle both ways', () => {
    const { top, simulator } = designs.get(32)!;
    const list = Array.from(
      { length: 40 },
      (_, index): Transaction => ({
        direction: index % 2 === 0 ? 'read' : 'write',
        id: index % 4,
        address: 0x1000,
        beats: 64,
        size: 2,
        burst: bursts.incrementing,
        exclusive: false,
        cache: 0,
        prot: 0,
        qos: 0,
        region: 0,
        seed: index,
        sparse: 0,
        wait: 0,
        dataWait: 0,
        dataAfterAddress: false,
        barrier: false,
      }),
    );
    const run = runLoop(top, simulator, { list, manager: always, memory: plainSubordinate }, 3000);
    expect(run.manager.idle).toBe(true);
    expect(run.cycles).toBeLessThan(20 * 64 + 20);
  });

  it('grants an exclusive write whose place nobody wrote, and no other', () => {
    const { top, simulator } = designs.get(32)!;
    const plain = {
      id: 1,
      address: 0x1040,
      beats: 2,
      size: 2,
      burst: bursts.incrementing,
      cache: 0,
      prot: 0,
      qos: 0,
      region: 0,
      seed: 1,
      sparse: 0,
      wait: 0,
      dataWait: 0,
      dataAfterAddress: false,
      barrier: true,
    };
    const read = { ...plain, direction: 'read', exclusive: true } as const;
    const write = { ...plain, direction: 'write', exclusive: true } as const;
    const other = { ...write, id: 2, address: 0x1044, beats: 1, exclusive: false };
    const run = runLoop(
      top,
      simulator,
      { list: [read, write, read, other, write], manager: always, memory: plainSubordinate },
      3000,
    );
    expect(run.manager.completions.map(({ responses }) => responses[0])).toEqual([1, 1, 1, 0, 0]);
  });

  test.prop([cases, fc.integer({ min: 3, max: 200 })])(
    'go on after a reset',
    ({ dataWidth, list, manager, memory }, resetAt) => {
      const { top, simulator } = designs.get(dataWidth)!;
      const run = runLoop(top, simulator, { list, manager, memory, resetAt }, 200_000);
      expect(run.manager.problem).toBe(null);
      expect(run.manager.idle).toBe(true);
    },
  );
});

describe('byte lanes', () => {
  it('are those of the examples of the specification (A3.4.3)', () => {
    const lanes = (address: number, size: number, beats: number, burst: 0 | 1 | 2, bus: number) =>
      Array.from({ length: beats }, (_, beat) => [
        firstLane({ address, size, beats, burst }, beat, bus),
        lastLane({ address, size, beats, burst }, beat, bus),
      ]);
    expect(lanes(0, 0, 5, bursts.incrementing, 4)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [0, 0],
    ]);
    expect(lanes(4, 2, 3, bursts.incrementing, 8)).toEqual([
      [4, 7],
      [0, 3],
      [4, 7],
    ]);
    expect(lanes(1, 2, 4, bursts.incrementing, 4)).toEqual([
      [1, 3],
      [0, 3],
      [0, 3],
      [0, 3],
    ]);
    expect(lanes(7, 2, 5, bursts.incrementing, 8)).toEqual([
      [7, 7],
      [0, 3],
      [4, 7],
      [0, 3],
      [4, 7],
    ]);
    expect(lanes(4, 2, 4, bursts.wrapping, 8)).toEqual([
      [4, 7],
      [0, 3],
      [4, 7],
      [0, 3],
    ]);
    expect(beatAddress({ address: 0x38, size: 3, beats: 4, burst: bursts.wrapping }, 1)).toBe(0x20);
  });
});
