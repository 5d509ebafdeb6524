import { describe, expect, test } from 'vitest';
import { readCapture } from './read-capture.ts';
import { type PacketToWrite, writePcap } from './write-pcap.ts';
import { pcapngBlock, writePcapng } from './write-pcapng.ts';

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const two: readonly PacketToWrite[] = [
  { timestampNanoseconds: 1_000_000_001_000n, data: new Uint8Array(20).fill(1) },
  { timestampNanoseconds: 1_000_000_002_000n, data: new Uint8Array(33).fill(2), originalLength: 60 },
];

describe('frame check sequences are taken off', () => {
  test('classic: length in the top bits of the link type', () => {
    const bytes = writePcap(two, { linkType: 0x2400_0001 });
    const { packets: read } = readCapture(bytes, 'x');
    expect(read.map(({ data, originalLength }) => [data.length, originalLength])).toEqual([
      [16, 16],
      [33, 56],
    ]);
  });

  test('pcapng: option if_fcslen, and if_tsoffset beside it', () => {
    const description = Uint8Array.of(
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      13,
      0,
      1,
      0,
      4,
      0,
      0,
      0,
      14,
      0,
      8,
      0,
      10,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    const section = writePcapng([]).subarray(0, 28);
    const packetBlock = writePcapng(two.slice(0, 1), { timestampResolution: 6 }).subarray(60);
    const [read] = readCapture(join(section, pcapngBlock(1, description), packetBlock), 'x').packets;
    expect(read).toEqual({
      timestampNanoseconds: 1_010_000_001_000n,
      data: new Uint8Array(16).fill(1),
      originalLength: 16,
    });
  });
});
