/** Random register programmes: translation entries, timeouts, limits. */
import fc, { type Arbitrary } from 'fast-check';
import {
  portWidth,
  type ResourceAccessControllerParameters,
  resourceWidth,
} from '../../../../rtl/resource-access-controller/interface.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import { controlFields, registers } from './registers.ts';

export interface Entry {
  /** Number of the first page on the processor's side; the bits that are ones in `span` count as well, and are ignored. */
  readonly page: number;
  /** Pages less one. */
  readonly span: number;
  readonly devicePage: number;
  /** The low eight bits of `entry_control`. */
  readonly control: number;
  readonly resource: number;
  readonly port: number;
}

export const write = (address: number, data: number, wait = 0): LiteWrite => ({
  kind: 'write',
  address,
  data: data >>> 0,
  strobes: 15,
  wait,
  dataWait: wait,
});

const pageWords = (page: number): readonly [low: number, high: number] => [
  (page % 2 ** 20) * 4096,
  Math.floor(page / 2 ** 20),
];

/** The writes that set an entry, with `valid` last. */
export const entryWrites = (
  p: ResourceAccessControllerParameters,
  index: number,
  { page, span, devicePage, control, resource, port }: Entry,
): readonly LiteWrite[] => {
  const at = (base: number): number => base + 4 * index;
  const pages = [
    [registers.baseLow, registers.baseHigh, page],
    [registers.sizeLow, registers.sizeHigh, span],
    [registers.deviceLow, registers.deviceHigh, devicePage],
  ] as const;
  const word = (control & 0xff) | (resource * 2 ** controlFields.resource) | (port * 2 ** controlFields.port);
  return [
    ...pages.flatMap(([lowBase, highBase, value]) => {
      const [low, high] = pageWords(value);
      return p.addressWidth > 32 ? [write(at(lowBase), low), write(at(highBase), high)] : [write(at(lowBase), low)];
    }),
    write(at(registers.control), word),
  ];
};

/** Few pages, close together, so that entries overlap; with wide addresses also some that differ in the highest bits alone. */
const pages = (p: ResourceAccessControllerParameters): Arbitrary<number> => {
  const top = 2 ** (p.addressWidth - 12 - 1);
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: fc.nat(31) },
    { weight: 2, arbitrary: fc.nat(31).map((page) => page + top) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * top - 1 }) },
  );
};

/** A power of two less one. */
const spans = (p: ResourceAccessControllerParameters): Arbitrary<number> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.nat(3).map((bits) => 2 ** bits - 1) },
    { weight: 1, arbitrary: fc.nat(p.addressWidth - 12).map((bits) => 2 ** bits - 1) },
  );

const bit = (value: number): Arbitrary<number> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 5, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: fc.constant(0) },
  );

/** Valid, readable, writable and not faked, for the most part. */
const controls: Arbitrary<number> = fc
  .record({
    valid: fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(0) }),
    read: bit(2),
    write: bit(4),
    fake: fc.oneof(
      { withCrossShrink: true },
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constant(8) },
    ),
    policy: fc.nat(3),
    code: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat(3) },
    ),
  })
  .map((each) => each.valid | each.read | each.write | each.fake | (each.policy << 4) | (each.code << 6));

/** @param anywhere whether resource and port go beyond what there is, and resources lie at any port. */
export const entries = (p: ResourceAccessControllerParameters, anywhere: boolean): Arbitrary<Entry> =>
  fc
    .record({
      page: pages(p),
      span: spans(p),
      devicePage: pages(p),
      control: controls,
      resource: anywhere
        ? fc.oneof(
            { withCrossShrink: true },
            { weight: 9, arbitrary: fc.nat(p.resources - 1) },
            { weight: 1, arbitrary: fc.nat(2 ** resourceWidth(p) - 1) },
          )
        : fc.nat(p.resources - 1),
      port: fc.oneof(
        { withCrossShrink: true },
        { weight: 9, arbitrary: fc.nat(p.ports - 1) },
        { weight: 1, arbitrary: fc.nat(2 ** portWidth(p) - 1) },
      ),
    })
    .map((entry) => (anywhere ? entry : { ...entry, port: entry.resource % p.ports }));

/** A timeout that is reached soon. */
export const shortTimeouts = (p: ResourceAccessControllerParameters): Arbitrary<number> => {
  const most = 2 ** p.timerWidth - 1;
  return fc.integer({ min: Math.min(8, most), max: Math.min(200, most) });
};

export const errorLimits: Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
);
