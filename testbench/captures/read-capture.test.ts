import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { CaptureError } from './capture-error.ts';
import { readCapture } from './read-capture.ts';
import { type PacketToWrite, writePcap } from './write-pcap.ts';
import { pcapngBlock, writePcapng } from './write-pcapng.ts';

const numRuns = process.env.PORTCULLIS_THOROUGH === '1' ? 20_000 : 300;

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const byteOrder = fc.constantFrom('little' as const, 'big' as const);
const packet = fc
  .record({
    timestampNanoseconds: fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n }),
    data: fc.uint8Array({ maxLength: 40 }),
    cutBytes: fc.nat(9000),
  })
  .map(({ cutBytes, ...rest }) => ({ ...rest, originalLength: rest.data.length + cutBytes }));
const packets = fc.array(packet, { maxLength: 6 });
const faultOf = (bytes: Uint8Array): CaptureError => {
  try {
    readCapture(bytes, 'sample.pcap');
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
  throw new Error('The capture read without an error.');
};
const two: readonly PacketToWrite[] = [
  { timestampNanoseconds: 1_000_000_001_000n, data: new Uint8Array(20).fill(1) },
  { timestampNanoseconds: 1_000_000_002_000n, data: new Uint8Array(33).fill(2), originalLength: 60 },
];

describe('what is written is read back', () => {
  test.prop([packets, byteOrder], { numRuns })('classic, nanoseconds', (written, order) => {
    const bytes = writePcap(written, { byteOrder: order, precision: 'nanoseconds' });
    expect(readCapture(bytes, 'x')).toEqual({ linkType: 1, packets: written, warnings: [] });
  });

  test.prop([packets, byteOrder], { numRuns })('classic, microseconds', (written, order) => {
    const bytes = writePcap(written, { byteOrder: order, precision: 'microseconds' });
    const cut = written.map((each) => ({
      ...each,
      timestampNanoseconds: each.timestampNanoseconds - (each.timestampNanoseconds % 1000n),
    }));
    expect(readCapture(bytes, 'x').packets).toEqual(cut);
  });

  test.prop([packets, byteOrder, fc.constantFrom('enhanced' as const, 'obsolete' as const)], { numRuns })(
    'pcapng',
    (written, order, packetBlock) => {
      const bytes = writePcapng(written, { byteOrder: order, packetBlock });
      expect(readCapture(bytes, 'x')).toEqual({ linkType: 1, packets: written, warnings: [] });
    },
  );

  test.prop([packets, byteOrder], { numRuns })('pcapng, simple blocks, which keep no time', (written, order) => {
    const bytes = writePcapng(written, { byteOrder: order, packetBlock: 'simple' });
    const plain = written.map(({ data }) => ({ timestampNanoseconds: 0n, data, originalLength: data.length }));
    expect(readCapture(bytes, 'x').packets).toEqual(plain);
  });

  test.prop([packets, fc.constantFrom(0, 3, 6, 9, 12, 128, 138, 148, 158)], { numRuns })(
    'pcapng timestamps lie within one unit below the time written',
    (written, timestampResolution) => {
      const late = written.filter(({ timestampNanoseconds }) => timestampNanoseconds < 10_000_000_000_000_000n);
      const read = readCapture(writePcapng(late, { timestampResolution }), 'x').packets;
      const exponent = timestampResolution & 0x7f;
      const unit = 1e9 / (timestampResolution < 128 ? 10 ** exponent : 2 ** exponent);
      read.forEach(({ timestampNanoseconds }, index) => {
        const behind = Number(late[index]!.timestampNanoseconds - timestampNanoseconds);
        expect(behind).toBeGreaterThanOrEqual(0);
        expect(behind).toBeLessThanOrEqual(Math.ceil(unit));
      });
    },
  );

  test.prop([packets, packets, byteOrder, byteOrder], { numRuns })(
    'pcapng of several sections',
    (a, b, first, second) => {
      const unknown = pcapngBlock(0x00000bad, Uint8Array.of(1, 2, 3), first);
      const bytes = join(writePcapng(a, { byteOrder: first }), unknown, writePcapng(b, { byteOrder: second }));
      expect(readCapture(bytes, 'x').packets).toEqual([...a, ...b]);
    },
  );

  test('bytes that lie inside a larger buffer', () => {
    const file = writePcap(two);
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 5);
    expect(readCapture(larger.subarray(5, 5 + file.length), 'x').packets).toHaveLength(2);
  });
});

describe('damage', () => {
  const damaged = fc
    .record({
      written: packets,
      order: byteOrder,
      kind: fc.constantFrom('pcap', 'enhanced', 'simple', 'obsolete'),
      edits: fc.array(fc.record({ at: fc.nat(400), value: fc.nat(255) }), { maxLength: 6 }),
      keep: fc.option(fc.nat(400), { nil: undefined }),
      tail: fc.uint8Array({ maxLength: 12 }),
    })
    .map(({ written, order, kind, edits, keep, tail }) => {
      const bytes =
        kind === 'pcap'
          ? writePcap(written, { byteOrder: order })
          : writePcapng(written, { byteOrder: order, packetBlock: kind as 'enhanced' | 'simple' | 'obsolete' });
      for (const { at, value } of edits) if (at < bytes.length) bytes[at] = value;
      return join(bytes.subarray(0, keep), tail);
    });

  test.prop(
    [fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), fc.constantFrom('refuse' as const, 'keep' as const)],
    {
      numRuns: numRuns * 4,
    },
  )('ends in packets or in a CaptureError that names an offset in the file', (bytes, truncated) => {
    try {
      const { packets: read } = readCapture(bytes, 'odd.pcap', { truncated });
      const kept = read.reduce((sum, { data }) => sum + data.length, 0);
      expect(kept).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureError);
      const { offset, message } = error as CaptureError;
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(bytes.length);
      expect(message).toMatch(/^odd\.pcap: byte \d+: .+; expected .+$/);
    }
  });

  test.prop([fc.array(packet, { minLength: 1, maxLength: 5 }), fc.boolean(), fc.nat()], { numRuns })(
    'a file cut off anywhere is refused, or gives its whole packets when asked to',
    (written, classic, at) => {
      const whole = classic ? writePcap(written, { precision: 'nanoseconds' }) : writePcapng(written);
      const prefix = classic ? 24 : writePcapng([]).length;
      const cut = whole.subarray(0, prefix + (at % (whole.length - prefix)));
      const boundaries = written.map((_, count) =>
        classic
          ? writePcap(written.slice(0, count), { precision: 'nanoseconds' }).length
          : writePcapng(written.slice(0, count)).length,
      );
      const fit = boundaries.filter((length) => length <= cut.length).length - 1;
      const kept = readCapture(cut, 'cut.pcap', { truncated: 'keep' });
      expect(kept.packets).toEqual(written.slice(0, fit));
      const clean = boundaries.includes(cut.length);
      expect(kept.warnings).toHaveLength(clean ? 0 : 1);
      if (clean) expect(readCapture(cut, 'cut.pcap').packets).toHaveLength(fit);
      else {
        const fault = faultOf(cut);
        expect(fault.truncated).toBe(true);
        expect(fault.offset).toBe(boundaries[fit]);
        const whole = ['No whole packet comes before it', 'The packet before it is whole'][fit];
        expect(fault.message).toContain(whole ?? `The ${fit} packets before it are whole`);
      }
    },
  );
});

describe('errors say what, where and what was expected', () => {
  const edited = (bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array => {
    bytes.set(values, offset);
    return bytes;
  };
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(), 'byte 0: an empty file; expected a pcap or pcapng capture'],
    ['text', new TextEncoder().encode('#!/bin/sh'), 'byte 0: a file that starts with 0x23212f62; expected'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), 'byte 0: a file compressed with gzip; expected'],
    ['the modified format', Uint8Array.of(0x34, 0xcd, 0xb2, 0xa1), 'modified classic format'],
    ['two bytes', Uint8Array.of(0xd4, 0xc3), 'byte 0: the file ends after 2 of 4 bytes of the magic number'],
    ['half a header', writePcap([]).subarray(0, 13), 'byte 0: the file ends after 13 of 24 bytes of the file header'],
    ['an old version', edited(writePcap([]), 6, 3), 'byte 4: version 2.3 of the format; expected version 2.4'],
    [
      'Linux cooked',
      writePcap(two, { linkType: 113 }),
      'byte 20: link type 113, Linux cooked capture (LINUX_SLL); expected',
    ],
    [
      'wireless',
      writePcapng(two, { linkType: 127 }),
      'byte 36: an interface of link type 127, IEEE 802.11 with a radiotap header',
    ],
    ['an unknown link', writePcap(two, { linkType: 4242 }), 'link type 4242, unknown link type 4242'],
    ['a private link', writePcap(two, { linkType: 150 }), 'private use 3 (USER3)'],
    [
      'an absurd length',
      edited(writePcap(two), 32, 0, 0, 0, 0x7f),
      'byte 32: packet 1 says that 2130706432 bytes of it were kept; expected at most 262144. It is the first packet: the damage is here, or in the header of the file',
    ],
    [
      'an absurd length after one packet',
      edited(writePcap(two), 68, 0, 0, 0, 0x7f),
      'at most 262144. Packet 1 before it read well; the damage is here or shortly before',
    ],
    [
      'an absurd length after two packets',
      edited(writePcap([...two, ...two]), 109 + 8, 0, 0, 0, 0x7f),
      'at most 262144. Packets 1 to 2 before it read well; the damage is here or shortly before',
    ],
    [
      'a cut packet',
      writePcap(two).subarray(0, 100),
      "byte 60: the file is cut off: packet 2 needs 49 bytes with its header, and 40 remain; expected whole packets to the end. The packet before it is whole; Wireshark's editcap writes it to a file of its own (editcap CUT WHOLE), and readCapture keeps it with the option { truncated: 'keep' }",
    ],
    ['no byte order', edited(writePcapng(two), 8, 0), 'byte 8: the byte-order magic 0x003c2b1a in a section header'],
    [
      'an odd block',
      edited(writePcapng(two), 4, 29),
      'byte 4: a block of 29 bytes; expected a multiple of 4, at least 28',
    ],
    [
      'two lengths',
      edited(writePcapng(two), 24, 32),
      'byte 24: a block that starts with length 28 and ends with length 32',
    ],
    [
      'a packet without an interface',
      join(writePcapng([]).subarray(0, 28), pcapngBlock(6, new Uint8Array(20))),
      'byte 36: packet 1 belongs to interface 0; expected an interface description before',
    ],
    [
      'an interface that is not there',
      edited(writePcapng(two), 60 + 8, 7),
      'byte 68: packet 1 belongs to interface 7; expected an interface from 0 to 0',
    ],
    [
      'a packet over its block',
      edited(writePcapng(two), 60 + 20, 40),
      'byte 60: packet 1 keeps 40 bytes in a block that has room for 20',
    ],
    [
      'an option over its block',
      edited(writePcapng(two), 28 + 18, 99),
      'byte 44: an option of an interface description that runs over the end of its block',
    ],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(faultOf(bytes).message).toContain(message);
  });

  test('a warning where a packet kept more than it had, and for an impossible fraction of a second', () => {
    const bytes = writePcap([{ timestampNanoseconds: 0n, data: new Uint8Array(20), originalLength: 12 }]);
    edited(bytes, 28, 0, 0, 0, 1);
    expect(readCapture(bytes, 'odd.pcap').warnings).toEqual([
      'odd.pcap: byte 28: packet 1 has 16777216 in the fraction of a second of its timestamp',
      'odd.pcap: byte 36: packet 1 had 12 bytes on the line, and 20 were kept',
    ]);
  });
});
