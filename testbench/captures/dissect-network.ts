import type {
  DissectedArp,
  DissectedExtensionHeader,
  DissectedIpv4,
  DissectedIpv6,
  DissectedTransport,
} from './dissection.ts';
import type { FrameReader } from './frame-reader.ts';

/** Source: RFC 826. */
export const dissectArp = (frame: FrameReader, offset: number): DissectedArp => {
  frame.need(offset, 8, 'arp', 'the fixed part of an ARP packet');
  const hardwareLength = frame.u8(offset + 4);
  const protocolLength = frame.u8(offset + 5);
  frame.need(offset + 8, 2 * (hardwareLength + protocolLength), 'arp', 'the addresses of an ARP packet');
  const sender = offset + 8;
  const target = sender + hardwareLength + protocolLength;
  return {
    hardwareType: frame.u16(offset),
    protocolType: frame.u16(offset + 2),
    hardwareLength,
    protocolLength,
    operation: frame.u16(offset + 6),
    senderHardware: frame.slice(sender, hardwareLength),
    senderProtocol: frame.slice(sender + hardwareLength, protocolLength),
    targetHardware: frame.slice(target, hardwareLength),
    targetProtocol: frame.slice(target + hardwareLength, protocolLength),
  };
};

/** Source: RFC 791, 3.1. Narrows the frame to the packet; the checksum is reported, not judged. */
export const dissectIpv4 = (frame: FrameReader, offset: number): DissectedIpv4 => {
  frame.need(offset, 20, 'ipv4', 'an IPv4 header');
  const version = frame.u8(offset) >>> 4;
  const headerLength = (frame.u8(offset) & 0xf) * 4;
  const totalLength = frame.u16(offset + 2);
  if (version !== 4) frame.stop('malformed', 'ipv4', offset, `IP version ${version} under the EtherType of IPv4`);
  if (headerLength < 20) frame.stop('malformed', 'ipv4', offset, `a header length of ${headerLength} bytes`);
  if (totalLength < headerLength)
    frame.stop('malformed', 'ipv4', offset + 2, `total length ${totalLength} under header length ${headerLength}`);
  frame.narrow(offset + totalLength, 'ipv4', 'the IPv4 packet');
  frame.need(offset, headerLength, 'ipv4', 'an IPv4 header with its options');
  let sum = 0;
  for (let at = offset; at < offset + headerLength; at += 2) sum += frame.u16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  const moreFragments = (frame.u8(offset + 6) & 0x20) !== 0;
  const fragmentOffset = (frame.u16(offset + 6) & 0x1fff) * 8;
  return {
    offset,
    headerLength,
    totalLength,
    identification: frame.u16(offset + 4),
    moreFragments,
    fragmentOffset,
    fragment: fragmentOffset > 0 ? 'later' : moreFragments ? 'first' : 'whole',
    timeToLive: frame.u8(offset + 8),
    protocol: frame.u8(offset + 9),
    checksumGood: sum === 0xffff,
    source: frame.slice(offset + 12, 4),
    destination: frame.slice(offset + 16, 4),
    options: frame.slice(offset + 20, headerLength - 20),
  };
};

const hopByHop = 0;
const fragmentHeader = 44;
const authentication = 51;
const extensionKinds: ReadonlySet<number> = new Set([hopByHop, 43, fragmentHeader, authentication, 60]);

/** Source: RFC 8200, 3. Narrows the frame to the packet. */
export const dissectIpv6 = (frame: FrameReader, offset: number): DissectedIpv6 => {
  frame.need(offset, 40, 'ipv6', 'an IPv6 header');
  const version = frame.u8(offset) >>> 4;
  if (version !== 6) frame.stop('malformed', 'ipv6', offset, `IP version ${version} under the EtherType of IPv6`);
  const payloadLength = frame.u16(offset + 4);
  const nextHeader = frame.u8(offset + 6);
  const jumbo = payloadLength === 0 && nextHeader === hopByHop ? jumboLength(frame, offset + 40) : undefined;
  frame.narrow(offset + 40 + (jumbo ?? payloadLength), 'ipv6', 'the IPv6 packet');
  return {
    offset,
    payloadLength,
    nextHeader,
    hopLimit: frame.u8(offset + 7),
    source: frame.slice(offset + 8, 16),
    destination: frame.slice(offset + 24, 16),
    extensionHeaders: [],
    fragment: 'whole',
    fragmentOffset: 0,
  };
};

/** The length in the jumbo payload option of the hop-by-hop header at `offset`, if it has one. Source: RFC 2675, 2. */
const jumboLength = (frame: FrameReader, offset: number): number | undefined => {
  if (offset + 2 > frame.end) return undefined;
  const end = Math.min(frame.end, offset + 8 + 8 * frame.u8(offset + 1));
  let at = offset + 2;
  while (at + 2 <= end) {
    if (frame.u8(at) === 0xc2) return at + 6 <= end ? frame.u32(at + 2) : undefined;
    at += frame.u8(at) === 0 ? 1 : 2 + frame.u8(at + 1);
  }
  return undefined;
};

export interface ExtensionChain {
  readonly extensionHeaders: readonly DissectedExtensionHeader[];
  readonly fragment: DissectedIpv6['fragment'];
  readonly fragmentOffset: number;
  readonly identification?: number;
  /** Protocol of what follows the headers, and where it starts. */
  readonly protocol: number;
  readonly end: number;
}

/**
 * Walks the extension headers that RFC 8200, 4, and RFC 4302 define, up to the first header of another kind, or to the fragment header of
 * a later fragment, behind which lies no header. Headers read so far are kept in `walked` when the frame ends among them.
 */
export const dissectExtensions = (
  frame: FrameReader,
  ipv6: DissectedIpv6,
  walked: DissectedExtensionHeader[],
): ExtensionChain => {
  let kind = ipv6.nextHeader;
  let offset = ipv6.offset + 40;
  let fragment: DissectedIpv6['fragment'] = 'whole';
  let fragmentOffset = 0;
  let identification: number | undefined;
  while (extensionKinds.has(kind) && fragment !== 'later') {
    if (kind === hopByHop && walked.length > 0)
      frame.note('malformed', 'extension', offset, 'hop-by-hop options that do not follow the IPv6 header');
    frame.need(offset, 8, 'extension', `an extension header of kind ${kind}`);
    const units = frame.u8(offset + 1);
    const length = kind === fragmentHeader ? 8 : kind === authentication ? 4 * (units + 2) : 8 * (units + 1);
    if (kind === fragmentHeader) {
      const field = frame.u16(offset + 2);
      fragmentOffset = field & 0xfff8;
      identification = frame.u32(offset + 4);
      if (fragmentOffset > 0) fragment = 'later';
      else if ((field & 1) !== 0) fragment = 'first';
    } else {
      frame.need(offset, length, 'extension', `an extension header of kind ${kind}`);
    }
    walked.push({ kind, offset, length });
    kind = frame.u8(offset);
    offset += length;
  }
  return {
    extensionHeaders: walked,
    fragment,
    fragmentOffset,
    ...(identification === undefined ? {} : { identification }),
    protocol: kind,
    end: offset,
  };
};

/** Ports of TCP (RFC 9293, 3.1) and UDP (RFC 768); a header cut behind its ports is noted, its ports count. */
export const dissectTransport = (
  frame: FrameReader,
  protocol: number,
  offset: number,
  fragmented: boolean,
): DissectedTransport => {
  if (protocol !== 6 && protocol !== 17) return { protocol, offset };
  const name = protocol === 6 ? 'TCP' : 'UDP';
  const headerLength = protocol === 6 ? 20 : 8;
  frame.need(offset, 4, 'transport', `the ports of ${name}`);
  if (offset + headerLength > frame.end) {
    const kind = offset + headerLength > frame.bytes.length ? 'truncated' : 'malformed';
    frame.note(kind, 'transport', frame.end, `${frame.end - offset} of ${headerLength} bytes of a ${name} header`);
  } else if (protocol === 6) {
    const dataOffset = (frame.u8(offset + 12) >>> 4) * 4;
    if (dataOffset < 20) frame.note('malformed', 'transport', offset + 12, `a TCP data offset of ${dataOffset} bytes`);
  } else {
    const length = frame.u16(offset + 4);
    // Length 0 is that of a jumbogram (RFC 2675, 4). A first fragment gives the length of the whole.
    if ((length > 0 && length < 8) || (!fragmented && offset + length > frame.end))
      frame.note(
        'malformed',
        'transport',
        offset + 4,
        `a UDP length of ${length} in ${frame.end - offset} bytes of payload`,
      );
  }
  return { protocol, offset, sourcePort: frame.u16(offset), destinationPort: frame.u16(offset + 2) };
};
