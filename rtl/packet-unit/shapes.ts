import { bit, bits, record, vector } from '../hdl/index.ts';
import { chainNumberWidth, clientWidth, frameLengthWidth } from './interface.ts';

/** A beat of a frame as it was received. */
export const beat = (p: { readonly dataWidth: number }) =>
  record({ data: bits(p.dataWidth), keep: bits(p.dataWidth / 8), last: bit });

/** IPv6 addresses are eight words, source first. IPv4 addresses are words 1 and 2: that is where they lie in the header. */
export const addressWords = 8;

/** What a frame's headers say. `addresses` mean nothing without a network protocol, `ports` nothing without a transport protocol. */
export const descriptor = record({
  malformed: bit,
  truncated: bit,
  /** One tag or two; two tags or more. */
  tagged: bit,
  stacked: bit,
  outer: bits(12),
  inner: bits(12),
  llc: bit,
  sap: bits(16),
  destination: bits(48),
  source: bits(48),
  ipv4: bit,
  ipv6: bit,
  addresses: vector(bits(32), addressWords),
  tcp: bit,
  udp: bit,
  ports: bits(32),
});

/** What the parser tells of a frame: its descriptor once it is decided, its length once it has ended. */
export const event = record({ begin: bit, end: bit, length: bits(frameLengthWidth), descriptor });

/** From the aggregator to the resolver: the end of a chain, a frame, or both (the end first). */
export const item = record({
  close: bit,
  reason: bits(3),
  packets: bits(16),
  bytes: bits(32),
  frame: bit,
  start: bit,
  number: bits(chainNumberWidth),
});

/** A chain's answer from the hash engine. */
export const chainAnswer = (p: { readonly clients: number }) =>
  record({ hash: bits(32), hashType: bits(3), client: bits(clientWidth(p)), copies: bits(p.clients) });

/** How a frame leaves. `wanted` are the clients that it is meant for, `mask` those of them that accept its chain. */
export const tag = (p: { readonly clients: number }) =>
  record({
    number: bits(chainNumberWidth),
    hash: bits(32),
    hashType: bits(3),
    client: bits(clientWidth(p)),
    wanted: bits(p.clients),
    mask: bits(p.clients),
    start: bit,
  });

/** A frame that has left, or was dropped, for the counters. */
export const departure = (p: { readonly clients: number }) =>
  record({ bytes: bits(frameLengthWidth), start: bit, wanted: bits(p.clients), mask: bits(p.clients) });
