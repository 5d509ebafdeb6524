import type { Dissection } from './dissection.ts';
import { allRssHashTypes, type RssHashType, rssInput } from './rss.ts';

/** Which fields must agree between neighbours for one chain, beside what is hashed. Source: US 7,457,316. */
export interface ChainFields {
  /** Identifiers of all VLAN tags. */
  readonly vlan?: boolean;
  /** Service access point: the EtherType, or the two access points of LLC. */
  readonly sap?: boolean;
  /** Ethernet destination and source address. */
  readonly destination?: boolean;
  readonly source?: boolean;
  /** IP version and addresses. */
  readonly addresses?: boolean;
  /** Transport protocol and ports. */
  readonly ports?: boolean;
}

export interface ChainOptions {
  /** The patent's destination information unless given: VLAN, access point, destination address. */
  readonly fields?: ChainFields;
  /** RSS hash types in use: what they hash must agree too. All unless given. */
  readonly hashTypes?: ReadonlySet<RssHashType>;
  /** A chain closes once it has this many packets, or bytes; 0, or none given, for no limit. */
  readonly packetLimit?: number;
  readonly byteLimit?: number;
}

export interface Chain {
  /** Index of the first frame. */
  readonly first: number;
  readonly packets: number;
  readonly bytes: number;
  /** Why it closed: the next frame differs, a limit was reached, or the frames ended. */
  readonly closed: 'difference' | 'packets' | 'bytes' | 'end';
}

export const destinationInformation: ChainFields = { vlan: true, sap: true, destination: true };

/** The service access point as one number: EtherType, or LLC access points marked by bit 16. For SNAP of another organization, its protocol, so marked. */
export const serviceAccessPoint = ({ etherType, llc, snap }: Dissection): number | undefined => {
  if (etherType !== undefined) return etherType;
  if (snap !== undefined) return 0x10000 | snap.protocol;
  return llc === undefined ? undefined : 0x10000 | (llc.destination << 8) | llc.source;
};

const text = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString('hex');

/** What must be equal between two neighbours of one chain, as one text. */
export const chainKey = (frame: Dissection, options: ChainOptions = {}): string => {
  const { fields = destinationInformation, hashTypes = allRssHashTypes } = options;
  const { type, input } = rssInput(frame, hashTypes);
  const ip = frame.ipv4 ?? frame.ipv6;
  const stopped = frame.faults.find(({ stops }) => stops);
  const ports =
    ip?.fragment === 'whole' && frame.transport?.sourcePort !== undefined
      ? `${frame.transport.protocol} ${frame.transport.sourcePort} ${frame.transport.destinationPort}`
      : '';
  return [
    stopped?.kind ?? '',
    type,
    text(input),
    fields.vlan === true ? frame.tags.map(({ identifier }) => identifier).join(' ') : '',
    fields.sap === true ? `${serviceAccessPoint(frame)}` : '',
    fields.destination === true ? text(frame.destination) : '',
    fields.source === true ? text(frame.source) : '',
    fields.addresses === true && ip !== undefined && stopped === undefined
      ? `${text(ip.source)} ${text(ip.destination)}`
      : '',
    fields.ports === true && stopped === undefined ? ports : '',
  ].join(';');
};

/** Gathers neighbouring frames into chains. */
export const chainsOf = (frames: readonly Dissection[], options: ChainOptions = {}): Chain[] => {
  const { packetLimit = 0, byteLimit = 0 } = options;
  const chains: Chain[] = [];
  let open: { first: number; packets: number; bytes: number; key: string; full: 'packets' | 'bytes' | null } | null =
    null;
  frames.forEach((frame, index) => {
    const key = chainKey(frame, options);
    if (open === null || open.full !== null || open.key !== key) {
      if (open !== null) {
        const { first, packets, bytes, full }: NonNullable<typeof open> = open;
        chains.push({ first, packets, bytes, closed: full ?? 'difference' });
      }
      open = { first: index, packets: 0, bytes: 0, key, full: null };
    }
    open.packets += 1;
    open.bytes += frame.length;
    if (packetLimit > 0 && open.packets >= packetLimit) open.full = 'packets';
    else if (byteLimit > 0 && open.bytes >= byteLimit) open.full = 'bytes';
  });
  const last = open as { first: number; packets: number; bytes: number; full: 'packets' | 'bytes' | null } | null;
  if (last !== null)
    chains.push({ first: last.first, packets: last.packets, bytes: last.bytes, closed: last.full ?? 'end' });
  return chains;
};

/**
 * Whether the packet unit reads a frame as the standards do: its page stops at two tags, four extension headers and 128 bytes of headers,
 * does not look at the lengths of LLC and of IPv6, and judges ARP by its first six bytes. On other frames its answers are its page's own.
 */
export const unitReadsAlike = ({ tags, snap, arp, ipv6, transport, faults }: Dissection): boolean =>
  !faults.some(({ stops }) => stops) &&
  tags.length <= (snap === undefined ? 2 : 1) &&
  (arp === undefined ||
    [arp.hardwareType, arp.protocolType, arp.hardwareLength, arp.protocolLength].join() === '1,2048,6,4') &&
  (ipv6 === undefined ||
    (ipv6.extensionHeaders.length <= 4 && (transport === undefined || transport.offset + 4 <= 128)));
