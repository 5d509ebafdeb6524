/** Random frames: a few flows, whose frames follow each other in runs so that chains form, in all sorts of headers. */
import fc, { type Arbitrary } from 'fast-check';
import { encodeFrame } from '../../../captures/encode-frame.ts';
import type { Content, ExtensionHeader, FrameDescription, Payload, VlanTag } from '../../../captures/frame-description.ts';
import type { CapturedFrame } from '../../block.ts';
import type { KeepStyle, TrafficFrame } from './scenario.ts';

/** Few of each, so that frames often agree in some fields and differ in others. */
export const hardwareAddresses = ['02:00:00:00:00:01', '02:00:00:00:00:02', '01:00:5e:00:00:fb', 'ff:ff:ff:ff:ff:ff'] as const;
const ipv4Addresses = ['10.0.0.1', '10.0.0.2', '192.168.77.1', '224.0.0.251'] as const;
const ipv6Addresses = ['2001:db8::1', '2001:db8::2', 'fe80::1:2', 'ff02::fb'] as const;

const port: Arbitrary<number> = fc.constantFrom(80, 443, 5000, 40000);

const payload: Arbitrary<Payload> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('tcp' as const, 'udp' as const), sourcePort: port, destinationPort: port }) },
  fc.record({ kind: fc.constant('echo' as const) }),
  fc.record({ kind: fc.constant('other' as const), protocol: fc.constantFrom(0, 43, 47, 50, 59, 132), length: fc.nat(24) }),
);

const plainIpv4: Arbitrary<Content> = fc.record({
  kind: fc.constant('ipv4' as const),
  source: fc.constantFrom(...ipv4Addresses),
  destination: fc.constantFrom(...ipv4Addresses),
  payload,
});

const oddIpv4: Arbitrary<Content> = fc.record(
  {
    kind: fc.constant('ipv4' as const),
    source: fc.constantFrom(...ipv4Addresses),
    destination: fc.constantFrom(...ipv4Addresses),
    options: fc.array(fc.nat(255), { maxLength: 40 }),
    moreFragments: fc.boolean(),
    fragmentOffset: fc.constantFrom(0, 1, 185),
    version: fc.constantFrom(4, 4, 4, 5, 6),
    headerLength: fc.integer({ min: 0, max: 15 }),
    totalLength: fc.constantFrom(0, 19, 20, 23, 24, 28, 40, 1500),
    payload,
  },
  { requiredKeys: ['kind', 'source', 'destination', 'payload'] },
);

const ipv4 = fc.oneof({ weight: 3, arbitrary: plainIpv4 }, { weight: 2, arbitrary: oddIpv4 });

const extensionHeader: Arbitrary<ExtensionHeader> = fc.oneof(
  fc.record({ kind: fc.constantFrom(0 as const, 43 as const, 60 as const), units: fc.constantFrom(0, 0, 1, 2, 7, 30) }),
  fc.record({ kind: fc.constant(44 as const), offset: fc.constantFrom(0, 0, 1), moreFragments: fc.boolean() }),
  fc.record({ kind: fc.constant(51 as const), words: fc.constantFrom(0, 1, 3, 8) }),
);

const ipv6: Arbitrary<Content> = fc.record(
  {
    kind: fc.constant('ipv6' as const),
    source: fc.constantFrom(...ipv6Addresses),
    destination: fc.constantFrom(...ipv6Addresses),
    extensionHeaders: fc.array(extensionHeader, { maxLength: 6, size: 'max' }),
    version: fc.constantFrom(6, 6, 6, 6, 6, 4, 7),
    payload,
  },
  { requiredKeys: ['kind', 'source', 'destination', 'payload'] },
);

const arp: Arbitrary<Content> = fc.record(
  {
    kind: fc.constant('arp' as const),
    operation: fc.constantFrom(1, 2),
    senderHardware: fc.constantFrom(...hardwareAddresses),
    senderProtocol: fc.constantFrom(...ipv4Addresses),
    targetHardware: fc.constantFrom(...hardwareAddresses),
    targetProtocol: fc.constantFrom(...ipv4Addresses),
    start: fc.tuple(fc.constantFrom(1, 6), fc.constantFrom(0x0800, 0x86dd), fc.constantFrom(6, 8), fc.constantFrom(4, 16)),
  },
  { requiredKeys: ['kind', 'operation', 'senderHardware', 'senderProtocol', 'targetHardware', 'targetProtocol'] },
);

const raw: Arbitrary<Content> = fc.record({
  kind: fc.constant('raw' as const),
  etherType: fc.constantFrom(0x88cc, 0x8847, 0x0600, 0x05ff, 0x8100, 0x88a8, 0xffff),
  bytes: fc.array(fc.nat(255), { maxLength: 40 }),
});

const tag: Arbitrary<VlanTag> = fc.record({
  protocol: fc.constantFrom(0x8100, 0x88a8),
  identifier: fc.constantFrom(0, 1, 100, 4095),
  priority: fc.nat(7),
});

const description: Arbitrary<FrameDescription> = fc.record(
  {
    destination: fc.constantFrom(...hardwareAddresses),
    source: fc.constantFrom(...hardwareAddresses),
    content: fc.oneof({ weight: 6, arbitrary: ipv4 }, { weight: 6, arbitrary: ipv6 }, arp, raw),
    tags: fc.array(tag, { maxLength: 3 }),
    link: fc.oneof(
      { weight: 6, arbitrary: fc.constant({ kind: 'type' as const }) },
      fc.record({ kind: fc.constant('llc' as const), destination: fc.constantFrom(0x42, 0xaa), source: fc.constantFrom(0x42, 0xaa), control: fc.constant(3) }),
      fc.record({ kind: fc.constant('snap' as const), organization: fc.constantFrom(0, 0, 0x00000c) }),
    ),
  },
  { requiredKeys: ['destination', 'source', 'content'] },
);

/** How one frame of a flow differs from the flow's plain frame. */
interface Variation {
  readonly flow: number;
  readonly length: number | null;
  readonly gap: number;
  readonly keep: KeepStyle;
}

const length: Arbitrary<number | null> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: 60, max: 200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 130 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 1600 }) },
  { weight: 1, arbitrary: fc.constantFrom(1514, 1518, 1600, 0) },
);

/** Cuts a frame to a length, or lengthens it with bytes that tell where they were cut. */
const resize = (frame: Uint8Array, bytes: number | null): Uint8Array =>
  bytes === null ? frame : Uint8Array.from({ length: bytes }, (_, index) => frame[index] ?? (index * 7) & 0xff);

/**
 * Lists of frames. They shrink to fewer, shorter and plainer frames.
 * @param captured frames to take flows from as well.
 */
export const frameScripts = (captured: readonly CapturedFrame[], most: number): Arbitrary<readonly TrafficFrame[]> => {
  const made = description.map((each) => encodeFrame(each));
  const flow: Arbitrary<Uint8Array> =
    captured.length === 0
      ? fc.oneof({ weight: 7, arbitrary: made }, fc.uint8Array({ minLength: 1, maxLength: 200 }))
      : fc.oneof({ weight: 2, arbitrary: made }, { weight: 8, arbitrary: fc.nat(captured.length - 1).map((index) => captured[index]!.data) });
  const variation: Arbitrary<Variation> = fc.record({
    flow: fc.nat(5),
    length,
    gap: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(100) }),
    keep: fc.oneof(
      { weight: 4, arbitrary: fc.constant<KeepStyle>('plain') },
      { weight: 2, arbitrary: fc.constant<KeepStyle>('noisy') },
      { weight: 1, arbitrary: fc.constant<KeepStyle>('empty_last') },
    ),
  });
  return fc
    .tuple(
      fc.array(flow, { minLength: 1, maxLength: 5, size: 'max' }),
      fc.oneof(fc.array(variation, { maxLength: most, size: 'max' }), runsOf(variation, most)),
    )
    .map(([flows, variations]) =>
      variations.map(({ flow: index, length: bytes, gap, keep }) => ({ data: resize(flows[index % flows.length]!, bytes), gap, keep })),
    );
};

/** Runs of frames of one flow, which make long chains. */
const runsOf = (variation: Arbitrary<Variation>, most: number): Arbitrary<readonly Variation[]> =>
  fc
    .array(fc.record({ one: variation, times: fc.integer({ min: 1, max: 12 }), spread: fc.nat(3) }), {
      maxLength: Math.ceil(most / 6),
      size: 'max',
    })
    .map((runs) =>
      runs.flatMap(({ one, times, spread }) =>
        Array.from({ length: times }, (_, index) => ({ ...one, length: one.length === null ? null : one.length + spread * index })),
      ),
    );
