import { describe, expect, test } from 'vitest';
import { closeReasons, hashTypes } from '../../../rtl/packet-unit/interface.ts';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import { chainKeyBit, hashTypeBit, PacketUnitDriver } from './index.ts';

interface Flow {
  readonly destination?: string;
  readonly source?: string;
  readonly vlan?: number;
  readonly etherType?: number;
  readonly length?: number;
}

/** A frame that no network protocol is looked for in. */
const plain = ({
  destination = '02:00:00:00:00:02',
  source = '02:00:00:00:00:01',
  vlan,
  etherType = 0x88b5,
  length = 60,
}: Flow = {}) =>
  encodeFrame({
    destination,
    source,
    tags: vlan === undefined ? [] : [{ protocol: 0x8100, identifier: vlan }],
    content: { kind: 'raw', etherType, bytes: [] },
    padTo: length,
  });

const udp = (sourcePort: number, destination = '10.0.0.2') =>
  encodeFrame({
    destination: '02:00:00:00:00:02',
    source: '02:00:00:00:00:01',
    content: {
      kind: 'ipv4',
      source: '10.0.0.1',
      destination,
      payload: { kind: 'udp', sourcePort, destinationPort: 53, length: 20 },
    },
    padTo: 60,
  });

/** Chains as lists of the frames' places, from the marks on the frames; after checking them against the records. */
const chainsOf = (unit: PacketUnitDriver): number[][] => {
  const chains: number[][] = [];
  unit.delivered.forEach((frame, index) => {
    if (frame.chainStart) chains.push([]);
    chains.at(-1)!.push(index);
    expect(frame.chain).toBe(chains.length - 1);
  });
  unit.chains.forEach((record, index) => {
    const frames = chains[index]!.map((place) => unit.delivered[place]!);
    expect(record.chain).toBe(index);
    expect(record.packets).toBe(frames.length);
    expect(record.bytes).toBe(frames.reduce((sum, frame) => sum + frame.bytes.length, 0));
    for (const { hash, hashType, client, mask } of frames) {
      expect({ hash, hashType, client, mask }).toEqual({
        hash: record.hash,
        hashType: record.hashType,
        client: record.client,
        mask: record.mask,
      });
    }
  });
  return chains;
};

const send = (unit: PacketUnitDriver, ...frames: Uint8Array[]): number[][] => {
  unit.send(...frames);
  unit.settle();
  return chainsOf(unit);
};

describe('what makes a chain', () => {
  test('neighbours that are alike, and no others', () => {
    const [a, b] = [plain(), plain({ destination: '02:00:00:00:00:03' })];
    const unit = new PacketUnitDriver();
    expect(send(unit, a, a, a, b, b, a)).toEqual([[0, 1, 2], [3, 4], [5]]);
    expect(unit.chains.map(({ reason }) => reason)).toEqual([closeReasons.difference, closeReasons.difference]);
    expect(unit.delivered.map(({ hashType }) => hashType)).toEqual(new Array(6).fill(hashTypes.destination));
  });

  test.each([
    ['vlan', { vlan: 1 }, { vlan: 2 }],
    ['vlan', {}, { vlan: 0 }],
    ['sap', { etherType: 0x88b5 }, { etherType: 0x88b6 }],
    ['destination', { destination: '02:00:00:00:00:02' }, { destination: '03:00:00:00:00:02' }],
    ['source', { source: '02:00:00:00:00:01' }, { source: '02:00:00:00:00:11' }],
  ] as const)('the key chooses: %s', (field, one, other) => {
    for (const chosen of [false, true]) {
      const unit = new PacketUnitDriver();
      unit.write('hash_types', 0);
      unit.write('chain_key', chosen ? chainKeyBit[field] : 0x3f & ~chainKeyBit[field]);
      expect(send(unit, plain(one), plain(other))).toEqual(chosen ? [[0], [1]] : [[0, 1]]);
    }
  });

  test('the key chooses: addresses and ports', () => {
    const frames = [udp(1), udp(2), udp(2, '10.0.0.3')];
    const under = (key: number) => {
      const unit = new PacketUnitDriver();
      unit.write('hash_types', 0);
      unit.write('chain_key', key);
      return send(unit, ...frames);
    };
    expect(under(0)).toEqual([[0, 1, 2]]);
    expect(under(chainKeyBit.addresses)).toEqual([[0, 1], [2]]);
    expect(under(chainKeyBit.ports)).toEqual([[0], [1, 2]]);
  });

  test('what is hashed belongs to the key', () => {
    const under = (types: number) => {
      const unit = new PacketUnitDriver();
      unit.write('hash_types', types);
      unit.write('chain_key', 0);
      return send(
        unit,
        udp(1),
        udp(2),
        udp(2, '10.0.0.3'),
        plain(),
        plain({ vlan: 1 }),
        plain({ source: '02:00:00:00:00:05' }),
      );
    };
    expect(under(hashTypeBit.ipv4)).toEqual([[0, 1], [2], [3, 4, 5]]);
    expect(under(hashTypeBit.udp_ipv4)).toEqual([[0], [1], [2], [3, 4, 5]]);
    expect(under(hashTypeBit.destination)).toEqual([[0, 1, 2], [3], [4], [5]]);
  });

  test('frames of another status are of another chain', () => {
    const unit = new PacketUnitDriver();
    unit.write('chain_key', 0);
    unit.write('hash_types', 0);
    const malformed = udp(1);
    malformed[14] = 0x55;
    expect(send(unit, udp(1), malformed, malformed, udp(1).slice(0, 20), udp(1).slice(0, 30), udp(1))).toEqual([
      [0],
      [1, 2],
      [3, 4],
      [5],
    ]);
    expect([unit.read('malformed'), unit.read('truncated')]).toEqual([2, 2]);
    expect(unit.delivered.slice(1, 5).map(({ hashType, hash, client }) => [hashType, hash, client])).toEqual(
      new Array(4).fill([0, 0, 0]),
    );
  });

  test('an enabled all-SAP entry makes the destination count', () => {
    const frames = [plain(), plain({ destination: '02:00:00:00:00:03' })];
    const unit = new PacketUnitDriver();
    unit.write('hash_types', 0);
    unit.write('chain_key', 0);
    expect(send(unit, ...frames)).toEqual([[0, 1]]);
    unit.write('all_sap_high', 0x1_0000, 3);
    expect(send(unit, ...frames)).toEqual([[0, 1, 2], [3]]);
  });
});

describe('when a chain closes', () => {
  test('at a packet limit', () => {
    const unit = new PacketUnitDriver();
    unit.write('packet_limit', 3);
    expect(send(unit, ...new Array<Uint8Array>(8).fill(plain()))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
    expect(unit.chains.map(({ reason }) => reason)).toEqual([closeReasons.packets, closeReasons.packets]);
  });

  test('at a byte limit, by the frame that reaches it', () => {
    const unit = new PacketUnitDriver();
    unit.write('byte_limit', 200);
    const frames = [100, 99, 100, 100, 100, 100].map((length) => plain({ length }));
    expect(send(unit, ...frames)).toEqual([[0, 1, 2], [3, 4], [5]]);
    expect(unit.chains.map(({ reason, bytes }) => [reason, bytes])).toEqual([
      [closeReasons.bytes, 299],
      [closeReasons.bytes, 200],
    ]);
  });

  test('the packet limit is named when both are reached', () => {
    const unit = new PacketUnitDriver();
    unit.write('byte_limit', 120);
    unit.write('packet_limit', 2);
    send(unit, plain(), plain(), plain());
    expect(unit.chains.map(({ reason }) => reason)).toEqual([closeReasons.packets]);
  });

  test('a full chain closes at once when the line is free, with its reason', () => {
    const unit = new PacketUnitDriver();
    unit.write('packet_limit', 1);
    unit.write('idle_limit', 0);
    expect(send(unit, plain())).toEqual([[0]]);
    expect(unit.chains.map(({ reason }) => reason)).toEqual([closeReasons.packets]);
  });

  test('without limits a chain goes on to 65535 packets', () => {
    const unit = new PacketUnitDriver();
    unit.write('packet_limit', 0);
    unit.write('byte_limit', 0);
    const frame = plain({ length: 14 });
    for (let count = 0; count < 65536; count += 1) unit.send(frame);
    unit.run(2 * 65536 + 100);
    expect(unit.chains.map(({ packets, reason, bytes }) => [packets, reason, bytes])).toEqual([
      [65535, closeReasons.packets, 65535 * 14],
    ]);
  });

  test('when the line is idle, counted from the last of the frame in the parser', () => {
    const closes = [5, 6, 100].map((limit) => {
      const unit = new PacketUnitDriver();
      unit.write('idle_limit', limit);
      unit.send(plain());
      unit.run(300);
      expect(chainsOf(unit)).toEqual([[0]]);
      expect(unit.chains[0]!.reason).toBe(closeReasons.idle);
      return unit.chains[0]!.cycle - unit.delivered[0]!.lastCycle;
    });
    // The record goes behind the frame's own way through the hash until the limit is the longer of the two.
    expect(closes[2]! - closes[1]!).toBe(94);
    const never = new PacketUnitDriver();
    never.write('idle_limit', 0);
    never.send(plain());
    never.run(3000);
    expect(never.chains).toEqual([]);
  });

  test('never in the middle of a frame', () => {
    const unit = new PacketUnitDriver();
    unit.write('idle_limit', 1);
    unit.offers = (cycle) => cycle % 50 === 0;
    unit.send(plain(), plain());
    unit.run(1200);
    // Every beat but a frame's last leaves the line empty for longer than the limit: a gap between frames closes, one within does not.
    expect(chainsOf(unit)).toEqual([[0], [1]]);
    expect(unit.chains.map(({ bytes }) => bytes)).toEqual([60, 60]);
  });
});

test('hashes are made once a chain', () => {
  const unit = new PacketUnitDriver();
  send(unit, ...new Array<Uint8Array>(30).fill(udp(7)), udp(8));
  expect([unit.read('frames'), unit.read('chains'), unit.read('hashes')]).toEqual([31, 2, 2]);
  unit.write('hash_types', 0);
  send(unit, udp(9));
  expect([unit.read('frames'), unit.read('chains'), unit.read('hashes')]).toEqual([32, 3, 2]);
});
