/** Classification of a frame by its bytes, as far as they have arrived. Source: `docs/systems/packet-unit.md`, "Classification". */
import { extensionHeaderLimit, frameStatuses, headerLimit } from '../../../rtl/packet-unit/interface.ts';
import { type Descriptor, emptyDescriptor, type FrameStatus, forgetNetwork, transport } from './descriptor.ts';

export interface Classification {
  /** What is known of the frame. While undecided: what the frame is if it ends here, truncated. */
  readonly descriptor: Descriptor;
  /** The network header has arrived, or what is left of layer 2 where none follows. */
  readonly headed: boolean;
  /** All needs are met. */
  readonly decided: boolean;
  /** The greatest need so far, in bytes from the frame's start: the one that is not met while undecided. */
  readonly need: number;
  /** IPv6 extension headers whose first four bytes have all arrived. */
  readonly extensionHeaders: number;
}

/** A pass over the bytes of one frame. */
class Reader {
  readonly bytes: Uint8Array;
  readonly available: number;
  readonly descriptor = emptyDescriptor();
  needed = 0;
  headed = false;
  extensionHeaders = 0;

  constructor(bytes: Uint8Array, available: number) {
    this.bytes = bytes;
    this.available = available;
  }

  /** Whether the bytes up to but not including `end` have arrived. */
  has(end: number): boolean {
    this.needed = Math.max(this.needed, end);
    return this.available >= end;
  }

  /** The same of the end of the network header. */
  hasHeader(end: number): boolean {
    this.headed = this.has(end);
    return this.headed;
  }

  byte(offset: number): number {
    return this.bytes[offset]!;
  }

  u16(offset: number): number {
    return (this.byte(offset) << 8) | this.byte(offset + 1);
  }

  u32(offset: number): number {
    return ((this.u16(offset) << 16) | this.u16(offset + 2)) >>> 0;
  }

  words(offset: number, count: number): Uint32Array {
    const words = new Uint32Array(count);
    for (let word = 0; word < count; word += 1) words[word] = this.u32(offset + 4 * word);
    return words;
  }
}

const { good, malformed, truncated } = frameStatuses;

const etherType = { ipv4: 0x0800, arp: 0x0806, customerTag: 0x8100, ipv6: 0x86dd, serviceTag: 0x88a8 };
/** EtherTypes begin here; smaller numbers are lengths (IEEE 802.3, 3.2.6). */
const firstEtherType = 0x0600;

const nextHeader = { hopByHop: 0, tcp: 6, udp: 17, routing: 43, fragment: 44, authentication: 51, destination: 60 };

const isExtensionHeader = (next: number): boolean =>
  next === nextHeader.hopByHop ||
  next === nextHeader.routing ||
  next === nextHeader.fragment ||
  next === nextHeader.authentication ||
  next === nextHeader.destination;

/** The two port numbers at `offset`, where TCP and UDP both have them. */
const readPorts = (frame: Reader, protocol: number, offset: number): FrameStatus => {
  if (!frame.has(offset + 4)) return truncated;
  frame.descriptor.transport = protocol === nextHeader.tcp ? transport.tcp : transport.udp;
  frame.descriptor.ports = frame.u32(offset);
  return good;
};

const hasPorts = (protocol: number): boolean => protocol === nextHeader.tcp || protocol === nextHeader.udp;

const classifyArp = (frame: Reader, at: number): FrameStatus => {
  if (!frame.hasHeader(at + 28)) return truncated;
  const ethernetAndIpv4 = frame.u32(at) === 0x00010800 && frame.u16(at + 4) === 0x0604;
  return ethernetAndIpv4 ? good : malformed;
};

const classifyIpv4 = (frame: Reader, at: number): FrameStatus => {
  if (!frame.hasHeader(at + 20)) return truncated;
  const version = frame.byte(at) >>> 4;
  const headerLength = (frame.byte(at) & 15) * 4;
  const totalLength = frame.u16(at + 2);
  if (version !== 4 || headerLength < 20 || totalLength < headerLength) return malformed;
  frame.descriptor.network = 4;
  frame.descriptor.addresses = frame.words(at + 12, 2);
  const fragment = (frame.u16(at + 6) & 0x3fff) !== 0;
  const protocol = frame.byte(at + 9);
  if (fragment || !hasPorts(protocol)) return good;
  if (totalLength < headerLength + 4) return malformed;
  return readPorts(frame, protocol, at + headerLength);
};

const classifyIpv6 = (frame: Reader, at: number): FrameStatus => {
  if (!frame.hasHeader(at + 40)) return truncated;
  if (frame.byte(at) >>> 4 !== 6) return malformed;
  frame.descriptor.network = 6;
  frame.descriptor.addresses = frame.words(at + 8, 8);
  let next = frame.byte(at + 6);
  let header = at + 40;
  for (let count = 0; count < extensionHeaderLimit && isExtensionHeader(next); count += 1) {
    if (header + 4 > headerLimit) return good;
    if (!frame.has(header + 4)) return truncated;
    frame.extensionHeaders += 1;
    let length = 8 * (frame.byte(header + 1) + 1);
    if (next === nextHeader.fragment) {
      if ((frame.u16(header + 2) & ~0x0006) !== 0) return good;
      length = 8;
    } else if (next === nextHeader.authentication) {
      length = 4 * (frame.byte(header + 1) + 2);
    }
    next = frame.byte(header);
    header += length;
  }
  if (!hasPorts(next) || header + 4 > headerLimit) return good;
  return readPorts(frame, next, header);
};

/** The service access point of the frame whose type or length is at `offset`; then what it names. */
const classifySap = (frame: Reader, offset: number): FrameStatus => {
  const { descriptor } = frame;
  let at = offset + 2;
  if (frame.u16(offset) >= firstEtherType) {
    descriptor.sap = frame.u16(offset);
  } else {
    if (!frame.has(offset + 5)) return truncated;
    const snap = frame.u16(offset + 2) === 0xaaaa && frame.byte(offset + 4) === 3 && descriptor.tags <= 1;
    if (!snap) {
      descriptor.llc = 1;
      descriptor.sap = frame.u16(offset + 2);
      frame.headed = true;
      return good;
    }
    if (!frame.has(offset + 10)) return truncated;
    const encapsulatedEthernet = frame.byte(offset + 5) === 0 && frame.u16(offset + 6) === 0;
    descriptor.llc = encapsulatedEthernet ? 0 : 1;
    descriptor.sap = frame.u16(offset + 8);
    if (!encapsulatedEthernet) {
      frame.headed = true;
      return good;
    }
    at = offset + 10;
  }
  if (descriptor.sap === etherType.arp) return classifyArp(frame, at);
  if (descriptor.sap === etherType.ipv4) return classifyIpv4(frame, at);
  if (descriptor.sap === etherType.ipv6) return classifyIpv6(frame, at);
  frame.headed = true;
  return good;
};

const classifyLink = (frame: Reader): FrameStatus => {
  if (!frame.has(14)) return truncated;
  const { descriptor } = frame;
  descriptor.destinationHigh = frame.u16(0);
  descriptor.destinationLow = frame.u32(2);
  descriptor.sourceHigh = frame.u16(6);
  descriptor.sourceLow = frame.u32(8);
  let offset = 12;
  while (descriptor.tags < 2) {
    const type = frame.u16(offset);
    if (type !== etherType.customerTag && type !== etherType.serviceTag) break;
    if (!frame.has(offset + 6)) return truncated;
    const identifier = frame.u16(offset + 2) & 0xfff;
    if (descriptor.tags === 0) descriptor.outer = identifier;
    else descriptor.inner = identifier;
    descriptor.tags += 1;
    offset += 4;
  }
  return classifySap(frame, offset);
};

/**
 * Classifies a frame of which the first `available` bytes have arrived.
 * @param bytes the frame's bytes; at most the first `headerLimit` are looked at.
 */
export const classify = (bytes: Uint8Array, available: number): Classification => {
  const frame = new Reader(bytes, available);
  const { descriptor } = frame;
  descriptor.status = classifyLink(frame);
  if (descriptor.status !== good) forgetNetwork(descriptor);
  return {
    descriptor,
    headed: frame.headed,
    decided: descriptor.status !== truncated,
    need: frame.needed,
    extensionHeaders: frame.extensionHeaders,
  };
};
