/** Recorded traffic through the hardware: nothing lost, nothing out of order, and the chains that the dissector sees. */
import { expect, test } from 'vitest';
import { type RecordedCapture, readRecorded, recordedCaptures } from '../../../captures/recorded.ts';
import { rtlWay } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { counter, replayCapture } from './replay-capture.ts';

const parametersOf = (dataWidth: number) => block.resolve({ dataWidth });
const ways = new Map([64, 512].map((dataWidth) => [dataWidth, rtlWay(block.module(parametersOf(dataWidth)))]));

const replay = (name: RecordedCapture, dataWidth: number, packetLimit: number) =>
  replayCapture(
    [ways.get(dataWidth)!],
    readRecorded(name).packets.map(({ data }) => data),
    { parameters: parametersOf(dataWidth), packetLimit },
  );

// Frames, chains and hashes: a hash a chain, as many as the dissector sees.
test.each(recordedCaptures.flatMap((name) => [64, 512].map((dataWidth) => [name, dataWidth] as const)))(
  '%s at %i bits leaves whole and in order, in the chains of the dissector',
  (name, dataWidth) => {
    const { watch, expected } = replay(name, dataWidth, 64);
    const packets = readRecorded(name).packets.map(({ data }) => data);
    expect(watch.sent.map(({ data }) => Buffer.from(data))).toEqual(packets.map((data) => Buffer.from(data)));
    expect(watch.records.map((record) => [record.packets, record.bytes])).toEqual(
      expected.map((chain) => [chain.packets, chain.bytes]),
    );
    expect(counter(watch, registers.frames)).toBe(packets.length);
    expect(counter(watch, registers.chains)).toBe(expected.length);
    expect(counter(watch, registers.hashes)).toBe(watch.records.filter(({ hashType }) => hashType !== 0).length);
  },
);

test('the longer chains may grow, the fewer hashes are made of the same 443 frames', () => {
  const hashes = [1, 2, 4, 8, 16, 64].map((packetLimit) => {
    const { watch, expected } = replay('streams.pcap', 64, packetLimit);
    expect(counter(watch, registers.chains)).toBe(expected.length);
    expect(counter(watch, registers.hashes)).toBe(expected.length);
    return expected.length;
  });
  expect(hashes).toEqual([443, 311, 257, 229, 221, 217]);
});
