/** Messages that would hurt: well-formed ones of wild values, damaged ones, and noise. */
import fc from 'fast-check';
import { encode } from '../protocol/codec.ts';
import { type Kinds, layout, type Message, type RequestName } from '../protocol/layout.ts';
import type { Octets } from '../protocol/octets.ts';

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'd', 'away', 'file-away', 'loop') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('..', '.', '', '/', '../..', 'd/../..', 'a\0b', '/etc/passwd', '\xff', 'x'.repeat(300)),
  },
);
const text = name.map((one) => one as Octets);
const number = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 4 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(64, 0o1102, 0o40755, 0o100644, 2 ** bits - 1).map((one) => one % 2 ** bits),
    },
    { weight: 1, arbitrary: fc.nat({ max: 2 ** Math.min(bits, 31) - 1 }) },
  );
const long = fc.oneof(
  fc.bigInt({ min: 0n, max: 20_000n }),
  fc.constantFrom(0n, 2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 63n, 2n ** 64n - 1n),
);
const kinds: { readonly [K in keyof Kinds]: fc.Arbitrary<Kinds[K]> } = {
  u8: number(8),
  u16: number(16),
  u32: number(32),
  u64: long,
  text,
  data: fc.uint8Array({ maxLength: 200 }),
  qid: fc.record({ type: number(8), version: number(32), path: long }),
  names: fc.array(text, { maxLength: 4 }),
  qids: fc.constant([]),
};
const requests = (Object.keys(layout) as (keyof typeof layout)[]).filter(
  (one): one is RequestName => one.startsWith('T') && one !== 'Tversion',
);
/** What gets on, and makes more of the rest worth trying. */
const oftener = ['Twalk', 'Twalk', 'Twalk', 'Tlopen', 'Tread', 'Tattach', 'Tgetattr', 'Tgetattr'] as const;
const request: fc.Arbitrary<Uint8Array> = fc
  .constantFrom(...requests, ...oftener)
  .chain((one) =>
    fc.record({
      name: fc.constant(one),
      tag: fc.nat({ max: 400 }),
      ...Object.fromEntries(Object.entries(layout[one].fields).map(([field, kind]) => [field, kinds[kind]] as const)),
    }),
  )
  .map((one) => {
    // A fid that is attached makes more of the rest worth trying.
    const message = one as unknown as Message;
    return encode(message.name === 'Tattach' ? { ...message, afid: 0xffff_ffff } : message);
  });
/** A message in one that has it done once, in slots and under numbers that meet. */
const once = fc.tuple(request, fc.nat({ max: 70 }), fc.bigInt({ min: 0n, max: 5n })).map(([inner, slot, sequence]) => {
  const tag = inner[5]! | (inner[6]! << 8);
  return encode({ name: 'Tonce', tag, slot, sequence, request: inner });
});
const damaged = fc
  .tuple(
    request,
    fc.array(fc.tuple(fc.nat({ max: 120 }), number(8)), { maxLength: 3 }),
    fc.integer({ min: -6, max: 6 }),
  )
  .map(([whole, pokes, resize]) => {
    const bytes = new Uint8Array(Math.max(0, whole.length + resize));
    bytes.set(whole.subarray(0, bytes.length));
    for (const [at, value] of pokes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
export const hostile = fc.oneof(
  { weight: 12, arbitrary: request },
  { weight: 3, arbitrary: once },
  { weight: 2, arbitrary: damaged },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);
