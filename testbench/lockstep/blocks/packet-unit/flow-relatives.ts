/** Frames of one flow and what is easily taken for it: what a real flow never sends one after the other, and a parser must tell apart. */
import fc, { type Arbitrary } from 'fast-check';
import { encodeFrame } from '../../../captures/encode-frame.ts';
import type { ExtensionHeader, FrameDescription, Ipv4Content, VlanTag } from '../../../captures/frame-description.ts';

interface Flow {
  readonly destination: string;
  readonly kind: 'tcp' | 'udp';
}

const flow: Arbitrary<Flow> = fc.record({
  destination: fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02'),
  kind: fc.constantFrom('tcp', 'udp'),
});

const serviceTag: VlanTag = { protocol: 0x88a8, identifier: 100 };
const customerTag: VlanTag = { protocol: 0x8100, identifier: 1 };

interface Change {
  readonly tags?: readonly VlanTag[];
  readonly ip?: Partial<Ipv4Content>;
  readonly destinationPort?: number;
}

/** Fragments, a neighbouring port, stacked tags that differ in one of the two, a version and a length that cannot be. */
const ipv4Changes: readonly Change[] = [
  {},
  { ip: { moreFragments: true } },
  { ip: { moreFragments: true, fragmentOffset: 1 } },
  { ip: { fragmentOffset: 1 } },
  { destinationPort: 444 },
  { tags: [serviceTag, customerTag] },
  { tags: [serviceTag, { ...customerTag, identifier: 3 }] },
  { tags: [{ ...serviceTag, identifier: 101 }, customerTag] },
  { ip: { version: 5 } },
  { ip: { totalLength: 19 } },
];

/** Two changes that differ in one thing alone. */
const ipv4Pairs: readonly (readonly [Change, Change])[] = [
  ...ipv4Changes.slice(1, 6).map((change) => [ipv4Changes[0]!, change] as const),
  ...ipv4Changes.slice(6, 8).map((change) => [ipv4Changes[5]!, change] as const),
  [ipv4Changes[8]!, ipv4Changes[9]!],
];

const overIpv4 = ({ destination, kind }: Flow, { tags = [], ip = {}, destinationPort = 443 }: Change) =>
  encodeFrame({
    destination,
    source: '02:00:00:00:00:03',
    tags,
    content: {
      kind: 'ipv4',
      source: '192.0.2.1',
      destination: '192.0.2.2',
      ...ip,
      payload: { kind, sourcePort: 80, destinationPort },
    },
  });

const overIpv6 = ({ destination, kind }: Flow, extensionHeaders: readonly ExtensionHeader[]) => {
  const description: FrameDescription = {
    destination,
    source: '02:00:00:00:00:03',
    content: {
      kind: 'ipv6',
      source: '2001:db8::1',
      destination: '2001:db8::2',
      extensionHeaders,
      payload: { kind, sourcePort: 80, destinationPort: 443 },
    },
  };
  return encodeFrame(description);
};

/** Short extension headers, around the limit on their number; a fragment header makes no difference unless there are more fragments. */
const extensionHeaders: Arbitrary<readonly ExtensionHeader[]> = fc
  .array(fc.constantFrom<ExtensionHeader['kind']>(0, 43, 44, 60), { minLength: 3, maxLength: 6 })
  .map((kinds) => kinds.map((kind) => ({ kind })));
const fragmentHeaders: readonly (readonly ExtensionHeader[])[] = [
  [],
  [{ kind: 44 }],
  [{ kind: 44, moreFragments: true }],
  [{ kind: 44, offset: 1 }],
];

/** Frames that differ from each other in what a flow is told by, two to six of them. */
export const flowRelatives: Arbitrary<readonly Uint8Array[]> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(flow, fc.constantFrom(...ipv4Pairs))
      .map(([of, changes]) => changes.map((change) => overIpv4(of, change))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(flow, fc.subarray([...ipv4Changes], { minLength: 2, maxLength: 6 }))
      .map(([of, changes]) => changes.map((change) => overIpv4(of, change))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        flow,
        fc.subarray([...fragmentHeaders], { minLength: 1, maxLength: 3 }),
        fc.array(extensionHeaders, { minLength: 1, maxLength: 3 }),
      )
      .map(([of, fragments, others]) => [...fragments, ...others].map((headers) => overIpv6(of, headers))),
  },
);
