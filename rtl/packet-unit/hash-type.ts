import { all, any, type Bits, bit, concat, record } from '../hdl/index.ts';
import type { Route } from './hash-plan.ts';
import { addressWords } from './shapes.ts';

/** The register `hash_types`. */
export const hashTypeEnables = record({
  destination: bit,
  ipv4: bit,
  tcp_ipv4: bit,
  udp_ipv4: bit,
  ipv6: bit,
  tcp_ipv6: bit,
  udp_ipv6: bit,
});
export interface HashTypeEnables {
  readonly destination: Bits<1>;
  readonly ipv4: Bits<1>;
  readonly tcp_ipv4: Bits<1>;
  readonly udp_ipv4: Bits<1>;
  readonly ipv6: Bits<1>;
  readonly tcp_ipv6: Bits<1>;
  readonly udp_ipv6: Bits<1>;
}

export interface HashTypeFacts {
  readonly malformed: Bits<1>;
  readonly truncated: Bits<1>;
  /** Of a good frame only, as the transport protocols. */
  readonly ipv4: Bits<1>;
  readonly ipv6: Bits<1>;
  readonly tcp: Bits<1>;
  readonly udp: Bits<1>;
}

/** How a frame is hashed. */
export interface HashChoice {
  /** The number that `tuser` and the chain record carry. */
  readonly code: Bits<3>;
  /** One of these, or none. */
  readonly ipv4: Bits<1>;
  readonly ipv6: Bits<1>;
  readonly destination: Bits<1>;
  /** The ports are hashed with the addresses. */
  readonly ports: Bits<1>;
}

/** Ports where the protocol has them and its type is enabled; else addresses; else the destination; else nothing. */
export const chooseHash = (facts: HashTypeFacts, enables: HashTypeEnables): HashChoice => {
  const tcp4 = all([facts.ipv4, facts.tcp, enables.tcp_ipv4]);
  const udp4 = all([facts.ipv4, facts.udp, enables.udp_ipv4]);
  const tcp6 = all([facts.ipv6, facts.tcp, enables.tcp_ipv6]);
  const udp6 = all([facts.ipv6, facts.udp, enables.udp_ipv6]);
  const ipv4 = any([tcp4, udp4, facts.ipv4.and(enables.ipv4)]);
  const ipv6 = any([tcp6, udp6, facts.ipv6.and(enables.ipv6)]);
  const good = facts.malformed.or(facts.truncated).not();
  const destination = all([good, ipv4.not(), ipv6.not(), enables.destination]);
  // ipv4 1, with tcp 2, with udp 3; ipv6 4, with tcp 5, with udp 6; destination 7.
  const ports4 = tcp4.or(udp4);
  const code = concat(
    ipv6.or(destination),
    destination.or(ipv4.and(ports4)).or(ipv6.and(udp6)),
    destination.or(ipv4.and(tcp4.not())).or(ipv6.and(tcp6)),
  );
  return { code, ipv4, ipv6, destination, ports: any([tcp4, udp4, tcp6, udp6]) };
};

const halves = (name: string): string[] => [`${name}.high`, `${name}.low`];
export const addressHalves = Array.from({ length: addressWords }, (_, word) => halves(`address_${word}`)).flat();
export const portHalves = ['ports.source', 'ports.destination'];
const destinationHalves = ['destination.0', 'destination.1', 'destination.2', 'outer', 'inner', 'sap'];

/** The engine's inputs, in the order of its bits: IPv4, IPv6, destination. */
export const hashRoutes: readonly Route[] = [
  { base: addressHalves.slice(2, 6), ports: portHalves },
  { base: addressHalves, ports: portHalves },
  { base: destinationHalves, ports: [] },
];

export const hashHalfwords: readonly string[] = [...addressHalves, ...portHalves, ...destinationHalves];

export interface HashedFields {
  readonly addresses: { get(index: number): Bits<32> };
  readonly ports: Bits<32>;
  readonly destination: Bits<48>;
  readonly outer: Bits<12>;
  readonly inner: Bits<12>;
  readonly sap: Bits<16>;
}

/** The values of `hashHalfwords`. */
export const halfwordsOf = (fields: HashedFields): Bits<16>[] => {
  const split = (word: Bits<32>): Bits<16>[] => [word.slice(31, 16), word.slice(15, 0)];
  return [
    ...Array.from({ length: addressWords }, (_, index) => split(fields.addresses.get(index))).flat(),
    ...split(fields.ports),
    fields.destination.slice(47, 32),
    fields.destination.slice(31, 16),
    fields.destination.slice(15, 0),
    fields.outer.extend(16),
    fields.inner.extend(16),
    fields.sap,
  ];
};
