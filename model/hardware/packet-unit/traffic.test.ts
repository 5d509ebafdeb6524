import { readdirSync, readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { expect, test as plainTest } from 'vitest';
import { closeReasons, hashTypes, packetUnitParameterSchema } from '../../../rtl/packet-unit/interface.ts';
import { dissect } from '../../../testbench/captures/dissect.ts';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import type { Content, ExtensionHeader, FrameDescription } from '../../../testbench/captures/frame-description.ts';
import { hardFrames } from '../../../testbench/captures/hard-frames.ts';
import { readCapture } from '../../../testbench/captures/read-capture.ts';
import { rssInput } from '../../../testbench/captures/rss.ts';
import { verificationKey } from '../../../testbench/captures/rss-verification-suite.ts';
import { toeplitzHash } from '../../../testbench/captures/toeplitz.ts';
import { createPacketUnitModel, PacketUnitDriver } from './index.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const runs = { numRuns: thorough ? 1000 : 60 };

const few = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values);

const extensionHeader: fc.Arbitrary<ExtensionHeader> = fc.oneof(
  fc.record({ kind: few(0, 43, 60), units: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ kind: fc.constant(44 as const), offset: few(0, 0, 0, 5), moreFragments: fc.boolean() }),
  fc.record({ kind: fc.constant(51 as const), words: fc.integer({ min: 0, max: 4 }) }),
);
const payload = fc.record({
  kind: few('tcp', 'udp'),
  sourcePort: few(1, 0xfffe),
  destinationPort: few(2, 0x8000),
  length: fc.integer({ min: 0, max: 40 }),
});
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.record({
    kind: fc.constant('ipv4' as const),
    source: few('10.0.0.1', '192.168.255.254'),
    destination: few('10.0.0.2', '255.255.255.255'),
    options: few([], [], [1, 1, 1, 0], new Array<number>(40).fill(1)),
    moreFragments: few(false, false, true),
    payload,
  }),
  fc.record({
    kind: fc.constant('ipv6' as const),
    source: few('2001:db8::1', 'fe80::ffff:ffff:ffff:ffff'),
    destination: few('2001:db8::2', 'ff02::1'),
    extensionHeaders: fc.oneof(fc.constant([]), fc.array(extensionHeader, { maxLength: 6 })),
    payload,
  }),
  fc.record({ kind: fc.constant('raw' as const), etherType: few(0x0600, 0x88b5), bytes: fc.constant([1, 2, 3]) }),
  fc.record({
    kind: fc.constant('arp' as const),
    operation: fc.constant(1),
    senderHardware: fc.constant('02:00:00:00:00:01'),
    senderProtocol: fc.constant('10.0.0.1'),
    targetHardware: fc.constant('00:00:00:00:00:00'),
    targetProtocol: fc.constant('10.0.0.2'),
    start: few<[number, number, number, number]>([1, 0x0800, 6, 4], [1, 0x0800, 6, 4], [6, 0x0800, 6, 4]),
  }),
);
const description: fc.Arbitrary<FrameDescription> = fc.record(
  {
    destination: few('02:00:00:00:00:02', '03:00:00:00:00:02'),
    source: few('02:00:00:00:00:01', '02:00:00:00:00:11'),
    tags: fc.array(fc.record({ protocol: few(0x8100, 0x88a8), identifier: few(1, 0xfff) }), { maxLength: 3 }),
    link: few<NonNullable<FrameDescription['link']>>(
      { kind: 'type' },
      { kind: 'type' },
      { kind: 'snap', organization: 0 },
      { kind: 'snap', organization: 12 },
      { kind: 'llc', destination: 0x42, source: 0x42, control: 3 },
    ),
    content,
    padTo: few(0, 60),
    keep: fc.oneof(fc.constant(2000), fc.constant(2000), fc.constant(2000), fc.integer({ min: 1, max: 150 })),
  },
  { requiredKeys: ['destination', 'source', 'content'] },
);
/** Frames with neighbours that are often alike. */
const traffic = fc
  .array(fc.record({ frame: description, times: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 12 })
  .map((groups) => groups.flatMap(({ frame, times }) => new Array<Uint8Array>(times).fill(encodeFrame(frame))));

const parameters = fc.record({
  dataWidth: few(...packetUnitParameterSchema.dataWidth.choices),
  clients: few(...packetUnitParameterSchema.clients.choices),
  hashWidth: few(...packetUnitParameterSchema.hashWidth.choices),
});

/** A pattern of cycles, repeated; true at least once. */
const pace = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 12 })
  .map((pattern) => [...pattern, true])
  .map((pattern) => (cycle: number) => pattern[cycle % pattern.length]!);

const run = (unit: PacketUnitDriver, frames: readonly Uint8Array[]): void => {
  unit.send(...frames);
  unit.settle(200);
};

const withoutCycles = (unit: PacketUnitDriver) => ({
  delivered: unit.delivered.map(({ firstCycle: _first, lastCycle: _last, ...frame }) => frame),
  chains: unit.chains.map(({ cycle: _cycle, ...chain }) => chain),
});

test.prop([parameters, traffic, pace, pace, pace], runs)(
  'how fast anybody is changes nothing but the time',
  (geometry, frames, offers, takesFrames, takesChains) => {
    const [smooth, rough] = [0, 1].map(() => {
      const unit = new PacketUnitDriver(createPacketUnitModel(geometry));
      unit.write('idle_limit', 0);
      unit.write('packet_limit', 3);
      return unit;
    }) as [PacketUnitDriver, PacketUnitDriver];
    Object.assign(rough, { offers, takesFrames, takesChains });
    run(smooth, frames);
    run(rough, frames);
    expect(withoutCycles(rough)).toEqual(withoutCycles(smooth));
    expect(smooth.delivered.map(({ bytes }) => bytes)).toEqual(frames);
  },
);

test.prop([parameters, traffic, fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), fc.nat(), pace], runs)(
  'frames received are delivered or dropped, in order, and counted',
  (geometry, frames, acceptings, copies, takesFrames) => {
    const { clients } = geometry;
    const everyone = 2 ** clients - 1;
    const unit = new PacketUnitDriver(createPacketUnitModel(geometry));
    unit.write('idle_limit', 20);
    unit.write('all_sap_low', 2);
    unit.write('all_sap_high', 0x1_0200);
    unit.write('all_sap_clients', copies & everyone);
    unit.takesFrames = (cycle) => {
      unit.accepting = acceptings[Math.floor(cycle / 8) % acceptings.length]! & everyone;
      return takesFrames(cycle);
    };
    run(unit, frames);
    let next = 0;
    for (const { bytes } of unit.delivered) {
      while (next < frames.length && Buffer.compare(frames[next]!, bytes) !== 0) next += 1;
      expect(next).toBeLessThan(frames.length);
      next += 1;
    }
    const { chains, delivered } = unit;
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    expect(sum(chains.map(({ packets }) => packets))).toBe(frames.length);
    expect(sum(chains.map(({ bytes }) => bytes))).toBe(sum(frames.map(({ length }) => length)));
    expect(chains.at(-1)!.reason).toBe(closeReasons.idle);
    expect(chains.map(({ chain }) => chain)).toEqual(chains.map((_, index) => index));
    expect(unit.read('frames')).toBe(frames.length);
    expect(unit.read('chains')).toBe(chains.length);
    expect(unit.read('hashes')).toBe(chains.filter(({ hashType }) => hashType !== hashTypes.none).length);
    const nobody = sum(chains.filter(({ mask }) => mask === 0).map(({ packets }) => packets));
    expect(delivered.length).toBe(frames.length - nobody);
    for (let client = 0; client < clients; client += 1) {
      const gets = <Marked extends { mask: number }>(marked: readonly Marked[]) =>
        marked.filter(({ mask }) => (mask >>> client) & 1);
      expect(unit.read('client_packets', client)).toBe(sum(gets(chains).map(({ packets }) => packets)));
      expect(unit.read('client_chains', client)).toBe(gets(chains).length);
      expect(unit.readClientBytes(client)).toBe(sum(gets(delivered).map(({ bytes }) => bytes.length)));
      const named = chains.filter((chain) => chain.client === client);
      const dropped = sum(named.filter(({ mask }) => ((mask >>> client) & 1) === 0).map(({ packets }) => packets));
      const drops = unit.read('client_drops', client);
      if (((copies >>> client) & 1) === 0) expect(drops).toBe(dropped);
      else expect(drops).toBeGreaterThanOrEqual(dropped);
    }
  },
);

/** What RSS makes of a frame that an independent dissector reads to the end; null where the unit stops earlier by its limits. */
const judged = (bytes: Uint8Array): { hash: number; hashed: boolean } | null => {
  const dissection = dissect(bytes);
  const { ipv4, ipv6, tags, transport, faults } = dissection;
  if (faults.length > 0 || tags.length > 2 || (tags.length === 2 && dissection.llc !== undefined)) return null;
  if (ipv6 !== undefined && (ipv6.extensionHeaders.length > 4 || (transport?.offset ?? 0) > 124)) return null;
  // The standard knows ARP of other hardware; to the unit it is malformed.
  if (dissection.arp !== undefined && dissection.arp.hardwareType !== 1) return null;
  const { type, input } = rssInput(dissection);
  if (type === 'none' && (ipv4 ?? ipv6) !== undefined) return null;
  return { hash: toeplitzHash(verificationKey, input), hashed: type !== 'none' };
};

const compareWithDissector = (frames: readonly Uint8Array[]): number => {
  const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth: 256 }));
  run(unit, frames);
  let compared = 0;
  unit.delivered.forEach(({ bytes, hash, hashType }, index) => {
    const answer = judged(frames[index]!);
    if (answer === null) return;
    compared += 1;
    if (answer.hashed) expect(hash).toBe(answer.hash);
    else expect(hashType).toBe(hashTypes.destination);
    expect(bytes).toEqual(frames[index]);
  });
  return compared;
};

test.prop([traffic], runs)('hashes are those of an independent dissector and an independent hash', (frames) => {
  compareWithDissector(frames);
});

const recorded = new URL('../../../testbench/captures/recorded/', import.meta.url);
const captures = readdirSync(recorded).filter((name) => /\.pcap(ng)?$/.test(name));

plainTest.each(captures)('hashes of recorded traffic are those of the dissector: %s', (name) => {
  const { packets } = readCapture(readFileSync(new URL(name, recorded)), name, { truncated: 'keep' });
  expect(packets.length).toBeGreaterThan(0);
  expect(compareWithDissector(packets.map(({ data }) => Uint8Array.from(data)))).toBeGreaterThan(packets.length / 4);
});

plainTest('frames truncated at every byte go through unchanged and are counted', () => {
  for (const dataWidth of [64, 512] as const) {
    const unit = new PacketUnitDriver(createPacketUnitModel({ dataWidth }));
    const cut = hardFrames.flatMap(({ frame }) => Array.from(frame, (_, length) => frame.slice(0, length)));
    run(unit, cut);
    expect(unit.delivered.map(({ bytes }) => bytes)).toEqual(cut);
    const decided = (length: number, needed: number) => length >= needed;
    const needs: Readonly<Record<string, number>> = {
      'first fragment': 34,
      'later fragment': 34,
      'IPv4 with options': 50,
      'one VLAN tag': 42,
      ICMP: 34,
      'TCP over IPv6': 58,
    };
    const truncated = hardFrames.flatMap(({ name, frame }) =>
      Array.from(frame, (_, length) => (decided(length, needs[name] ?? 38) ? 0 : 1)),
    );
    expect(unit.read('truncated')).toBe(truncated.reduce((total: number, one) => total + one, 0));
    expect(unit.delivered.map(({ hashType }) => (hashType === hashTypes.none ? 1 : 0))).toEqual(truncated);
  }
});

plainTest('what is offered stands until it is taken', () => {
  const unit = new PacketUnitDriver();
  unit.write('packet_limit', 1);
  unit.takesFrames = (cycle) => cycle % 7 === 0;
  unit.takesChains = (cycle) => cycle % 11 === 0;
  unit.send(...hardFrames.map(({ frame }) => frame));
  const { outputs, inputs } = unit.unit.layout;
  const held = (prefix: string) => {
    const payload = outputs.filter(({ name }) => name.startsWith(`${prefix}_t`) && !name.endsWith('tready'));
    const ready = inputs.find(({ name }) => name === `${prefix}_tready`)!;
    const values = () => payload.flatMap(({ word, words }) => [...unit.outputs.subarray(word, word + words)]);
    const valid = outputs.find(({ name }) => name === `${prefix}_tvalid`)!;
    let waiting: number[] | null = null;
    return () => {
      if (waiting !== null) expect(values()).toEqual(waiting);
      waiting = unit.outputs[valid.word] === 1 && unit.inputs[ready.word] === 0 ? values() : null;
    };
  };
  const checks = [held('m_axis'), held('m_axis_chain')];
  for (let cycle = 0; cycle < 1500; cycle += 1) {
    unit.step();
    for (const check of checks) check();
  }
  expect(unit.delivered.length).toBe(9);
});
