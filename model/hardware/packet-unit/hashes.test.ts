import { expect, test } from 'vitest';
import { hashTypes } from '../../../rtl/packet-unit/interface.ts';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import { hardFrames } from '../../../testbench/captures/hard-frames.ts';
import { type VerificationVector, verificationSuite } from '../../../testbench/captures/rss-verification-suite.ts';
import { createPacketUnitModel, PacketUnitDriver } from './index.ts';

const tcpFrame = ({ network, source, destination, sourcePort, destinationPort }: VerificationVector): Uint8Array =>
  encodeFrame({
    destination: '02:00:00:00:00:02',
    source: '02:00:00:00:00:01',
    content: {
      kind: network === 4 ? 'ipv4' : 'ipv6',
      source,
      destination,
      payload: { kind: 'tcp', sourcePort, destinationPort, length: 6 },
    },
  });

const geometries = ([64, 128, 256, 512] as const).flatMap((dataWidth) =>
  ([16, 32, 48, 96, 144, 288] as const).map((hashWidth) => ({ dataWidth, hashWidth })),
);

test.each(geometries)('answers the RSS verification suite and the hard frames: %o', (geometry) => {
  const unit = new PacketUnitDriver(createPacketUnitModel(geometry));
  unit.send(...hardFrames.map(({ frame }) => frame));
  unit.send(...verificationSuite.map(tcpFrame));
  unit.settle();
  const answers = unit.delivered.map((frame) => ({ type: frame.hashType, hash: frame.hash }));
  expect(answers).toEqual([
    ...hardFrames.map((hard) => ({ type: hashTypes[hard.hashType], hash: hard.hash })),
    ...verificationSuite.map(({ network, tcpHash }) => ({
      type: network === 4 ? hashTypes.tcp_ipv4 : hashTypes.tcp_ipv6,
      hash: tcpHash,
    })),
  ]);
  expect(unit.delivered.map(({ client, hash }) => client === hash % 8)).not.toContain(false);
});

test('answers the address hashes of the suite when the port types are off', () => {
  const unit = new PacketUnitDriver();
  unit.write('hash_types', 0b0010010);
  unit.send(...verificationSuite.map(tcpFrame));
  unit.settle();
  expect(unit.delivered.map(({ hash }) => hash)).toEqual(verificationSuite.map(({ addressHash }) => addressHash));
});
