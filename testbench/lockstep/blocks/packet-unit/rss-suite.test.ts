import { expect, test } from 'vitest';
import { encodeFrame } from '../../../captures/encode-frame.ts';
import { verificationSuite } from '../../../captures/rss-verification-suite.ts';
import { lockstep } from '../../lockstep.ts';
import { wayNames } from '../../way.ts';
import { makeWays } from '../../ways.ts';
import { drivePacketUnit } from './drive.ts';
import { packetUnitBlock as block } from './index.ts';
import { registers } from './registers.ts';
import { plainScenario } from './scenario.ts';
import { PacketUnitWatch } from './watch.ts';

const frames = verificationSuite.map(({ network, source, destination, sourcePort, destinationPort }) =>
  encodeFrame({
    destination: '02:00:00:00:00:01',
    source: '02:00:00:00:00:02',
    content: {
      kind: network === 4 ? 'ipv4' : 'ipv6',
      source,
      destination,
      payload: { kind: 'tcp', sourcePort, destinationPort },
    },
  }),
);

/** Synthesis to gates takes minutes where it is not in the cache. */
const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** Only IPv4 and IPv6 addresses are hashed, without ports. */
const addressesOnly = {
  kind: 'write',
  address: registers.hashTypes,
  data: 0x12,
  strobes: 15,
  wait: 0,
  dataWait: 0,
} as const;

test.each([
  ['TCP and addresses', [], verificationSuite.map((vector) => vector.tcpHash)],
  ['addresses alone', [addressesOnly], verificationSuite.map((vector) => vector.addressHash)],
])("Microsoft's verification suite, %s, in every way of running", async (_name, settings, hashes) => {
  const parameters = block.resolve({});
  const ways = await makeWays(block, parameters, thorough ? wayNames : ['model', 'rtl', 'verilog']);
  const scenario = plainScenario(frames, { settings, readBack: false });
  for (const way of ways) {
    const watch = new PacketUnitWatch(way.layout);
    const follow = {
      name: 'watch',
      cycle: (inputs: Uint32Array, outputs: Uint32Array) => watch.cycle(inputs, outputs),
    };
    const result = lockstep([way], drivePacketUnit(scenario, way.layout), 10_000, { scoreboards: [follow] });
    expect(result.ended).toBe(true);
    expect(watch.sent.map((frame) => frame.hash)).toEqual(hashes);
  }
});
