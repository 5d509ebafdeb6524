/** Recorded traffic through the hardware: nothing lost, nothing out of order, and the chains that the dissector sees. */
import { expect, test } from 'vitest';
import { chainsOf } from '../../../captures/chains.ts';
import { dissect } from '../../../captures/dissect.ts';
import { type RecordedCapture, readRecorded, recordedCaptures } from '../../../captures/recorded.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import { lockstep } from '../../lockstep.ts';
import { rtlWay } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { plainScenario } from './scenario.ts';
import { PacketUnitWatch } from './watch.ts';

const limit = 1_000_000;
const parametersOf = (dataWidth: number) => block.resolve({ dataWidth });
const ways = new Map([64, 512].map((dataWidth) => [dataWidth, rtlWay(block.module(parametersOf(dataWidth)))]));

/** Replays a capture under every scoreboard of the unit; closed chains are those of a packet limit, and of differences. */
const replay = (name: RecordedCapture, dataWidth: number, packetLimit: number) => {
  const way = ways.get(dataWidth)!;
  const write = (address: number, data: number): LiteWrite => ({
    kind: 'write',
    address,
    data,
    strobes: 15,
    wait: 0,
    dataWait: 0,
  });
  const packets = readRecorded(name).packets.map(({ data }) => data);
  const settings = [
    write(registers.packetLimit, packetLimit),
    write(registers.byteLimit, 0),
    write(registers.idleLimit, 200),
  ];
  const scenario = plainScenario(packets, { settings, rest: 300 });
  const { driver, scoreboards } = block.bench(scenario, parametersOf(dataWidth), way.layout);
  const watch = new PacketUnitWatch(way.layout);
  const follow = { name: 'watch', cycle: (inputs: Uint32Array, outputs: Uint32Array) => watch.cycle(inputs, outputs) };
  const result = lockstep([way], driver, limit, { scoreboards: [...scoreboards, follow] });
  expect(result).toMatchObject({ ended: true, difference: null });
  const expected = chainsOf(packets.map(dissect), { packetLimit });
  return { packets, watch, expected };
};

const counter = (watch: PacketUnitWatch, address: number): number => watch.values.get(address) ?? -1;

// Frames, chains and hashes: a hash a chain, as many as the dissector sees.
test.each(recordedCaptures.flatMap((name) => [64, 512].map((dataWidth) => [name, dataWidth] as const)))(
  '%s at %i bits leaves whole and in order, in the chains of the dissector',
  (name, dataWidth) => {
    const { packets, watch, expected } = replay(name, dataWidth, 64);
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
