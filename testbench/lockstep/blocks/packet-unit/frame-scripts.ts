/** Random traffic: a few flows, whose frames follow each other in runs so that chains form, and near relatives of theirs. */
import fc, { type Arbitrary } from 'fast-check';
import { frame } from '../../../captures/arbitrary-frames.ts';
import { encodeFrame } from '../../../captures/encode-frame.ts';
import type { FrameDescription } from '../../../captures/frame-description.ts';
import type { CapturedFrame } from '../../block.ts';
import type { KeepStyle, TrafficFrame } from './scenario.ts';

/** Long chains of short extension headers, around the limit on their number. */
const manyExtensionHeaders: Arbitrary<Uint8Array> = fc
  .record({
    kinds: fc.array(fc.constantFrom(0 as const, 43 as const, 44 as const, 60 as const), { minLength: 3, maxLength: 6 }),
    payload: fc.constantFrom('tcp' as const, 'udp' as const),
  })
  .map(({ kinds, payload }): FrameDescription => ({
    destination: '02:00:00:00:00:01',
    source: '02:00:00:00:00:02',
    content: {
      kind: 'ipv6',
      source: '2001:db8::1',
      destination: '2001:db8::2',
      extensionHeaders: kinds.map((kind) => ({ kind })),
      payload: { kind: payload, sourcePort: 80, destinationPort: 443 },
    },
  }))
  .map(encodeFrame);

/** The first fragment of a packet, whose ports do not count. */
const firstFragment: Arbitrary<Uint8Array> = fc
  .record({ moreFragments: fc.boolean(), fragmentOffset: fc.constantFrom(0, 0, 1), kind: fc.constantFrom('tcp' as const, 'udp' as const) })
  .map(({ kind, ...fragment }): FrameDescription => ({
    destination: '02:00:00:00:00:01',
    source: '02:00:00:00:00:02',
    content: {
      kind: 'ipv4',
      source: '192.0.2.1',
      destination: '192.0.2.2',
      ...fragment,
      payload: { kind, sourcePort: 80, destinationPort: 443 },
    },
  }))
  .map(encodeFrame);

/** A frame, and others that differ from it in one bit of their headers each. */
interface Family {
  readonly parent: Uint8Array;
  readonly children: readonly { readonly byte: number; readonly bit: number }[];
}

const membersOf = ({ parent, children }: Family): readonly Uint8Array[] => [
  parent,
  ...children
    .filter(({ byte }) => byte < parent.length)
    .map(({ byte, bit }) => parent.map((value, index) => (index === byte ? value ^ (1 << bit) : value))),
];

/** How one frame differs from its flow's. */
interface Variation {
  readonly flow: number;
  readonly length: number | null;
  readonly gap: number;
  readonly keep: KeepStyle;
}

const length: Arbitrary<number | null> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: 60, max: 200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 130 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 1600 }) },
  { weight: 1, arbitrary: fc.constantFrom(1514, 1518, 1600, 0) },
);

const variation: Arbitrary<Variation> = fc.record({
  flow: fc.nat(20),
  length,
  gap: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.nat(8) },
    { weight: 1, arbitrary: fc.nat(100) },
  ),
  keep: fc.oneof(
    { weight: 4, arbitrary: fc.constant<KeepStyle>('plain') },
    { weight: 2, arbitrary: fc.constant<KeepStyle>('noisy') },
    { weight: 1, arbitrary: fc.constant<KeepStyle>('empty_last') },
  ),
});

/** Runs of frames of one flow, which make long chains. */
const runs = (most: number): Arbitrary<readonly Variation[]> =>
  fc
    .array(fc.record({ one: variation, times: fc.integer({ min: 1, max: 12 }), spread: fc.nat(3) }), {
      maxLength: Math.ceil(most / 6),
      size: 'max',
    })
    .map((all) =>
      all.flatMap(({ one, times, spread }) =>
        Array.from({ length: times }, (_, index) => ({
          ...one,
          length: one.length === null ? null : one.length + spread * index,
        })),
      ),
    );

/** Cuts a frame to a length, or lengthens it with bytes that tell where they were cut. */
const resize = (data: Uint8Array, bytes: number | null): Uint8Array =>
  bytes === null ? data : Uint8Array.from({ length: bytes }, (_, index) => data[index] ?? (index * 7) & 0xff);

/**
 * Lists of frames. They shrink to fewer, shorter and plainer frames.
 * @param captured frames to take flows from as well.
 * @param most frames of the longest lists, about.
 */
export const frameScripts = (captured: readonly CapturedFrame[], most: number): Arbitrary<readonly TrafficFrame[]> => {
  const made: fc.WeightedArbitrary<Uint8Array>[] = [
    { weight: 8, arbitrary: frame() },
    { weight: 1, arbitrary: manyExtensionHeaders },
    { weight: 1, arbitrary: firstFragment },
  ];
  const parent =
    captured.length === 0
      ? fc.oneof(...made)
      : fc.oneof(...made, { weight: 20, arbitrary: fc.nat(captured.length - 1).map((index) => captured[index]!.data) });
  const family: Arbitrary<Family> = fc.record({
    parent,
    children: fc.array(fc.record({ byte: fc.oneof(fc.nat(25), fc.nat(80)), bit: fc.nat(7) }), { maxLength: 3 }),
  });
  return fc
    .tuple(
      fc.array(family, { minLength: 1, maxLength: 5, size: 'max' }),
      fc.oneof(fc.array(variation, { maxLength: most, size: 'max' }), runs(most)),
    )
    .map(([families, variations]) => {
      const flows = families.flatMap(membersOf);
      return variations.map(({ flow, length: bytes, gap, keep }) => ({
        data: resize(flows[flow % flows.length]!, bytes),
        gap,
        keep,
      }));
    });
};
