/** What the parser finds in a frame, and what the hash takes of it. */
import { frameStatuses, hashTypes } from '../../../rtl/packet-unit/interface.ts';

export type FrameStatus = (typeof frameStatuses)[keyof typeof frameStatuses];

export const transport = { none: 0, tcp: 1, udp: 2 } as const;

export interface Descriptor {
  status: FrameStatus;
  /** VLAN tags: 0, 1 or 2. */
  tags: number;
  /** Identifier of the first tag. */
  outer: number;
  /** Identifier of the second tag. */
  inner: number;
  /** 1 when `sap` comes from an LLC header. */
  llc: number;
  /** Service access point: the EtherType, or DSAP and SSAP. */
  sap: number;
  /** The first two octets of the destination address. */
  destinationHigh: number;
  /** The last four octets. */
  destinationLow: number;
  sourceHigh: number;
  sourceLow: number;
  network: 0 | 4 | 6;
  /** Source address, then destination address, most significant word first: 2 words for IPv4, 8 for IPv6, none otherwise. */
  addresses: Uint32Array;
  transport: number;
  /** Source port in the upper half, destination port in the lower. */
  ports: number;
}

const noAddresses = new Uint32Array(0);

export const emptyDescriptor = (): Descriptor => ({
  status: frameStatuses.good,
  tags: 0,
  outer: 0,
  inner: 0,
  llc: 0,
  sap: 0,
  destinationHigh: 0,
  destinationLow: 0,
  sourceHigh: 0,
  sourceLow: 0,
  network: 0,
  addresses: noAddresses,
  transport: transport.none,
  ports: 0,
});

/** Takes back what was found in the network and transport headers. */
export const forgetNetwork = (descriptor: Descriptor): void => {
  descriptor.network = 0;
  descriptor.addresses = noAddresses;
  descriptor.transport = transport.none;
  descriptor.ports = 0;
};

export const sameAddresses = (one: Descriptor, other: Descriptor): boolean => {
  if (one.network !== other.network) return false;
  for (let word = 0; word < one.addresses.length; word += 1) {
    if (one.addresses[word] !== other.addresses[word]) return false;
  }
  return true;
};

/** Bits of the register `hash_types`. */
export const hashTypeBit = {
  destination: 1,
  ipv4: 2,
  tcp_ipv4: 4,
  udp_ipv4: 8,
  ipv6: 16,
  tcp_ipv6: 32,
  udp_ipv6: 64,
} as const;

/** The hash type of a frame, under the register `hash_types`. */
export const hashTypeOf = (descriptor: Descriptor, enabled: number): number => {
  if (descriptor.status !== frameStatuses.good) return hashTypes.none;
  if (descriptor.network === 4) {
    if (descriptor.transport === transport.tcp && enabled & hashTypeBit.tcp_ipv4) return hashTypes.tcp_ipv4;
    if (descriptor.transport === transport.udp && enabled & hashTypeBit.udp_ipv4) return hashTypes.udp_ipv4;
    if (enabled & hashTypeBit.ipv4) return hashTypes.ipv4;
  }
  if (descriptor.network === 6) {
    if (descriptor.transport === transport.tcp && enabled & hashTypeBit.tcp_ipv6) return hashTypes.tcp_ipv6;
    if (descriptor.transport === transport.udp && enabled & hashTypeBit.udp_ipv6) return hashTypes.udp_ipv6;
    if (enabled & hashTypeBit.ipv6) return hashTypes.ipv6;
  }
  return enabled & hashTypeBit.destination ? hashTypes.destination : hashTypes.none;
};

export const hashesAddresses = (type: number): boolean => type >= hashTypes.ipv4 && type <= hashTypes.udp_ipv6;

export const hashesPorts = (type: number): boolean =>
  type === hashTypes.tcp_ipv4 ||
  type === hashTypes.udp_ipv4 ||
  type === hashTypes.tcp_ipv6 ||
  type === hashTypes.udp_ipv6;

/**
 * Writes the hash input of a frame, first bit in the most significant bit of word 0, zeros after it.
 * @returns its length in bits.
 */
export const hashInput = (descriptor: Descriptor, type: number, input: Uint32Array): number => {
  input.fill(0);
  if (type === hashTypes.none) return 0;
  if (type === hashTypes.destination) {
    const { destinationHigh, destinationLow, outer, inner, sap } = descriptor;
    input[0] = (destinationHigh << 16) | (destinationLow >>> 16);
    input[1] = (destinationLow << 16) | outer;
    input[2] = (inner << 16) | sap;
    return 96;
  }
  input.set(descriptor.addresses);
  const words = descriptor.addresses.length;
  if (!hashesPorts(type)) return words * 32;
  input[words] = descriptor.ports;
  return words * 32 + 32;
};
