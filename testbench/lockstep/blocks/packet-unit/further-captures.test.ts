/** Frames that others captured, of protocols that we never thought of, through model, hardware, Verilog and gates. */
import { expect, test } from 'vitest';
import { unitReadsAlike } from '../../../captures/chains.ts';
import { dissect } from '../../../captures/dissect.ts';
import { furtherCaptures, furtherCapturesFolder } from '../../../captures/further-captures.ts';
import type { BlockParameters } from '../../block.ts';
import type { WayName } from '../../way.ts';
import { makeWays } from '../../ways.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { counter, replayCapture } from './replay-capture.ts';
import type { PacketUnitWatch } from './watch.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const folder = furtherCapturesFolder();
/** Every fifth in a run of all tests, all of them in the thorough one. */
const captures = (folder === null ? [] : furtherCaptures(folder)).filter((_, index) => thorough || index % 5 === 0);
const setups: readonly (readonly [readonly WayName[], BlockParameters])[] = [
  [['model', 'rtl', 'verilog'], { dataWidth: 64 }],
  ...(thorough
    ? ([
        [['model', 'rtl', 'verilog'], { dataWidth: 512 }],
        [['model', 'gates'], { clients: 2, hashWidth: 16 }],
      ] as const)
    : []),
];
const bytesOf = (frames: readonly Uint8Array[]): Buffer[] => frames.map((data) => Buffer.from(data));
const sum = (watch: PacketUnitWatch, first: number, clients: number): number =>
  Array.from({ length: clients }, (_, client) => counter(watch, first + 4 * client)).reduce((all, one) => all + one, 0);

test.skipIf(folder === null).each(setups)(
  '%j at %j: whole, in order, in the chains of the dissector',
  async (names, values) => {
    const parameters = block.resolve(values);
    const ways = await makeWays(block, parameters, names);
    let compared = 0;
    for (const { packets } of captures) {
      const { watch, expected } = replayCapture(ways, packets, { parameters, packetLimit: 64 });
      expect(bytesOf(watch.sent.map(({ data }) => data))).toEqual(bytesOf(packets));
      expect(counter(watch, registers.frames)).toBe(packets.length);
      if (!packets.every((data) => unitReadsAlike(dissect(data)))) continue;
      compared += packets.length;
      expect(watch.records.map((record) => [record.packets, record.bytes])).toEqual(
        expected.map((chain) => [chain.packets, chain.bytes]),
      );
    }
    expect(compared).toBeGreaterThan(0);
  },
);

test.skipIf(folder === null)(
  'frames received are frames delivered and counted drops, and none overtakes another',
  async () => {
    const parameters = block.resolve({ clients: 4 });
    const ways = await makeWays(block, parameters, ['model', 'rtl', 'verilog']);
    const accepting = [5, 10, 3, 12, 9, 6].map((mask) => ({ cycles: 70, mask }));
    let [received, drops] = [0, 0];
    for (const { packets } of captures) {
      const { watch } = replayCapture(ways, packets, { parameters, packetLimit: 4, accepting });
      const dropped = sum(watch, registers.clientDrops, 4);
      expect(sum(watch, registers.clientPackets, 4) + dropped).toBe(packets.length);
      const sent = bytesOf(watch.sent.map(({ data }) => data));
      let next = 0;
      for (const frame of sent) {
        while (next < packets.length && !frame.equals(packets[next]!)) next += 1;
        next += 1;
      }
      expect(next).toBeLessThanOrEqual(packets.length);
      expect(sent.length + dropped).toBe(packets.length);
      received += packets.length;
      drops += dropped;
    }
    expect(drops).toBeGreaterThan(0);
    expect(drops).toBeLessThan(received);
  },
);

test.skipIf(folder === null)('the longer chains may grow, the fewer hashes are made', async () => {
  const parameters = block.resolve({});
  const ways = await makeWays(block, parameters, ['model', 'rtl']);
  const hashes = [1, 2, 4, 8, 16, 64].map((packetLimit) =>
    captures.reduce((all, { packets }) => {
      const { watch } = replayCapture(ways, packets, { parameters, packetLimit });
      return all + counter(watch, registers.hashes);
    }, 0),
  );
  const sorted = [...hashes].sort((left, right) => right - left);
  expect(hashes).toEqual(sorted);
  expect(hashes.at(-1)).toBeLessThan(hashes[0]!);
  process.stdout.write(
    `hashes of ${captures.reduce((all, { packets }) => all + packets.length, 0)} frames: ${hashes.join(' ')}\n`,
  );
});
