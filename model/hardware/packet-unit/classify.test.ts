import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { frameStatuses } from '../../../rtl/packet-unit/interface.ts';
import { encodeFrame } from '../../../testbench/captures/encode-frame.ts';
import type { ExtensionHeader, FrameDescription, Payload } from '../../../testbench/captures/frame-description.ts';
import { hardFrames } from '../../../testbench/captures/hard-frames.ts';
import { classify } from './classify.ts';
import { emptyDescriptor } from './descriptor.ts';

const ethernet = { destination: '02:00:00:00:00:02', source: '06:01:02:03:04:05' };
const tcp: Payload = { kind: 'tcp', sourcePort: 0x1234, destinationPort: 0x5678 };
const ipv4 = { kind: 'ipv4', source: '10.1.2.3', destination: '192.168.7.9', payload: tcp } as const;
const ipv6 = { kind: 'ipv6', source: '2001:db8::1', destination: '2001:db8::2', payload: tcp } as const;
const arp = {
  kind: 'arp',
  operation: 1,
  senderHardware: ethernet.source,
  senderProtocol: '10.0.0.1',
  targetHardware: '00:00:00:00:00:00',
  targetProtocol: '10.0.0.2',
} as const;

const of = (frame: Partial<FrameDescription> & Pick<FrameDescription, 'content'>): Uint8Array =>
  encodeFrame({ ...ethernet, ...frame });

/** What all bytes of a frame give, as the parser asks: by needs that grow. */
const classifyAll = (frame: Uint8Array) => classify(frame, frame.length);

const link = { destinationHigh: 0x0200, destinationLow: 2, sourceHigh: 0x0601, sourceLow: 0x02030405 };
const good = { ...emptyDescriptor(), ...link };
const ipv4Found = {
  ...good,
  sap: 0x0800,
  network: 4,
  addresses: Uint32Array.of(0x0a010203, 0xc0a80709),
};
const ipv6Found = {
  ...good,
  sap: 0x86dd,
  network: 6,
  addresses: Uint32Array.of(0x20010db8, 0, 0, 1, 0x20010db8, 0, 0, 2),
};
const ports = { transport: 1, ports: 0x12345678 };

describe('link headers', () => {
  const raw = (etherType: number) => ({ kind: 'raw', etherType, bytes: [1, 2, 3, 4] }) as const;
  const customer = (identifier: number) => ({ protocol: 0x8100, identifier, priority: 7, dropEligible: true });
  const service = (identifier: number) => ({ protocol: 0x88a8, identifier });

  test('the smallest EtherType', () => {
    expect(classifyAll(of({ content: raw(0x0600) }))).toMatchObject({
      decided: true,
      need: 14,
      extensionHeaders: 0,
      descriptor: { ...good, sap: 0x0600 },
    });
  });
  test('one tag, without its priority bits', () => {
    expect(classifyAll(of({ tags: [customer(0xabc)], content: raw(0x88f7) }))).toMatchObject({
      need: 18,
      descriptor: { ...good, tags: 1, outer: 0xabc, sap: 0x88f7 },
    });
  });
  test('two tags', () => {
    expect(classifyAll(of({ tags: [service(5), customer(6)], content: ipv4 }))).toMatchObject({
      need: 46,
      descriptor: { ...ipv4Found, ...ports, tags: 2, outer: 5, inner: 6 },
    });
  });
  test('a third tag is not followed', () => {
    expect(classifyAll(of({ tags: [service(5), customer(6), customer(7)], content: ipv4 }))).toMatchObject({
      need: 22,
      descriptor: { ...good, tags: 2, outer: 5, inner: 6, sap: 0x8100 },
    });
  });
  test('LLC', () => {
    const frame = of({ link: { kind: 'llc', destination: 0x42, source: 0x43, control: 3 }, content: ipv4 });
    expect(classifyAll(frame)).toMatchObject({ need: 17, descriptor: { ...good, llc: 1, sap: 0x4243 } });
  });
  test('SNAP with an encapsulated EtherType leads on', () => {
    expect(classifyAll(of({ link: { kind: 'snap', organization: 0 }, content: ipv4 }))).toMatchObject({
      need: 46,
      extensionHeaders: 0,
      descriptor: { ...ipv4Found, ...ports },
    });
  });
  test('SNAP of an organization does not', () => {
    expect(classifyAll(of({ link: { kind: 'snap', organization: 0x00000c }, content: ipv4 }))).toMatchObject({
      need: 22,
      descriptor: { ...good, llc: 1, sap: 0x0800 },
    });
  });
  test('SNAP is not looked for behind two tags', () => {
    const frame = of({ tags: [service(1), customer(2)], link: { kind: 'snap', organization: 0 }, content: ipv4 });
    expect(classifyAll(frame)).toMatchObject({
      need: 25,
      descriptor: { ...good, tags: 2, outer: 1, inner: 2, llc: 1, sap: 0xaaaa },
    });
  });
});

describe('ARP', () => {
  test('of Ethernet and IPv4', () => {
    expect(classifyAll(of({ content: arp }))).toMatchObject({ need: 42, descriptor: { ...good, sap: 0x0806 } });
  });
  test.each([
    [2, 0x0800, 6, 4],
    [1, 0x0801, 6, 4],
    [1, 0x0800, 7, 4],
    [1, 0x0800, 6, 5],
  ] as const)('of anything else is malformed: %i %i %i %i', (...start) => {
    expect(classifyAll(of({ content: { ...arp, start } })).descriptor).toEqual({ ...good, sap: 0x0806, status: 1 });
  });
});

describe('IPv4', () => {
  test('with options', () => {
    const content = { ...ipv4, options: new Array<number>(40).fill(1) };
    expect(classifyAll(of({ content }))).toMatchObject({
      need: 78,
      extensionHeaders: 0,
      descriptor: { ...ipv4Found, ...ports },
    });
  });
  test.each([{ moreFragments: true }, { fragmentOffset: 1 }, { fragmentOffset: 0x1fff }])(
    'a fragment has no ports: %o',
    (change) => {
      expect(classifyAll(of({ content: { ...ipv4, ...change } }))).toMatchObject({
        need: 34,
        extensionHeaders: 0,
        descriptor: ipv4Found,
      });
    },
  );
  test('another protocol has no ports', () => {
    expect(classifyAll(of({ content: { ...ipv4, payload: { kind: 'echo', length: 8 } } }))).toMatchObject({
      need: 34,
      descriptor: ipv4Found,
    });
  });
  test.each([
    { version: 6 },
    { headerLength: 4 },
    { totalLength: 19 },
    { headerLength: 6, totalLength: 23 },
    { totalLength: 23 },
  ])('is malformed: %o', (change) => {
    const { need, extensionHeaders, descriptor } = classifyAll(of({ content: { ...ipv4, ...change } }));
    expect({ need, extensionHeaders, descriptor }).toEqual({
      need: 34,
      extensionHeaders: 0,
      descriptor: { ...good, sap: 0x0800, status: frameStatuses.malformed },
    });
  });
  test('has its ports at a total length of just 24, and may be a fragment below that', () => {
    expect(classifyAll(of({ content: { ...ipv4, totalLength: 24 } })).descriptor).toMatchObject(ports);
    const fragment = classifyAll(of({ content: { ...ipv4, totalLength: 20, fragmentOffset: 1 } }));
    expect(fragment.descriptor.status).toBe(frameStatuses.good);
  });
});

describe('IPv6', () => {
  const over = (...extensionHeaders: ExtensionHeader[]): Uint8Array => of({ content: { ...ipv6, extensionHeaders } });
  test('with all kinds of extension headers', () => {
    expect(classifyAll(over({ kind: 0 }, { kind: 43 }, { kind: 51, words: 1 }, { kind: 60, units: 1 }))).toMatchObject({
      need: 54 + 8 + 8 + 16 + 16 + 4,
      extensionHeaders: 4,
      descriptor: { ...ipv6Found, ...ports },
    });
  });
  test('a fifth extension header is not followed', () => {
    const five = [{ kind: 0 }, { kind: 43 }, { kind: 60 }, { kind: 60 }, { kind: 60 }] as const;
    expect(classifyAll(over(...five))).toMatchObject({ need: 54 + 24 + 4, extensionHeaders: 4, descriptor: ipv6Found });
  });
  test('a fragment that is whole leads on', () => {
    expect(classifyAll(over({ kind: 44, identification: 9 }))).toMatchObject({
      need: 66,
      extensionHeaders: 1,
      descriptor: { ...ipv6Found, ...ports },
    });
  });
  test.each([{ offset: 1 }, { moreFragments: true }])('a fragment that is not has no ports: %o', (change) => {
    expect(classifyAll(over({ kind: 44, ...change }))).toMatchObject({
      need: 58,
      extensionHeaders: 1,
      descriptor: ipv6Found,
    });
  });
  test('the reserved bits of a fragment header do not count, its reserved byte is no length', () => {
    const frame = over({ kind: 44 });
    frame[55] = 200;
    frame[57]! |= 0x06;
    expect(classifyAll(frame).descriptor).toMatchObject(ports);
  });
  test('nothing is read beyond byte 128: of ports', () => {
    const at = (units: number) => over({ kind: 0, units });
    expect(classifyAll(at(7))).toMatchObject({
      need: 54 + 64 + 4,
      extensionHeaders: 1,
      descriptor: { ...ipv6Found, ...ports },
    });
    expect(classifyAll(at(8))).toMatchObject({ need: 58, extensionHeaders: 1, descriptor: ipv6Found });
  });
  test('nothing is read beyond byte 128: of extension headers', () => {
    expect(classifyAll(over({ kind: 0, units: 8 }, { kind: 60 }))).toMatchObject({ need: 58, extensionHeaders: 1 });
    const atLimit = over({ kind: 51, words: 4 }, { kind: 60, units: 4 }, { kind: 60 });
    expect(classifyAll(atLimit)).toMatchObject({ need: 126, extensionHeaders: 3, descriptor: ipv6Found });
  });
  test('of another version is malformed', () => {
    expect(classifyAll(of({ content: { ...ipv6, version: 4 } })).descriptor).toEqual({
      ...good,
      sap: 0x86dd,
      status: frameStatuses.malformed,
    });
  });
});

describe('truncation', () => {
  test('at every byte of the hard frames: undecided before the need, decided alike from then on', () => {
    for (const { frame, name } of hardFrames) {
      const whole = classifyAll(frame);
      for (let length = 0; length <= frame.length; length += 1) {
        const part = classify(frame, length);
        expect(part.decided, `${name} at ${length}`).toBe(length >= whole.need);
        if (part.decided) expect(part).toEqual(whole);
        else
          expect(part.descriptor).toMatchObject({
            status: frameStatuses.truncated,
            network: 0,
            transport: 0,
            ports: 0,
          });
      }
    }
  });
  test('keeps the fields of the steps that were complete', () => {
    const frame = of({
      tags: [{ protocol: 0x8100, identifier: 3 }],
      link: { kind: 'snap', organization: 0 },
      content: ipv6,
    });
    const at = (length: number) => classify(frame, length).descriptor;
    const status = frameStatuses.truncated;
    expect(at(13)).toEqual({ ...emptyDescriptor(), status });
    expect(at(17)).toEqual({ ...good, status });
    expect(at(18)).toEqual({ ...good, status, tags: 1, outer: 3 });
    expect(at(25)).toEqual({ ...good, status, tags: 1, outer: 3 });
    expect(at(26)).toEqual({ ...good, status, tags: 1, outer: 3, sap: 0x86dd });
    expect(at(69)).toEqual({ ...good, status, tags: 1, outer: 3, sap: 0x86dd });
    expect(at(70).status).toBe(frameStatuses.good);
  });
  test('counts the extension headers that were read', () => {
    const frame = of({ content: { ...ipv6, extensionHeaders: [{ kind: 0 }, { kind: 60 }] } });
    expect([54, 57, 58, 65, 66, 73, 74].map((length) => classify(frame, length).extensionHeaders)).toEqual([
      0, 0, 1, 1, 2, 2, 2,
    ]);
  });
});

property.prop([fc.uint8Array({ maxLength: 140 }), fc.constantFrom(0x0800, 0x86dd, 0x8100, 0x88a8, 0x0040, 0x0806)])(
  'any bytes are decided at their need and never look beyond it',
  (bytes, type) => {
    const frame = new Uint8Array(160);
    frame.set(bytes);
    frame[12] = type >>> 8;
    frame[13] = type & 0xff;
    const whole = classify(frame, frame.length);
    expect(whole.decided).toBe(true);
    expect(whole.need).toBeLessThanOrEqual(128);
    const cut = frame.slice(0, whole.need);
    expect(classify(cut, cut.length)).toEqual(whole);
    if (whole.need > 0) expect(classify(cut, cut.length - 1).decided).toBe(false);
  },
);
