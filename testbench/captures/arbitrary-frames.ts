import fc from 'fast-check';
import { encodeFrame } from './encode-frame.ts';
import type { Content, ExtensionHeader, FrameDescription, LinkEncapsulation, Payload } from './frame-description.ts';

export interface ArbitraryFrameOptions {
  /** Longest frame in bytes; 1600 unless given, at least 1. */
  readonly maxLength?: number;
  /** Whether frames may be truncated, contradict the standards or be garbage; they may unless this is false. */
  readonly faulty?: boolean;
}

// Small pools, simplest first, so that neighbours often agree and chains form, and shrinking ends at the same few values.
const ethernetPool = fc.constantFrom(
  '02:00:00:00:00:01',
  '02:00:00:00:00:02',
  '01:00:5e:01:02:03',
  'ff:ff:ff:ff:ff:ff',
);
const ipv4Pool = fc.constantFrom('192.0.2.1', '192.0.2.2', '198.51.100.7');
const ipv6Pool = fc.constantFrom('2001:db8::1', '2001:db8::2', 'fe80::ffff:1');
const portPool = fc.constantFrom(1, 80, 53, 0xffff);
const identifierPool = fc.constantFrom(1, 2, 0, 4095);

/** Data lengths: mostly short; long ones reach frames of 1,500 bytes. */
const dataLength = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.nat(64) },
  { weight: 1, arbitrary: fc.nat(1480) },
);

const payload = (others: readonly number[]): fc.Arbitrary<Payload> =>
  fc.oneof(
    { withCrossShrink: true },
    {
      weight: 5,
      arbitrary: fc.record(
        {
          kind: fc.constantFrom('udp' as const, 'tcp' as const),
          sourcePort: portPool,
          destinationPort: portPool,
          length: dataLength,
        },
        { requiredKeys: ['kind', 'sourcePort', 'destinationPort'] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('echo' as const), length: dataLength }, { requiredKeys: ['kind'] }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('other' as const),
        protocol: fc.constantFrom(...others),
        length: dataLength,
      }),
    },
  );

/** Mostly no fragment. */
const fragmentOffset = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, 185, 8191) },
);
const moreFragments = fc.oneof(
  { weight: 5, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

/** No next header (59), tunnels, ESP (50), SCTP (132), and numbers that nobody uses. */
const otherProtocols = [59, 1, 2, 41, 47, 50, 58, 132, 253, 255];

const extensionHeader: fc.Arbitrary<ExtensionHeader> = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom(0 as const, 43 as const, 60 as const),
      units: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(40) }),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    {
      kind: fc.constant(44 as const),
      offset: fragmentOffset,
      moreFragments,
      identification: fc.nat(0xffffffff),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant(51 as const), words: fc.nat(9) }, { requiredKeys: ['kind'] }),
);

const wellFormedIpv4 = {
  source: ipv4Pool,
  destination: ipv4Pool,
  options: fc.array(fc.nat(255), { maxLength: 40 }),
  identification: fc.nat(0xffff),
  fragmentOffset,
  moreFragments,
  // An authentication header may follow IPv4; over IPv6 it is an extension header.
  payload: payload([...otherProtocols, 51]),
};
const wellFormedIpv6 = {
  source: ipv6Pool,
  destination: ipv6Pool,
  extensionHeaders: fc.array(extensionHeader, { maxLength: 5 }),
  payload: payload(otherProtocols),
};
const requiredIp = ['kind', 'source', 'destination', 'payload'] as const;
const kind = <const Kind extends string>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);

const arpFields = {
  kind: kind('arp'),
  operation: fc.constantFrom(1, 2),
  senderHardware: ethernetPool,
  senderProtocol: ipv4Pool,
  targetHardware: ethernetPool,
  targetProtocol: ipv4Pool,
};
const arpStart = fc.tuple(
  fc.constantFrom(1, 6),
  fc.constantFrom(0x0800, 0x86dd),
  fc.constantFrom(6, 0, 255),
  fc.constantFrom(4, 16),
);

const content = (faulty: boolean): fc.Arbitrary<Content> => {
  const sound: fc.WeightedArbitrary<Content>[] = [
    { weight: 5, arbitrary: fc.record({ kind: kind('ipv4'), ...wellFormedIpv4 }, { requiredKeys: [...requiredIp] }) },
    { weight: 5, arbitrary: fc.record({ kind: kind('ipv6'), ...wellFormedIpv6 }, { requiredKeys: [...requiredIp] }) },
    { weight: 1, arbitrary: fc.record(arpFields) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('raw'),
        etherType: fc.oneof(fc.constantFrom(0x0600, 0x8847, 0x88cc, 0xffff), fc.integer({ min: 0x600, max: 0xffff })),
        bytes: fc.array(fc.nat(255), { maxLength: 80 }),
      }),
    },
  ];
  const faults: fc.WeightedArbitrary<Content>[] = [
    {
      weight: 2,
      arbitrary: fc.record(
        {
          kind: kind('ipv4'),
          ...wellFormedIpv4,
          version: fc.nat(15),
          headerLength: fc.nat(15),
          totalLength: fc.oneof(fc.nat(80), fc.nat(0xffff)),
        },
        { requiredKeys: [...requiredIp] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          kind: kind('ipv6'),
          ...wellFormedIpv6,
          version: fc.nat(15),
          payloadLength: fc.oneof(fc.nat(80), fc.nat(0xffff)),
        },
        { requiredKeys: [...requiredIp] },
      ),
    },
    { weight: 1, arbitrary: fc.record({ ...arpFields, start: arpStart }) },
  ];
  return fc.oneof({ withCrossShrink: true }, ...sound, ...(faulty ? faults : []));
};

const tag = fc.record(
  {
    protocol: fc.constantFrom(0x8100, 0x88a8),
    identifier: identifierPool,
    priority: fc.nat(7),
    dropEligible: fc.boolean(),
  },
  { requiredKeys: ['protocol', 'identifier'] },
);
const tags = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(tag, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(tag, { minLength: 3, maxLength: 3 }) },
);
const llcLink = fc.record({
  kind: kind('llc'),
  destination: fc.constantFrom(0x42, 0xaa, 0xe0, 0xff),
  source: fc.constantFrom(0x42, 0xe0, 0xff),
  control: fc.constantFrom(3, 0xe3, 0x00, 0x01),
});
const link = (faulty: boolean): fc.Arbitrary<LinkEncapsulation> => {
  // With faults, the protocol that SNAP names is seldom that of the content.
  const organization: fc.Arbitrary<number> = faulty ? fc.constantFrom(0, 1) : fc.constantFrom(0x00000c, 0x0000f8);
  const protocol: fc.Arbitrary<number> = faulty
    ? fc.constantFrom(0x0800, 0x86dd, 0x0806, 5)
    : fc.constantFrom(0x0800, 0x2000);
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 16, arbitrary: fc.constant({ kind: 'type' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'snap' as const, organization: 0 }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('snap'), organization, protocol }) },
    { weight: 2, arbitrary: faulty ? llcLink.map((header) => ({ ...header, source: header.destination })) : llcLink },
  );
};

const fields = (faulty: boolean) => ({
  destination: ethernetPool,
  source: ethernetPool,
  tags,
  link: link(faulty),
  padTo: fc.constantFrom(60, 64, 128),
  content: content(faulty),
});

/** LLC gives a length, of at most 1500 bytes: what is longer goes without it. */
const fitting = (description: FrameDescription): FrameDescription => {
  const { link: named, ...rest } = description;
  if (named === undefined || named.kind === 'type') return description;
  return encodeFrame({ ...rest, tags: [], padTo: 0 }).length - 14 + 8 <= 1500 ? description : rest;
};

const faultyFields = {
  keep: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 140 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 1600 }) },
  ),
  overwritten: fc.array(fc.record({ at: fc.nat(90), value: fc.nat(255) }), { maxLength: 3 }),
};

/**
 * Frames as descriptions, of every mix of headers: none to three tags of both kinds, EtherType, LLC and SNAP; ARP, IPv4 with header lengths
 * of 20 to 60 bytes and fragments, IPv6 with up to five extension headers, TCP, UDP and others; with faults, also wrong versions and
 * lengths, overwritten bytes, and frames cut at any byte. Hop-by-hop options may stand anywhere, against RFC 8200, also
 * without faults. They shrink to a short untagged UDP datagram over IPv4.
 */
export const frameDescription = ({ faulty = true }: ArbitraryFrameOptions = {}): fc.Arbitrary<FrameDescription> => {
  const required = ['destination', 'source', 'content'] as const;
  const sound = fc.record(fields(false), { requiredKeys: [...required] }).map(fitting);
  if (!faulty) return sound;
  const broken = fc.record({ ...fields(true), ...faultyFields }, { requiredKeys: [...required] });
  return fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: sound }, { weight: 1, arbitrary: broken });
};

const encodeWithin = (description: FrameDescription, maxLength: number): Uint8Array =>
  encodeFrame(description).subarray(0, maxLength);

/** Frames as bytes: those of `frameDescription`, and with faults some of plain garbage; 1 to `maxLength` bytes. */
export const frame = (options: ArbitraryFrameOptions = {}): fc.Arbitrary<Uint8Array> => {
  const { maxLength = 1600, faulty = true } = options;
  const described = frameDescription(options).map((description) => encodeWithin(description, maxLength));
  if (!faulty) return described;
  return fc.oneof(
    { weight: 9, arbitrary: described },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength, size: 'large' }) },
  );
};

const withData = (description: FrameDescription, length: number): FrameDescription => {
  const { content: inner } = description;
  if (inner.kind !== 'ipv4' && inner.kind !== 'ipv6') return description;
  return { ...description, content: { ...inner, payload: { ...inner.payload, length } } };
};

/**
 * Streams of frames in which chains form: a few flows that take turns, each with a run of frames that differ in the length of their data
 * alone; between them now and then a frame of its own kind.
 */
export const frameStream = (options: ArbitraryFrameOptions = {}): fc.Arbitrary<Uint8Array[]> => {
  const { maxLength = 1600 } = options;
  const runs = fc.array(
    fc.oneof(
      { withCrossShrink: true },
      {
        weight: 5,
        arbitrary: fc.record({ flow: fc.nat(3), data: fc.array(dataLength, { minLength: 1, maxLength: 8 }) }),
      },
      { weight: 1, arbitrary: frame(options) },
    ),
    { minLength: 1, maxLength: 12 },
  );
  const flows = fc.array(frameDescription(options), { minLength: 1, maxLength: 4 });
  return fc.tuple(flows, runs).map(([flow, turns]) =>
    turns.flatMap((turn) => {
      if (turn instanceof Uint8Array) return [turn];
      const description = flow[turn.flow % flow.length]!;
      return turn.data.map((length) => {
        const sized = withData(description, length);
        return encodeWithin(options.faulty === false ? fitting(sized) : sized, maxLength);
      });
    }),
  );
};

/** The first `count` frames of `frameStream`, the same for the same seed. */
export const sampleFrames = (count: number, seed: number, options: ArbitraryFrameOptions = {}): Uint8Array[] => {
  const frames: Uint8Array[] = [];
  for (let round = 0; frames.length < count; round += 1)
    for (const stream of fc.sample(frameStream(options), { seed: seed + round, numRuns: 10 })) frames.push(...stream);
  return frames.slice(0, count);
};
