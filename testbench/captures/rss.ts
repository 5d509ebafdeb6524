import type { Dissection } from './dissection.ts';

export type RssHashType = 'none' | 'ipv4' | 'tcp_ipv4' | 'udp_ipv4' | 'ipv6' | 'tcp_ipv6' | 'udp_ipv6';

export const allRssHashTypes: ReadonlySet<RssHashType> = new Set([
  'ipv4',
  'tcp_ipv4',
  'udp_ipv4',
  'ipv6',
  'tcp_ipv6',
  'udp_ipv6',
]);

export interface RssInput {
  readonly type: RssHashType;
  /** Bytes to hash, first byte first; empty for `none`. */
  readonly input: Uint8Array;
}

/**
 * What RSS hashes of a frame. The most specific enabled type that fits wins; fragments, the first included, fit the address types alone.
 * Frames whose headers cannot be told up to the ports have no hash. Source: Microsoft, "RSS hashing types" and "RSS hashing functions";
 * the types for IPv6 with addresses taken from extension headers (`_EX`) are not offered.
 */
export const rssInput = (
  { ipv4, ipv6, transport, faults }: Dissection,
  enabled: ReadonlySet<RssHashType> = allRssHashTypes,
): RssInput => {
  const none: RssInput = { type: 'none', input: new Uint8Array() };
  const ip = ipv4 ?? ipv6;
  if (ip === undefined || faults.some(({ stops }) => stops)) return none;
  const network: 'ipv4' | 'ipv6' = ipv4 === undefined ? 'ipv6' : 'ipv4';
  const addresses = [...ip.source, ...ip.destination];
  if (ip.fragment === 'whole' && transport?.sourcePort !== undefined && transport.destinationPort !== undefined) {
    const type: RssHashType = `${transport.protocol === 6 ? 'tcp' : 'udp'}_${network}`;
    const ports = [transport.sourcePort, transport.destinationPort].flatMap((port) => [port >>> 8, port & 0xff]);
    if (enabled.has(type)) return { type, input: Uint8Array.from([...addresses, ...ports]) };
  }
  return enabled.has(network) ? { type: network, input: Uint8Array.from(addresses) } : none;
};
