import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import { createPacketUnitModel, type DeliveredFrame, PacketUnitDriver } from './index.ts';

const toPort = (port: number, length = 60): Uint8Array =>
  encodeFrame({
    destination: '02:00:00:00:00:02',
    source: '02:00:00:00:00:01',
    content: {
      kind: 'ipv4',
      source: '10.0.0.1',
      destination: '10.0.0.2',
      payload: { kind: 'tcp', sourcePort: 9, destinationPort: port },
    },
    padTo: length,
  });

const ports = Array.from({ length: 40 }, (_, index) => 1000 + index);

/** Where the frames of `ports` go when all clients accept. */
const plan = (clients: 2 | 4 | 8 | 16 = 8): readonly DeliveredFrame[] => {
  const unit = new PacketUnitDriver(createPacketUnitModel({ clients }));
  unit.send(...ports.map((port) => toPort(port)));
  unit.settle();
  return unit.delivered;
};

const perClient = (unit: PacketUnitDriver, clients: number) =>
  Array.from({ length: clients }, (_, client) => ({
    packets: unit.read('client_packets', client),
    chains: unit.read('client_chains', client),
    drops: unit.read('client_drops', client),
    bytes: unit.readClientBytes(client),
  }));

describe.each([2, 4, 8, 16] as const)('with %i clients', (clients) => {
  test('the table names the client', () => {
    const unit = new PacketUnitDriver(createPacketUnitModel({ clients }));
    for (let entry = 0; entry < 128; entry += 1) unit.write('table', (entry * 5 + 1) % clients, entry);
    unit.send(...ports.map((port) => toPort(port)));
    unit.settle();
    expect(unit.delivered.map(({ client }) => client)).toEqual(
      unit.delivered.map(({ hash }) => ((hash & 127) * 5 + 1) % clients),
    );
    expect(unit.delivered.map(({ mask }) => mask)).toEqual(unit.delivered.map(({ client }) => 1 << client));
    expect(unit.chains.map(({ client, mask }) => [client, mask])).toEqual(
      unit.delivered.slice(0, -1).map(({ client, mask }) => [client, mask]),
    );
  });

  test('every client is counted', () => {
    const unit = new PacketUnitDriver(createPacketUnitModel({ clients }));
    const frames = ports.flatMap((port) => [toPort(port, 60 + (port % 7)), toPort(port, 200)]);
    unit.send(...frames);
    unit.settle();
    const expected = Array.from({ length: clients }, (_, client) => {
      const mine = unit.delivered.filter((frame) => frame.client === client);
      return {
        packets: mine.length,
        chains: mine.filter(({ chainStart }) => chainStart).length,
        drops: 0,
        bytes: mine.reduce((sum, { bytes }) => sum + bytes.length, 0),
      };
    });
    expect(perClient(unit, clients)).toEqual(expected);
  });

  test('a client that does not accept loses whole chains, counted, and nobody else does', () => {
    const unaccepting = plan(clients)[0]!.client;
    const unit = new PacketUnitDriver(createPacketUnitModel({ clients }));
    unit.accepting &= ~(1 << unaccepting);
    unit.send(...ports.flatMap((port) => [toPort(port), toPort(port)]));
    unit.settle();
    const through = plan(clients).filter(({ client }) => client !== unaccepting);
    expect(unit.delivered.map(({ bytes }) => bytes)).toEqual(through.flatMap(({ bytes }) => [bytes, bytes]));
    const counts = perClient(unit, clients);
    expect(counts[unaccepting]).toEqual({
      packets: 0,
      chains: 0,
      drops: 2 * (ports.length - through.length),
      bytes: 0,
    });
    expect(unit.read('accepting')).toBe(unit.accepting);
    expect(unit.chains.filter(({ client }) => client === unaccepting).every(({ mask }) => mask === 0)).toBe(true);
  });
});

test('a client that stops accepting within a chain gets the rest of it', () => {
  const unit = new PacketUnitDriver();
  unit.send(...new Array<Uint8Array>(6).fill(toPort(1)));
  unit.runUntil(() => unit.delivered.length >= 2);
  unit.accepting = 0;
  unit.settle();
  expect(unit.delivered.length).toBe(6);
  unit.send(toPort(2));
  unit.settle();
  expect(unit.delivered.length).toBe(6);
});

test('a frame that nobody gets does not wait for the output', () => {
  const unit = new PacketUnitDriver();
  unit.accepting = 0;
  unit.takesFrames = () => false;
  unit.send(...ports.map((port) => toPort(port)));
  unit.settle();
  expect(unit.read('frames')).toBe(ports.length);
  expect(perClient(unit, 8).reduce((sum, { drops }) => sum + drops, 0)).toBe(ports.length);
});

describe('all-SAP entries', () => {
  test('copy the frames of a destination, to those that accept', () => {
    const unit = new PacketUnitDriver();
    const { client } = plan()[0]!;
    const [other, refusing] = [(client + 1) % 8, (client + 2) % 8];
    unit.write('all_sap_low', 2, 1);
    unit.write('all_sap_high', 0x1_0200, 1);
    unit.write('all_sap_clients', (1 << other) | (1 << refusing), 1);
    unit.accepting &= ~(1 << refusing);
    unit.send(toPort(ports[0]!));
    unit.settle();
    expect(unit.delivered.map((frame) => [frame.client, frame.mask])).toEqual([[client, (1 << client) | (1 << other)]]);
    const counts = perClient(unit, 8);
    expect(counts[client]).toEqual({ packets: 1, chains: 1, drops: 0, bytes: 60 });
    expect(counts[other]).toEqual({ packets: 1, chains: 1, drops: 0, bytes: 60 });
    expect(counts[refusing]).toEqual({ packets: 0, chains: 0, drops: 1, bytes: 0 });
  });

  test.each([
    ['another address, low', 3, 0x1_0200],
    ['another address, high', 2, 0x1_0201],
    ['not enabled', 2, 0x0200],
  ])('do not copy: %s', (_, low, high) => {
    const unit = new PacketUnitDriver();
    unit.write('all_sap_low', low);
    unit.write('all_sap_high', high);
    unit.write('all_sap_clients', 0xff);
    unit.send(toPort(1));
    unit.settle();
    const { mask, client } = unit.delivered[0]!;
    expect(mask).toBe(1 << client);
  });

  test('are OR-ed, and do not count for frames that are not good', () => {
    const unit = new PacketUnitDriver();
    for (const entry of [0, 2]) {
      unit.write('all_sap_low', 2, entry);
      unit.write('all_sap_high', 0x1_0200, entry);
      unit.write('all_sap_clients', entry === 0 ? 0x0f : 0xf0, entry);
    }
    unit.send(toPort(1), toPort(1).slice(0, 30));
    unit.settle();
    expect(unit.delivered.map(({ mask }) => mask)).toEqual([0xff, 1]);
  });
});

test('frames without a hash go to the default client', () => {
  const unit = new PacketUnitDriver();
  unit.write('default_client', 5);
  unit.write('hash_types', 0);
  unit.send(toPort(1), toPort(1).slice(0, 13));
  unit.settle();
  expect(unit.delivered.map(({ client, hash, hashType }) => [client, hash, hashType])).toEqual([
    [5, 0, 0],
    [5, 0, 0],
  ]);
});
