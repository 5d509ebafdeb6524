import { ethernetAddress, ipv4Address, ipv6Address } from './addresses.ts';
import type {
  ArpContent,
  Content,
  ExtensionHeader,
  FrameDescription,
  Ipv4Content,
  Ipv6Content,
  Payload,
  VlanTag,
} from './frame-description.ts';

const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];

/** Bytes of data that tell where they were cut or shifted: 0, 1, 2, ... */
const filler = (length: number): number[] => Array.from({ length }, (_, index) => index & 0xff);

/** Source: RFC 1071. */
const internetChecksum = (bytes: readonly number[]): number => {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) sum += (bytes[index]! << 8) | (bytes[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

const protocolOf = (payload: Payload, network: 4 | 6): number => {
  if (payload.kind === 'tcp') return 6;
  if (payload.kind === 'udp') return 17;
  return payload.kind === 'other' ? payload.protocol : network === 4 ? 1 : 58;
};

/** A payload with its checksum, over the pseudo-header of the network layer where there is one (RFC 9293, 768, 4443). */
const encodePayload = (payload: Payload, network: 4 | 6, addresses: readonly number[]): number[] => {
  const data = filler(payload.length ?? 0);
  const pseudoHeader = (length: number): number[] => {
    const protocol = protocolOf(payload, network);
    return network === 4
      ? [...addresses, 0, protocol, ...u16(length)]
      : [...addresses, ...u32(length), 0, 0, 0, protocol];
  };
  const summed = (bytes: number[], checksumAt: number, before: readonly number[]): number[] => {
    const sum = internetChecksum([...before, ...bytes]);
    bytes.splice(checksumAt, 2, ...u16(payload.kind === 'udp' && sum === 0 ? 0xffff : sum));
    return bytes;
  };
  switch (payload.kind) {
    case 'tcp': {
      const ports = [...u16(payload.sourcePort), ...u16(payload.destinationPort)];
      const bytes = [...ports, ...u32(1), ...u32(1), 0x50, 0x10, ...u16(0xffff), 0, 0, 0, 0, ...data];
      return summed(bytes, 16, pseudoHeader(bytes.length));
    }
    case 'udp': {
      const bytes = [
        ...u16(payload.sourcePort),
        ...u16(payload.destinationPort),
        ...u16(8 + data.length),
        0,
        0,
        ...data,
      ];
      return summed(bytes, 6, pseudoHeader(bytes.length));
    }
    case 'echo': {
      const bytes = [
        network === 4 ? 8 : 128,
        0,
        0,
        0,
        ...u16(payload.identifier ?? 1),
        ...u16(payload.sequence ?? 1),
        ...data,
      ];
      return summed(bytes, 2, network === 4 ? [] : pseudoHeader(bytes.length));
    }
    case 'other':
      return data;
  }
};

const encodeArp = (arp: ArpContent): number[] => {
  const [hardware, protocol, hardwareLength, protocolLength] = arp.start ?? [1, 0x0800, 6, 4];
  return [
    ...u16(hardware),
    ...u16(protocol),
    hardwareLength,
    protocolLength,
    ...u16(arp.operation),
    ...ethernetAddress(arp.senderHardware),
    ...ipv4Address(arp.senderProtocol),
    ...ethernetAddress(arp.targetHardware),
    ...ipv4Address(arp.targetProtocol),
  ];
};

const encodeIpv4 = (ip: Ipv4Content): number[] => {
  const options = [...(ip.options ?? [])];
  while (options.length % 4 !== 0) options.push(0);
  const addresses = [...ipv4Address(ip.source), ...ipv4Address(ip.destination)];
  const payload = encodePayload(ip.payload, 4, addresses);
  const headerBytes = 20 + options.length;
  const header = [
    ((ip.version ?? 4) << 4) | (ip.headerLength ?? headerBytes / 4),
    0,
    ...u16(ip.totalLength ?? headerBytes + payload.length),
    ...u16(ip.identification ?? 0),
    ...u16((ip.moreFragments === true ? 0x2000 : 0) | (ip.fragmentOffset ?? 0)),
    64,
    protocolOf(ip.payload, 4),
    0,
    0,
    ...addresses,
    ...options,
  ];
  header.splice(10, 2, ...u16(internetChecksum(header)));
  return [...header, ...payload];
};

/** An extension header whose first byte, the next header, is left to the caller. */
const encodeExtensionHeader = (header: ExtensionHeader): number[] => {
  switch (header.kind) {
    case 44: {
      const field = ((header.offset ?? 0) << 3) | (header.moreFragments === true ? 1 : 0);
      return [0, 0, ...u16(field), ...u32(header.identification ?? 0)];
    }
    case 51: {
      const words = header.words ?? 3;
      return [0, words + 1, 0, 0, ...u32(256), ...u32(1), ...filler(words * 4)];
    }
    case 43: {
      // Routing type 253, for experiments (RFC 4727), with no segments left: to be passed over by everyone.
      const units = header.units ?? 0;
      return [0, units, 253, 0, ...filler(units * 8 + 4)];
    }
    default: {
      // One PadN option (RFC 8200, 4.2) fills the header; its data holds at most 255 bytes, so a long header holds several.
      const bytes = [0, header.units ?? 0];
      let left = (header.units ?? 0) * 8 + 6;
      while (left > 0) {
        const length = Math.min(left, left - 257 === 1 ? 256 : 257);
        bytes.push(1, length - 2, ...new Array<number>(length - 2).fill(0));
        left -= length;
      }
      return bytes;
    }
  }
};

const encodeIpv6 = (ip: Ipv6Content): number[] => {
  const addresses = [...ipv6Address(ip.source), ...ipv6Address(ip.destination)];
  const headers = (ip.extensionHeaders ?? []).map(encodeExtensionHeader);
  const kinds = [...(ip.extensionHeaders ?? []).map(({ kind }) => kind as number), protocolOf(ip.payload, 6)];
  headers.forEach((header, index) => {
    header[0] = kinds[index + 1]!;
  });
  const payload = [...headers.flat(), ...encodePayload(ip.payload, 6, addresses)];
  const payloadLength = ip.payloadLength ?? payload.length;
  return [(ip.version ?? 6) << 4, 0, 0, 0, ...u16(payloadLength), kinds[0]!, 64, ...addresses, ...payload];
};

const encodeContent = (content: Content): readonly [number, readonly number[]] => {
  switch (content.kind) {
    case 'arp':
      return [0x0806, encodeArp(content)];
    case 'ipv4':
      return [0x0800, encodeIpv4(content)];
    case 'ipv6':
      return [0x86dd, encodeIpv6(content)];
    case 'raw':
      return [content.etherType, content.bytes];
  }
};

/** One octet for unnumbered formats, two for the others, the second from the high half (IEEE 802.2, 5.2). */
const llcControl = (control: number): number[] =>
  (control & 3) === 3 ? [control & 0xff] : [control & 0xff, control >>> 8];

const encodeTag = ({ protocol, identifier, priority, dropEligible }: VlanTag): number[] => [
  ...u16(protocol),
  ...u16(((priority ?? 0) << 13) | (dropEligible === true ? 0x1000 : 0) | identifier),
];

/**
 * The bytes of a frame, from the destination address to the last byte before the frame check sequence.
 * @throws RangeError for an address that is none.
 */
export const encodeFrame = (frame: FrameDescription): Uint8Array => {
  const [etherType, content] = encodeContent(frame.content);
  const link = frame.link ?? { kind: 'type' };
  let named: number[];
  if (link.kind === 'type') {
    named = [...u16(etherType), ...content];
  } else {
    const header =
      link.kind === 'llc'
        ? [link.destination, link.source, ...llcControl(link.control)]
        : [0xaa, 0xaa, 3, ...u32(link.organization).slice(1), ...u16(link.protocol ?? etherType)];
    named = [...u16(header.length + content.length), ...header, ...content];
  }
  const bytes = [
    ...ethernetAddress(frame.destination),
    ...ethernetAddress(frame.source),
    ...(frame.tags ?? []).flatMap(encodeTag),
    ...named,
  ];
  while (bytes.length < (frame.padTo ?? 0)) bytes.push(0);
  const kept = Uint8Array.from(bytes.slice(0, frame.keep));
  for (const { at, value } of frame.overwritten ?? []) if (at < kept.length) kept[at] = value;
  return kept;
};
