/** Addresses and lanes of beats against the transfers of a burst one after the other, as Arm IHI 0022 tells them in A3.4.2. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compile } from '../../../testbench/simulator/index.ts';
import { bits, elaborate, input, module, output, portLayout } from '../../hdl/index.ts';
import { beatAddressOf, beatLanes, beatMask, burstCodes, containerMask } from './beat.ts';

const width = 16;

const bench = (busBytes: number) => {
  const top = elaborate(
    module(
      'beats',
      {
        addr: input(bits(width)),
        len: input(bits(8)),
        size: input(bits(3)),
        burst: input(bits(2)),
        beat: input(bits(8)),
        address: output(bits(width)),
        lanes: output(bits<number>(busBytes)),
        mask: output(bits(7)),
        container: output(bits(11)),
      },
      (io) => {
        io.address.set(beatAddressOf(io, io.beat, width).truncate(width));
        io.lanes.set(beatLanes(io.address, io.size, busBytes));
        io.mask.set(beatMask(io.size, 7).truncate(7));
        io.container.set(containerMask(io.len, io.size).truncate(11));
      },
    ),
  );
  const layout = portLayout(top);
  const simulator = compile(top);
  const inputs = new Uint32Array(layout.inputWords);
  const outputs = new Uint32Array(layout.outputWords);
  return (given: Readonly<Record<string, number>>) => {
    for (const { name, word } of layout.inputs) inputs[word] = given[name] ?? 0;
    simulator.run(inputs, 1, outputs);
    const read = (name: string): bigint => {
      const slot = layout.outputs.find((one) => one.name === name);
      if (slot === undefined) throw new Error(`no output ${name}`);
      let value = 0n;
      for (let word = slot.words - 1; word >= 0; word -= 1)
        value = (value << 32n) | BigInt(outputs[slot.word + word] ?? 0);
      return value;
    };
    return {
      address: Number(read('address')),
      lanes: read('lanes'),
      mask: Number(read('mask')),
      container: Number(read('container')),
    };
  };
};
const benches = [1, 4, 16, 128].map((busBytes) => [busBytes, bench(busBytes)] as const);

interface Transfer {
  readonly address: number;
  readonly lanes: bigint;
}

/** The transfers of a burst: each address from the one before it, each lane by itself. */
const transfers = (start: number, beats: number, bytes: number, burst: number, busBytes: number): Transfer[] => {
  const list: Transfer[] = [];
  const total = bytes * beats;
  const lower = Math.floor(start / total) * total;
  let address = start;
  for (let beat = 0; beat < beats; beat += 1) {
    let lanes = 0n;
    const end = Math.floor(address / bytes) * bytes + bytes;
    for (let byte = address; byte < end; byte += 1) lanes |= 1n << BigInt(byte % busBytes);
    list.push({ address, lanes });
    if (burst !== burstCodes.fixed) address = end;
    if (burst === burstCodes.wrapping && address >= lower + total) address = lower;
  }
  return list;
};

const burstOf = (busBytes: number) =>
  fc
    .record({
      size: fc.nat(Math.log2(busBytes)),
      burst: fc.constantFrom(burstCodes.fixed, burstCodes.incrementing, burstCodes.wrapping),
      place: fc.nat(0x7fff),
      length: fc.integer({ min: 1, max: 256 }),
      power: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ size, burst, place, length, power }) => {
      const bytes = 2 ** size;
      if (burst === burstCodes.wrapping) return { size, burst, addr: place - (place % bytes), beats: 2 ** power };
      return { size, burst, addr: place, beats: burst === burstCodes.fixed ? Math.min(length, 16) : length };
    });

describe.each(benches)('on a bus of %d bytes', (busBytes, run) => {
  test.prop([burstOf(busBytes)], { numRuns: 200 })('every beat of a burst goes where the specification says', (one) => {
    const { size, burst, addr, beats } = one;
    const found = transfers(addr, beats, 2 ** size, burst, busBytes).map((expected, beat) => {
      const { address, lanes } = run({ addr, len: beats - 1, size, burst, beat });
      return [expected, { address: address, lanes }] as const;
    });
    // Addresses past 16 bits come round.
    for (const [expected, got] of found) expect(got).toEqual({ ...expected, address: expected.address % 2 ** width });
  });
});

test.prop([fc.nat(7), fc.constantFrom(0, 1, 3, 7, 15)])(
  'masks are one less than the bytes of a beat and of a burst',
  (size, len) => {
    const run = benches[0]?.[1];
    expect(run?.({ size, len })).toMatchObject({ mask: 2 ** size - 1, container: (len + 1) * 2 ** size - 1 });
  },
);
