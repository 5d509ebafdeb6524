import { encodeFrame } from './encode-frame.ts';
import type { Content, FrameDescription, Ipv4Content } from './frame-description.ts';
import { type VerificationVector, verificationSuite } from './rss-verification-suite.ts';

/** A frame that open RSS hash units are known to answer wrongly, with the right answer. */
export interface HardFrame {
  readonly name: string;
  readonly description: FrameDescription;
  readonly frame: Uint8Array;
  /** The RSS hash type that applies when all are enabled. */
  readonly hashType: 'ipv4' | 'tcp_ipv4' | 'tcp_ipv6';
  /** The hash under the key of the verification suite. */
  readonly hash: number;
}

const ends = ({ source, destination }: VerificationVector) => ({ source, destination });
const tcp = ({ sourcePort, destinationPort }: VerificationVector) =>
  ({ kind: 'tcp', sourcePort, destinationPort, length: 32 }) as const;

const overIpv4 = (vector: VerificationVector, change: Partial<Ipv4Content> = {}): Ipv4Content => ({
  kind: 'ipv4',
  ...ends(vector),
  payload: tcp(vector),
  ...change,
});

const hard = (
  name: string,
  content: Content,
  hashType: HardFrame['hashType'],
  hash: number,
  tags: FrameDescription['tags'] = [],
): HardFrame => {
  const description = { destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01', tags, content, padTo: 60 };
  return { name, description, frame: encodeFrame(description), hashType, hash };
};

const [first, second, third, fourth, fifth, sixth] = verificationSuite as readonly [
  VerificationVector,
  VerificationVector,
  VerificationVector,
  VerificationVector,
  VerificationVector,
  VerificationVector,
];

/**
 * Nine frames whose answers are those of Microsoft's verification suite. By "RSS hashing types", a fragment is hashed by its addresses
 * alone, the first one too, though it holds ports; so is a packet of a transport that has no hash type, such as ICMP.
 */
export const hardFrames: readonly HardFrame[] = [
  hard('TCP over IPv4, first', overIpv4(first), 'tcp_ipv4', first.tcpHash),
  hard('TCP over IPv4, second', overIpv4(second), 'tcp_ipv4', second.tcpHash),
  hard('TCP over IPv4, third', overIpv4(third), 'tcp_ipv4', third.tcpHash),
  hard('first fragment', overIpv4(fourth, { identification: 7, moreFragments: true }), 'ipv4', fourth.addressHash),
  hard('later fragment', overIpv4(fifth, { identification: 7, fragmentOffset: 185 }), 'ipv4', fifth.addressHash),
  hard(
    'IPv4 with options',
    // Record route with room for two addresses (RFC 791): the ports lie 12 bytes later.
    overIpv4(fourth, { options: [7, 11, 4, ...new Array<number>(8).fill(0), 0] }),
    'tcp_ipv4',
    fourth.tcpHash,
  ),
  hard('one VLAN tag', overIpv4(fifth), 'tcp_ipv4', fifth.tcpHash, [{ protocol: 0x8100, identifier: 100 }]),
  hard('ICMP', overIpv4(first, { payload: { kind: 'echo', length: 32 } }), 'ipv4', first.addressHash),
  hard('TCP over IPv6', { kind: 'ipv6', ...ends(sixth), payload: tcp(sixth) }, 'tcp_ipv6', sixth.tcpHash),
];
