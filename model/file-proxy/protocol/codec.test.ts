import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode } from './codec.ts';
import { type Entry, packEntries, unpackEntries } from './entries.ts';
import { Framer } from './framing.ts';
import { type Kinds, layout, type Message, type MessageName } from './layout.ts';
import type { Octets } from './octets.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const octets = (maxLength: number): fc.Arbitrary<Octets> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1') as Octets);
const word = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const long = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const qid = fc.record({ type: word(8), version: word(32), path: long });
const kinds: { readonly [K in keyof Kinds]: fc.Arbitrary<Kinds[K]> } = {
  u8: word(8),
  u16: word(16),
  u32: word(32),
  u64: long,
  text: octets(300),
  data: fc.uint8Array({ maxLength: 300 }),
  qid,
  names: fc.array(octets(40), { maxLength: 16 }),
  qids: fc.array(qid, { maxLength: 16 }),
};
const names = Object.keys(layout) as MessageName[];
const messageOf = (name: MessageName): fc.Arbitrary<Message> =>
  fc.record({
    name: fc.constant(name),
    tag: word(16),
    ...Object.fromEntries(Object.entries(layout[name].fields).map(([field, kind]) => [field, kinds[kind]])),
  }) as unknown as fc.Arbitrary<Message>;
const message = fc.constantFrom(...names).chain(messageOf);

test.each(names)('%s is read as it was written', (name) => {
  fc.assert(
    fc.property(messageOf(name), (one) => {
      expect(decode(encode(one))).toEqual(one);
    }),
    { numRuns: 50 },
  );
});

test('messages have the bytes of the protocol', () => {
  const hex = (one: Message): string => Buffer.from(encode(one)).toString('hex');
  expect(hex({ name: 'Tversion', tag: 0xffff, messageSize: 8192, version: '9P2000.L' as Octets })).toBe(
    `1500000064ffff002000000800${Buffer.from('9P2000.L').toString('hex')}`,
  );
  expect(hex({ name: 'Twalk', tag: 1, fid: 2, newFid: 3, names: ['a', 'bc'] as Octets[] })).toBe(
    '180000006e01000200000003000000020001006102006263',
  );
  expect(hex({ name: 'Tread', tag: 1, fid: 2, offset: 0x1_0000_0003n, count: 4 })).toBe(
    '17000000740100020000000300000001000000' + '04000000',
  );
});

test('any bytes are a message or are refused with a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const read = decode(bytes);
      if (read.name === null) expect(read.reason).not.toBe('');
    }),
    { numRuns: thorough ? 100_000 : 2000 },
  );
});

test('a message that is damaged is refused, or is another that encodes to the very same bytes', () => {
  const damage = fc.tuple(
    message,
    fc.array(fc.tuple(fc.nat({ max: 500 }), word(8)), { maxLength: 3 }),
    fc.integer({ min: -8, max: 8 }),
  );
  fc.assert(
    fc.property(damage, ([one, pokes, resize]) => {
      const whole = encode(one);
      const bytes = new Uint8Array(Math.max(7, whole.length + resize));
      bytes.set(whole.subarray(0, bytes.length));
      new DataView(bytes.buffer).setUint32(0, bytes.length, true);
      for (const [at, value] of pokes) if (at >= 4 && at < bytes.length) bytes[at] = value;
      const read = decode(bytes);
      if (read.name !== null) expect(encode(read)).toEqual(bytes);
    }),
    { numRuns: thorough ? 100_000 : 3000 },
  );
});

test.each([
  ['a size that is not its own', '08000000780100', 'is not as long as its size says'],
  ['fields that end early', '09000000780100aaaa', 'ends at byte 9 within a field'],
  ['bytes past its fields', '0c0000007801000000000000', 'has 1 bytes past its last field'],
  [
    'a text longer than itself',
    '11000000' + '640100' + '00200000' + 'ffff' + '39505858',
    'ends at byte 17 within a field',
  ],
  ['17 names', `11000000${'6e0100'}0100000002000000${'1100'}`, 'counts 17 names, of which 16 are allowed'],
  ['a type of none', '07000000ff0100', 'has the unknown type 255'],
])('%s is refused', (_, hex, reason) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(decode(bytes)).toMatchObject({ name: null, reason });
});

test('entries of a directory are read as they were packed, whole ones only', () => {
  const entry: fc.Arbitrary<Entry> = fc.record({ qid, next: long, type: word(8), name: octets(255) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.nat({ max: 3000 }), (entries, limit) => {
      const packed = packEntries(entries, limit);
      expect(packed.length).toBeLessThanOrEqual(limit);
      const read = unpackEntries(packed);
      expect(read).toEqual(entries.slice(0, read?.length));
      if (packed.length > 0) expect(unpackEntries(packed.subarray(0, packed.length - 1))).toBeNull();
    }),
  );
});

test('a stream is cut into the messages that were put in, however it was split', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 90 })), (messages, splits) => {
      const stream = Buffer.concat(messages.map((one) => encode(one)));
      const framer = new Framer();
      const found: unknown[] = [];
      let at = 0;
      for (const split of [...splits, stream.length]) {
        framer.push(stream.subarray(at, at + split));
        at += split;
        for (let one = framer.next(2 ** 20); one !== null; one = framer.next(2 ** 20)) {
          if (one === 'broken') throw new Error('a whole message was called broken');
          found.push(decode(new Uint8Array(one)));
        }
      }
      expect(found).toEqual(messages);
    }),
  );
});

test('a size below a header or above the limit breaks the stream', () => {
  for (const size of [0, 6, 101, 0xffff_ffff]) {
    const framer = new Framer();
    const head = Buffer.alloc(8);
    head.writeUInt32LE(size);
    framer.push(head);
    expect(framer.next(100)).toBe('broken');
  }
});
