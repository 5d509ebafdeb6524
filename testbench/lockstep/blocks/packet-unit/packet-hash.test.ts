/** The parser and hash engine alone, in hardware: the nine hard frames, and how soon their hashes come. */
import { expect, test } from 'vitest';
import { elaborate } from '../../../../rtl/hdl/index.ts';
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { packetHash } from '../../../../rtl/packet-unit/hash.ts';
import { packetUnitParameters } from '../../../../rtl/packet-unit/interface.ts';
import { hardFrames } from '../../../captures/hard-frames.ts';
import { verificationKey } from '../../../captures/rss-verification-suite.ts';
import { always } from '../../axi/run-lengths.ts';
import { inputSlot, outputSlot, writeSlot } from '../../ports.ts';
import type { Way } from '../../way.ts';
import { rtlWay, verilogWay } from '../../ways.ts';
import { FrameSource } from './frame-source.ts';

type DataWidth = 64 | 128 | 256 | 512;
const dataWidths: readonly DataWidth[] = [64, 128, 256, 512];

const typeNumbers = { ipv4: 1, tcp_ipv4: 2, tcp_ipv6: 5 } as const;
const right = hardFrames.map(({ hash, hashType }) => ({ hash, type: typeNumbers[hashType] }));

const parametersOf = (dataWidth: DataWidth) => packetUnitParameters({ dataWidth });
const hardware = (dataWidth: DataWidth) => elaborate(packetHash(parametersOf(dataWidth)));

interface Answer {
  readonly hash: number;
  readonly type: number;
  readonly cycle: number;
}

const start = (layout: PortLayout): Uint32Array => {
  const inputs = new Uint32Array(layout.inputWords);
  for (const enable of ['ipv4', 'tcp_ipv4', 'udp_ipv4', 'ipv6', 'tcp_ipv6', 'udp_ipv6'])
    writeSlot(inputs, inputSlot(layout, `enable_${enable}`), 1n);
  writeSlot(inputs, inputSlot(layout, 'hash_key'), BigInt(`0x${Buffer.from(verificationKey).toString('hex')}`));
  writeSlot(inputs, inputSlot(layout, 'aresetn'), 1n);
  return inputs;
};

/** The answers to frames sent one right behind the other, and the cycles in which their beats were taken. */
const answersTo = (way: Way, frames: readonly Uint8Array[]): { answers: Answer[]; taken: number[] } => {
  way.reset();
  const { layout } = way;
  const inputs = start(layout);
  const outputs = new Uint32Array(layout.outputWords);
  const source = new FrameSource(
    layout,
    frames.map((data) => ({ data, gap: 0, keep: 'plain' })),
  );
  const [valid, hash, type] = ['hash_valid', 'hash', 'hash_type'].map((name) => outputSlot(layout, name).word);
  const offered = inputSlot(layout, 's_axis_tvalid').word;
  const ready = outputSlot(layout, 's_axis_tready').word;
  const answers: Answer[] = [];
  const taken: number[] = [];
  for (let cycle = 0; answers.length < frames.length && cycle < 1000; cycle += 1) {
    source.drive(inputs, outputs, true, always);
    way.step(inputs, outputs);
    if (inputs[offered] !== 0 && outputs[ready] !== 0) taken.push(cycle);
    if (outputs[valid!] !== 0) answers.push({ hash: outputs[hash!]!, type: outputs[type!]!, cycle });
  }
  return { answers, taken };
};

const plain = ({ hash, type }: Answer) => ({ hash, type });

test.each(dataWidths)('all nine hard frames are answered rightly at %i bits', (dataWidth) => {
  const { answers } = answersTo(
    rtlWay(hardware(dataWidth)),
    hardFrames.map(({ frame }) => frame),
  );
  expect(answers.map(plain)).toEqual(right);
});

test('the emitted Verilog answers all nine rightly', async () => {
  const { answers } = answersTo(
    await verilogWay(hardware(64)),
    hardFrames.map(({ frame }) => frame),
  );
  expect(answers.map(plain)).toEqual(right);
});

/** Bytes that must have come before the hash type is known: to the end of the ports, or of IPv4's header. */
const needs: Readonly<Record<string, number>> = {
  'first fragment': 34,
  'later fragment': 34,
  'IPv4 with options': 50,
  'one VLAN tag': 42,
  ICMP: 34,
  'TCP over IPv6': 58,
};
const inputBits = { ipv4: 64, tcp_ipv4: 96, tcp_ipv6: 288 } as const;

test.each(dataWidths)('a hash comes five cycles and its steps after the deciding beat at %i bits', (dataWidth) => {
  const way = rtlWay(hardware(dataWidth));
  const { hashWidth } = parametersOf(dataWidth);
  const found = hardFrames.map(({ name, frame }) => {
    const { answers, taken } = answersTo(way, [frame]);
    const deciding = Math.floor(((needs[name] ?? 38) - 1) / (dataWidth / 8));
    return answers[0]!.cycle - taken[deciding]!;
  });
  expect(found).toEqual(hardFrames.map(({ hashType }) => 5 + Math.ceil(inputBits[hashType] / hashWidth)));
});
