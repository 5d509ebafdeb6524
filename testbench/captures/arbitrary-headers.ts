/** Parts of frames as fast-check arbitraries: addresses, tags, links, and what they carry. */
import fc from 'fast-check';
import type { Content, ExtensionHeader, LinkEncapsulation, Payload } from './frame-description.ts';

// Small pools, simplest first, so that neighbours often agree and chains form, and shrinking ends at the same few values.
export const ethernetPool = fc.constantFrom(
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
export const dataLength = fc.oneof(
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

export const content = (faulty: boolean): fc.Arbitrary<Content> => {
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
export const tags = fc.oneof(
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
export const link = (faulty: boolean): fc.Arbitrary<LinkEncapsulation> => {
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
