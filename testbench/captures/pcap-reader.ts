import type { ByteSource } from './byte-source.ts';
import type { ByteOrder, Capture, CapturedPacket } from './capture.ts';
import { oddLengths, packetOf } from './captured-packet.ts';
import { ethernetLinkType, linkTypeName } from './link-types.ts';
import { cutOffAfter, damagedAfter, keptBefore } from './packets-before.ts';

const fileHeaderBytes = 24;
const recordHeaderBytes = 16;

/** Lengths beyond both this and the file's own snapshot length are damage, not truncation. Source: libpcap's largest snapshot length. */
export const largestUsualCapture = 262144;

export interface PcapFormat {
  readonly byteOrder: ByteOrder;
  /** Nanoseconds in one unit of a timestamp's fraction. */
  readonly fractionNanoseconds: number;
}

const formats: ReadonlyMap<number, PcapFormat> = new Map([
  [0xa1b2c3d4, { byteOrder: 'big', fractionNanoseconds: 1000 }],
  [0xd4c3b2a1, { byteOrder: 'little', fractionNanoseconds: 1000 }],
  [0xa1b23c4d, { byteOrder: 'big', fractionNanoseconds: 1 }],
  [0x4d3cb2a1, { byteOrder: 'little', fractionNanoseconds: 1 }],
]);

/** The format that the first four bytes, read most significant first, stand for; undefined when they start no classic capture file. */
export const pcapFormat = (magic: number): PcapFormat | undefined => formats.get(magic);

/**
 * Reads the classic capture format. Source: draft-ietf-opsawg-pcap.
 * @throws CaptureError
 */
export const readPcap = (source: ByteSource, format: PcapFormat, keepTruncated: boolean): Capture => {
  source.byteOrder = format.byteOrder;
  source.need(0, fileHeaderBytes, 'the file header');
  const major = source.u16(4);
  const minor = source.u16(6);
  if (major !== 2 || minor !== 4)
    throw source.fault({ offset: 4, found: `version ${major}.${minor} of the format`, expected: 'version 2.4' });
  const snapLength = source.u32(16);
  const linkField = source.u32(20);
  const linkType = linkField & 0xffff;
  if (linkType !== ethernetLinkType)
    throw source.fault({
      offset: 20,
      found: `link type ${linkType}, ${linkTypeName(linkType)}`,
      expected: `link type ${ethernetLinkType}, Ethernet`,
    });
  // The top four bits count 16-bit words of frame check sequence, when the bit below tells that they count.
  const checkSequenceBytes = (linkField & 0x04000000) === 0 ? 0 : (linkField >>> 28) * 2;
  const longest = Math.max(snapLength, largestUsualCapture);
  const packets: CapturedPacket[] = [];
  const warnings: string[] = [];
  let offset = fileHeaderBytes;
  while (offset < source.length) {
    const number = packets.length + 1;
    const whole = offset + recordHeaderBytes <= source.length;
    const kept = whole ? source.u32(offset + 8) : 0;
    if (kept > longest)
      throw source.fault({
        offset: offset + 8,
        found: `packet ${number} says that ${kept} bytes of it were kept`,
        expected: `at most ${longest}`,
        advice: damagedAfter(packets.length),
      });
    const end = offset + recordHeaderBytes + kept;
    if (!whole || end > source.length) {
      const remaining = source.length - offset;
      const found = whole
        ? `packet ${number} needs ${recordHeaderBytes + kept} bytes with its header, and ${remaining} remain`
        : `the header of packet ${number} needs ${recordHeaderBytes} bytes, and ${remaining} remain`;
      if (keepTruncated) {
        warnings.push(`${source.name}: byte ${offset}: ${found}; ${keptBefore(packets.length)}`);
        break;
      }
      throw source.fault({
        offset,
        found: `the file is cut off: ${found}`,
        expected: 'whole packets to the end',
        advice: cutOffAfter(packets.length),
        truncated: true,
      });
    }
    const fraction = source.u32(offset + 4);
    if (fraction * format.fractionNanoseconds >= 1e9)
      warnings.push(
        `${source.name}: byte ${offset + 4}: packet ${number} has ${fraction} in the fraction of a second of its timestamp`,
      );
    const nanoseconds =
      BigInt(source.u32(offset)) * 1_000_000_000n + BigInt(fraction) * BigInt(format.fractionNanoseconds);
    const data = source.bytes.subarray(offset + recordHeaderBytes, end);
    const originalLength = source.u32(offset + 12);
    warnings.push(...oddLengths(source, offset + 12, number, kept, originalLength));
    packets.push(packetOf(nanoseconds, data, originalLength, checkSequenceBytes));
    offset = end;
  }
  return { linkType, packets, warnings };
};
