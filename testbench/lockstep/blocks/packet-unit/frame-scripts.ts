/** Random traffic: a few flows, whose frames follow each other in runs so that chains form, and near relatives of theirs. */
import fc, { type Arbitrary } from 'fast-check';
import { frame } from '../../../captures/arbitrary-frames.ts';
import type { CapturedFrame } from '../../block.ts';
import { flowRelatives } from './flow-relatives.ts';
import type { KeepStyle, TrafficFrame } from './scenario.ts';

/** Version and header length; the low bits of both VLAN identifiers, of the type behind one tag, and of fragment fields. */
const tellingBytes = [14, 15, 18, 19, 19, 21];

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

/** How one frame differs from the first of the family that it belongs to. */
interface Variation {
  readonly family: number;
  readonly member: number;
  readonly length: number | null;
  readonly gap: number;
  readonly keep: KeepStyle;
}

const length: Arbitrary<number | null> = fc.oneof(
  { withCrossShrink: true },
  { weight: 10, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.integer({ min: 60, max: 200 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 130 }) },
  { weight: 1, arbitrary: fc.oneof(fc.integer({ min: 200, max: 1600 }), fc.constantFrom(1514, 1518, 1600, 0)) },
);

/** Frames of a beat or two, which crowd everything that works by the frame. */
const tiny: Arbitrary<number | null> = fc.integer({ min: 14, max: 30 });

const variation = (lengths: Arbitrary<number | null>): Arbitrary<Variation> =>
  fc.record({
    family: fc.nat(2),
    member: fc.nat(11),
    length: lengths,
    gap: fc.oneof(
      { withCrossShrink: true },
      { weight: 8, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.nat(8) },
      { weight: 1, arbitrary: fc.nat(100) },
    ),
    keep: fc.oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: fc.constant<KeepStyle>('plain') },
      { weight: 2, arbitrary: fc.constant<KeepStyle>('noisy') },
      { weight: 1, arbitrary: fc.constant<KeepStyle>('empty_last') },
    ),
  });

/** Runs of frames of one family: of one member, which makes long chains, or of all in turn. */
const runs = (most: number): Arbitrary<readonly Variation[]> =>
  fc
    .array(
      fc.record({
        one: variation(length),
        times: fc.integer({ min: 1, max: 12 }),
        spread: fc.nat(3),
        turns: fc.boolean(),
      }),
      { maxLength: Math.ceil(most / 6), size: 'max' },
    )
    .map((all) =>
      all.flatMap(({ one, times, spread, turns }) =>
        Array.from({ length: times }, (_, index) => ({
          ...one,
          member: one.member + (turns ? index : 0),
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
  const parent =
    captured.length === 0
      ? frame()
      : fc.oneof(
          { weight: 1, arbitrary: frame() },
          { weight: 1, arbitrary: fc.nat(captured.length - 1).map((index) => captured[index]!.data) },
        );
  const family: Arbitrary<Family> = fc.record({
    parent,
    children: fc.array(
      fc.record({ byte: fc.oneof(fc.constantFrom(...tellingBytes), fc.nat(25), fc.nat(80)), bit: fc.nat(7) }),
      { maxLength: 3 },
    ),
  });
  const members = fc.oneof({ weight: 1, arbitrary: family.map(membersOf) }, { weight: 1, arbitrary: flowRelatives });
  return fc
    .tuple(
      fc.array(members, { minLength: 1, maxLength: 3, size: 'max' }),
      fc.oneof(
        { weight: 2, arbitrary: fc.array(variation(length), { maxLength: most, size: 'max' }) },
        { weight: 2, arbitrary: runs(most) },
        { weight: 1, arbitrary: fc.array(variation(tiny), { maxLength: most, size: 'max' }) },
      ),
    )
    .map(([families, variations]) =>
      variations.map(({ family: which, member, length: bytes, gap, keep }) => {
        const relatives = families[which % families.length]!;
        return { data: resize(relatives[member % relatives.length]!, bytes), gap, keep };
      }),
    );
};
