import { dissectArp, dissectExtensions, dissectIpv4, dissectIpv6, dissectTransport } from './dissect-network.ts';
import type { DissectedExtensionHeader, DissectedTag, Dissection } from './dissection.ts';
import { DissectionStop, FrameReader } from './frame-reader.ts';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Length/type values up to this are lengths, from `leastType` on types; between them undefined. Source: IEEE 802.3, 3.2.6. */
const greatestLength = 1500;
const leastType = 0x0600;

/**
 * Dissects an Ethernet frame, given from the destination address to the last byte before the frame check sequence. Written from the
 * standards alone: IEEE 802.3, 802.1Q, 802.2, RFC 1042, 826, 791, 8200, 4302, 2675, 9293, 768. Whatever the bytes, it returns: what
 * could not be read is in `faults`. Tunnels are not entered: the layers are those of the outermost network header.
 */
export const dissect = (bytes: Uint8Array): Dissection => {
  const frame = new FrameReader(bytes);
  const tags: DissectedTag[] = [];
  const found: Writable<Dissection> = { length: bytes.length, tags, faults: frame.faults };
  try {
    dissectLink(frame, found, tags);
  } catch (error) {
    if (!(error instanceof DissectionStop)) throw error;
  }
  return found;
};

const dissectLink = (frame: FrameReader, found: Writable<Dissection>, tags: DissectedTag[]): void => {
  frame.need(0, 14, 'ethernet', 'an Ethernet header');
  found.destination = frame.slice(0, 6);
  found.source = frame.slice(6, 6);
  let offset = 12;
  while (frame.u16(offset) === 0x8100 || frame.u16(offset) === 0x88a8) {
    frame.need(offset, 6, 'vlan', 'a VLAN tag and the type behind it');
    const control = frame.u16(offset + 2);
    tags.push({
      protocol: frame.u16(offset),
      priority: control >>> 13,
      dropEligible: (control & 0x1000) !== 0,
      identifier: control & 0xfff,
    });
    offset += 4;
  }
  const lengthOrType = frame.u16(offset);
  found.lengthOrType = lengthOrType;
  offset += 2;
  if (lengthOrType >= leastType) {
    found.etherType = lengthOrType;
  } else {
    if (lengthOrType > greatestLength)
      frame.stop('malformed', 'ethernet', offset - 2, `${lengthOrType} is neither a length nor a type`);
    frame.narrow(offset + lengthOrType, 'llc', 'the LLC data');
    offset = dissectLlc(frame, found, offset);
  }
  if (found.etherType !== undefined) dissectContent(frame, found, found.etherType, offset);
};

/** Source: IEEE 802.2, 3.2 and 5.2; IEEE 802, 10.3 and RFC 1042 for SNAP. Returns the offset behind the header. */
const dissectLlc = (frame: FrameReader, found: Writable<Dissection>, offset: number): number => {
  frame.need(offset, 3, 'llc', 'an LLC header');
  const unnumbered = (frame.u8(offset + 2) & 3) === 3;
  if (!unnumbered) frame.need(offset, 4, 'llc', 'an LLC header with two octets of control');
  const control = unnumbered ? frame.u8(offset + 2) : frame.u8(offset + 2) | (frame.u8(offset + 3) << 8);
  const llc = { destination: frame.u8(offset), source: frame.u8(offset + 1), control };
  found.llc = llc;
  const end = offset + (unnumbered ? 3 : 4);
  if (llc.destination !== 0xaa || llc.source !== 0xaa || llc.control !== 3) return end;
  frame.need(end, 5, 'snap', 'a SNAP header');
  const organization = frame.u32(end) >>> 8;
  const protocol = frame.u16(end + 3);
  found.snap = { organization, protocol };
  if (organization === 0) found.etherType = protocol;
  return end + 5;
};

const dissectContent = (frame: FrameReader, found: Writable<Dissection>, etherType: number, offset: number): void => {
  if (etherType === 0x0806) {
    found.arp = dissectArp(frame, offset);
  } else if (etherType === 0x0800) {
    const ipv4 = dissectIpv4(frame, offset);
    found.ipv4 = ipv4;
    if (ipv4.fragment !== 'later')
      found.transport = dissectTransport(frame, ipv4.protocol, offset + ipv4.headerLength, ipv4.fragment === 'first');
  } else if (etherType === 0x86dd) {
    const ipv6 = dissectIpv6(frame, offset);
    const extensionHeaders: DissectedExtensionHeader[] = [];
    found.ipv6 = { ...ipv6, extensionHeaders };
    const { protocol, end, ...chain } = dissectExtensions(frame, ipv6, extensionHeaders);
    found.ipv6 = { ...ipv6, ...chain };
    if (chain.fragment !== 'later')
      found.transport = dissectTransport(frame, protocol, end, chain.fragment === 'first');
  }
};
