import { expect, test } from 'vitest';
import { encodeFrame } from '../../../captures/encode-frame.ts';
import { lockstep } from '../../lockstep.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { makeWays } from '../../ways.ts';
import { drivePacketUnit } from './drive.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { plainScenario } from './scenario.ts';

const longest = 1600;
const flow = encodeFrame({
  destination: '02:00:00:00:00:01',
  source: '02:00:00:00:00:02',
  content: {
    kind: 'ipv4',
    source: '192.0.2.1',
    destination: '192.0.2.2',
    totalLength: longest,
    payload: { kind: 'udp', sourcePort: 80, destinationPort: 443, length: longest },
  },
});

/** Frames of one length, back to back. */
const repeats = 3;
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Every length, or those around the headers and some of the others. */
const lengths = Array.from({ length: longest }, (_, index) => index + 1).filter(
  (bytes) => thorough || bytes <= 130 || bytes % 97 === 0 || bytes > longest - 3,
);

test.each([64, 128, 256, 512])('one beat a cycle for any length from 1 to 1600 bytes at %i bits', async (dataWidth) => {
  const parameters = block.resolve({ dataWidth });
  const ways = await makeWays(block, parameters, ['model', 'rtl']);
  const layout = ways[0]!.layout;
  const frames = lengths.flatMap((bytes) => Array.from({ length: repeats }, () => flow.subarray(0, bytes)));
  const unlimited = [registers.packetLimit, registers.byteLimit].map(
    (address) => ({ kind: 'write', address, data: 0, strobes: 15, wait: 0, dataWait: 0 }) as const,
  );
  const scenario = plainScenario(frames, { settings: unlimited, readBack: false });
  const ready = outputSlot(layout, 's_axis_tready').word;
  const offered = inputSlot(layout, 's_axis_tvalid').word;
  const valid = outputSlot(layout, 'm_axis_tvalid').word;
  const last = outputSlot(layout, 'm_axis_tlast').word;
  let stalls = 0;
  let bubbles = 0;
  let waiting = 0;
  let left = 0;
  let frame = 0;
  let begun = false;
  let taken = 0;
  const watch = {
    name: 'line rate',
    cycle(inputs: Uint32Array, outputs: Uint32Array) {
      if (inputs[offered] !== 0 && outputs[ready] === 0) stalls += 1;
      taken += inputs[offered]! & outputs[ready]!;
      if (outputs[valid] === 0) {
        waiting += 1;
        return null;
      }
      // Between lengths there may be a pause: a frame cut within its headers is of another chain, whose hash is waited for.
      if (begun || frame % repeats !== 0) bubbles += waiting;
      waiting = 0;
      left += 1;
      begun = outputs[last] === 0;
      if (!begun) frame += 1;
      return null;
    },
  };
  const result = lockstep(ways, drivePacketUnit(scenario, layout), 10_000_000, { scoreboards: [watch] });
  expect(result.difference).toBeNull();
  expect(result.ended).toBe(true);
  const beats = frames.reduce((sum, frame) => sum + Math.ceil((frame.length * 8) / dataWidth), 0);
  expect({ taken, left, stalls, bubbles }).toEqual({ taken: beats, left: beats, stalls: 0, bubbles: 0 });
});
