import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ethernetText, ipv4Text, ipv6Text } from './addresses.ts';
import { frame, frameDescription, frameStream, sampleFrames } from './arbitrary-frames.ts';
import { dissect } from './dissect.ts';
import type { DissectionFault } from './dissection.ts';
import { encodeFrame } from './encode-frame.ts';
import type { FrameDescription, Ipv4Content, Ipv6Content } from './frame-description.ts';

const numRuns = process.env.PORTCULLIS_THOROUGH === '1' ? 20_000 : 500;

const hexadecimal = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

describe('frames written out by hand', () => {
  test('IEEE 802.1ad over 802.1Q over IPv4 with a timestamp option, fragment with more to come, UDP', () => {
    const found = dissect(
      hexadecimal(`020000000002 020000000001 88a8 f0c8 8100 000a 0800
        4700 002c 1234 2000 4011 0000 c0000201 c6336407 4408 0500 00000000
        14e9 0035 0400 0000 0102030405060708`),
    );
    expect(found).toMatchObject({
      tags: [
        { protocol: 0x88a8, priority: 7, dropEligible: true, identifier: 200 },
        { protocol: 0x8100, priority: 0, dropEligible: false, identifier: 10 },
      ],
      etherType: 0x0800,
      ipv4: {
        offset: 22,
        headerLength: 28,
        totalLength: 44,
        identification: 0x1234,
        moreFragments: true,
        fragmentOffset: 0,
        fragment: 'first',
        timeToLive: 64,
        protocol: 17,
        checksumGood: false,
        source: Uint8Array.of(192, 0, 2, 1),
        destination: Uint8Array.of(198, 51, 100, 7),
        options: Uint8Array.of(0x44, 8, 5, 0, 0, 0, 0, 0),
      },
      transport: { protocol: 17, offset: 50, sourcePort: 5353, destinationPort: 53 },
      faults: [],
    });
  });

  test('a spanning tree message: LLC with its padding left out', () => {
    const found = dissect(hexadecimal('0180c2000000 020000000001 0026 424203 0000 00 00 00'));
    expect(found.llc).toEqual({ destination: 0x42, source: 0x42, control: 3 });
    expect(found.etherType).toBeUndefined();
    expect(found.faults).toMatchObject([{ kind: 'truncated', layer: 'llc', stops: false }]);
  });

  test('SNAP: RFC 1042 names an EtherType, another organization does not', () => {
    const arp = '0001 0800 06 04 0002 020000000001 c0000201 020000000002 c0000202';
    const found = dissect(hexadecimal(`ffffffffffff 020000000001 0024 aaaa03 000000 0806 ${arp}`));
    expect(found.snap).toEqual({ organization: 0, protocol: 0x0806 });
    expect(found.arp).toMatchObject({ operation: 2, targetProtocol: Uint8Array.of(192, 0, 2, 2) });
    const other = dissect(hexadecimal(`ffffffffffff 020000000001 0024 aaaa03 00000c 0806 ${arp}`));
    expect([other.snap, other.etherType, other.arp]).toEqual([
      { organization: 12, protocol: 0x0806 },
      undefined,
      undefined,
    ]);
  });

  test('LLC with two octets of control', () => {
    const found = dissect(hexadecimal('020000000002 020000000001 0004 0404 0102'));
    expect(found.llc).toEqual({ destination: 4, source: 4, control: 0x0201 });
  });

  test('IPv6 with hop-by-hop options, authentication, a fragment header that splits nothing, TCP', () => {
    const found = dissect(
      hexadecimal(`020000000002 020000000001 86dd 60000000 003c 00 40
        20010db8000000000000000000000001 20010db8000000000000000000000002
        33 00 0104 00000000  2c 04 0000 00000001 00000002 000102030405060708090a0b
        06 00 0000 0000002a  0050 c000 00000001 00000002 5010 0000 0000 0000  00000000 00000000`),
    );
    expect(found.ipv6).toMatchObject({
      extensionHeaders: [
        { kind: 0, offset: 54, length: 8 },
        { kind: 51, offset: 62, length: 24 },
        { kind: 44, offset: 86, length: 8 },
      ],
      fragment: 'whole',
      identification: 42,
    });
    expect(found.transport).toEqual({ protocol: 6, offset: 94, sourcePort: 80, destinationPort: 0xc000 });
    expect(found.faults).toEqual([]);
  });

  test('the length/type field: lengths up to 1500, types from 1536, nothing between', () => {
    const read = (field: string) => dissect(hexadecimal(`020000000002 020000000001 ${field} 424203 00000000`));
    expect(read('05dc').llc).toBeDefined();
    for (const field of ['05dd', '05ff'])
      expect(read(field)).toMatchObject({ faults: [{ layer: 'ethernet', stops: true }] });
    expect(read('0600')).toMatchObject({ etherType: 0x0600, faults: [] });
  });

  // Checksums worked out by tshark, which calls them correct.
  test('the encoder gives TCP and UDP byte for byte', () => {
    const ends = { destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' };
    const ports = { sourcePort: 0x1234, destinationPort: 0x50, length: 1 };
    const tcp = encodeFrame({
      ...ends,
      content: { kind: 'ipv4', source: '192.0.2.1', destination: '192.0.2.2', payload: { kind: 'tcp', ...ports } },
    });
    expect(tcp).toEqual(
      hexadecimal(`020000000002 020000000001 0800 4500 0029 0000 0000 4006 f6cb c0000201 c0000202
        1234 0050 00000001 00000001 5010 ffff 194a 0000 00`),
    );
    const udp = encodeFrame({
      ...ends,
      content: { kind: 'ipv6', source: '2001:db8::1', destination: '2001:db8::2', payload: { kind: 'udp', ...ports } },
    });
    expect(udp).toEqual(
      hexadecimal(`020000000002 020000000001 86dd 60000000 0009 11 40
        20010db8000000000000000000000001 20010db8000000000000000000000002 1234 0050 0009 91e3 00`),
    );
  });

  test('a jumbogram has its length in an option (RFC 2675)', () => {
    const addresses = '20010db8000000000000000000000001 20010db8000000000000000000000002';
    const jumbo = (length: string) =>
      dissect(
        hexadecimal(`020000000002 020000000001 86dd 60000000 0000 00 40 ${addresses}
        11 00 c204 ${length} 0050 0051 0000 0000`),
      );
    expect(jumbo('00000010')).toMatchObject({ transport: { sourcePort: 80, destinationPort: 81 }, faults: [] });
    expect(jumbo('0000000a').transport).toBeUndefined();
    expect(jumbo('00020000').faults).toMatchObject([{ kind: 'truncated', layer: 'ipv6', stops: false }]);
  });
});

describe('faults', () => {
  const base = { destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' };
  const udp = { kind: 'udp', sourcePort: 1, destinationPort: 2, length: 8 } as const;
  const v4 = (change: Partial<Ipv4Content>): FrameDescription => ({
    ...base,
    content: { kind: 'ipv4', source: '192.0.2.1', destination: '192.0.2.2', payload: udp, ...change },
  });
  const v6 = (change: Partial<Ipv6Content>): FrameDescription => ({
    ...base,
    content: { kind: 'ipv6', source: '2001:db8::1', destination: '2001:db8::2', payload: udp, ...change },
  });
  const cases: readonly (readonly [FrameDescription, Partial<DissectionFault>])[] = [
    [
      { ...v4({}), keep: 13 },
      { kind: 'truncated', layer: 'ethernet', stops: true },
    ],
    [
      { ...v4({}), tags: [{ protocol: 0x8100, identifier: 1 }], keep: 16 },
      { kind: 'truncated', layer: 'vlan', stops: true },
    ],
    [
      { ...v4({}), keep: 33 },
      { kind: 'truncated', layer: 'ipv4', stops: true },
    ],
    [
      { ...v4({}), keep: 37 },
      { kind: 'truncated', layer: 'ipv4', stops: false },
    ],
    [v4({ version: 5 }), { kind: 'malformed', layer: 'ipv4', offset: 14 }],
    [v4({ headerLength: 4 }), { kind: 'malformed', layer: 'ipv4', text: 'a header length of 16 bytes' }],
    [v4({ totalLength: 19 }), { kind: 'malformed', layer: 'ipv4', offset: 16 }],
    [v4({ totalLength: 23 }), { kind: 'malformed', layer: 'transport', stops: true }],
    [v4({ totalLength: 26 }), { kind: 'malformed', layer: 'transport', stops: false }],
    [v6({ version: 4 }), { kind: 'malformed', layer: 'ipv6' }],
    [v6({ payloadLength: 3 }), { kind: 'malformed', layer: 'transport', stops: true }],
    [v6({ extensionHeaders: [{ kind: 60 }, { kind: 0 }] }), { kind: 'malformed', layer: 'extension', stops: false }],
    [
      { ...v6({ extensionHeaders: [{ kind: 43, units: 2 }] }), keep: 70 },
      { kind: 'truncated', layer: 'ipv6' },
    ],
    [
      {
        ...v4({}),
        overwritten: [
          { at: 12, value: 5 },
          { at: 13, value: 0xdd },
        ],
      },
      { kind: 'malformed', layer: 'ethernet', offset: 12 },
    ],
  ];
  test.each(cases)('case %#', (description, fault) => {
    expect(dissect(encodeFrame(description)).faults[0]).toMatchObject(fault);
  });
});

describe('generated frames', () => {
  test.prop([fc.oneof(fc.uint8Array({ maxLength: 200 }), frame())], { numRuns: numRuns * 2 })(
    'never throw, and faults lie within reach',
    (bytes) => {
      const { faults, transport } = dissect(bytes);
      for (const { offset } of faults) expect(offset).toBeGreaterThanOrEqual(0);
      expect(faults.filter(({ stops }) => stops).length).toBeLessThanOrEqual(1);
      if (transport?.sourcePort !== undefined) expect(transport.offset + 4).toBeLessThanOrEqual(bytes.length);
    },
  );

  test.prop([frameDescription({ faulty: false })], { numRuns })('give back their description', (description) => {
    const found = dissect(encodeFrame(description));
    const { content, link = { kind: 'type' }, tags = [] } = description;
    expect(ethernetText(found.destination!)).toBe(description.destination);
    expect(found.tags.map(({ protocol, identifier }) => [protocol, identifier])).toEqual(
      tags.map(({ protocol, identifier }) => [protocol, identifier]),
    );
    expect(found.llc !== undefined).toBe(link.kind !== 'type');
    if (link.kind === 'llc' || (link.kind === 'snap' && (link.organization !== 0 || link.protocol !== undefined)))
      return;
    if (content.kind === 'ipv4') {
      const { ipv4 } = found;
      expect([ipv4Text(ipv4!.source), ipv4Text(ipv4!.destination)]).toEqual([content.source, content.destination]);
      expect(ipv4!.fragmentOffset).toBe((content.fragmentOffset ?? 0) * 8);
      expect(ipv4!.checksumGood).toBe(true);
      expect(found.faults).toEqual([]);
    } else if (content.kind === 'ipv6') {
      const { ipv6 } = found;
      expect([ipv6Text(ipv6!.source), ipv6Text(ipv6!.destination)]).toEqual([content.source, content.destination]);
      const kinds = (content.extensionHeaders ?? []).map(({ kind }) => kind);
      expect(kinds.slice(0, ipv6!.extensionHeaders.length)).toEqual(ipv6!.extensionHeaders.map(({ kind }) => kind));
      if (ipv6!.fragment !== 'later' && content.payload.kind !== 'other')
        expect(ipv6!.extensionHeaders).toHaveLength(kinds.length);
      expect(found.faults.every(({ text }) => text.startsWith('hop-by-hop'))).toBe(true);
    } else if (content.kind === 'arp') {
      expect(ipv4Text(found.arp!.targetProtocol)).toBe(content.targetProtocol);
    }
    if (
      (content.kind === 'ipv4' || content.kind === 'ipv6') &&
      (content.payload.kind === 'tcp' || content.payload.kind === 'udp') &&
      found.transport !== undefined
    )
      expect([found.transport.sourcePort, found.transport.destinationPort]).toEqual([
        content.payload.sourcePort,
        content.payload.destinationPort,
      ]);
  });

  test.prop([frameStream({ maxLength: 300 })], { numRuns: 50 })('keep to the length asked for', (frames) => {
    for (const { length } of frames) {
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThanOrEqual(300);
    }
  });

  test('sampled by seed: the same again, all kinds among them, and neighbours alike', () => {
    const frames = sampleFrames(3000, 1);
    expect(sampleFrames(40, 1)).toEqual(frames.slice(0, 40));
    expect(sampleFrames(40, 2)).not.toEqual(frames.slice(0, 40));
    const found = frames.map(dissect);
    const has = (test: (each: (typeof found)[number]) => boolean): number => found.filter(test).length;
    for (const count of [0, 1, 2, 3]) expect(has(({ tags }) => tags.length === count)).toBeGreaterThan(30);
    for (const count of [0, 1, 2, 3, 4, 5])
      expect(has(({ ipv6 }) => ipv6?.extensionHeaders.length === count)).toBeGreaterThan(10);
    for (const fragment of ['whole', 'first', 'later'])
      for (const network of ['ipv4', 'ipv6'] as const)
        expect(has((each) => each[network]?.fragment === fragment)).toBeGreaterThan(20);
    for (const layer of ['ethernet', 'vlan', 'llc', 'ipv4', 'ipv6', 'extension'] as const)
      expect(has(({ faults }) => faults.some((fault) => fault.layer === layer))).toBeGreaterThan(0);
    expect(has(({ llc, snap }) => llc !== undefined && snap === undefined)).toBeGreaterThan(30);
    expect(has(({ snap }) => snap !== undefined)).toBeGreaterThan(30);
    expect(has(({ arp }) => arp !== undefined)).toBeGreaterThan(30);
    expect(new Set(frames.map(({ length }) => length)).size).toBeGreaterThan(100);
  });
});
