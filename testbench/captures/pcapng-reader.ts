import { type ByteSource, hexadecimal } from './byte-source.ts';
import type { Capture, CapturedPacket } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { oddLengths, packetOf } from './captured-packet.ts';
import { ethernetLinkType } from './link-types.ts';
import { cutOffAfter, keptBefore } from './packets-before.ts';
import { type CaptureInterface, nanosecondsOf, readInterface } from './pcapng-interface.ts';

/** Type of the block that starts a section: the same in both byte orders. */
export const sectionHeaderType = 0x0a0d0d0a;
const byteOrderMagic = 0x1a2b3c4d;
const interfaceType = 1;
const obsoletePacketType = 2;
const simplePacketType = 3;
const enhancedPacketType = 6;

interface PacketFields {
  readonly from: CaptureInterface;
  /** Offset of the kept bytes, and how many the block says there are. */
  readonly start: number;
  readonly kept: number;
  readonly originalLength: number;
  readonly units: bigint;
}

/**
 * Reads the pcapng format: sections of either byte order, enhanced, simple and obsolete packet blocks; other blocks are passed over.
 * Source: draft-ietf-opsawg-pcapng.
 * @throws CaptureError
 */
export const readPcapng = (source: ByteSource, keepTruncated: boolean): Capture => {
  const packets: CapturedPacket[] = [];
  const warnings: string[] = [];
  let interfaces: CaptureInterface[] = [];
  let offset = 0;
  while (offset < source.length) {
    try {
      const end = blockEnd(source, offset);
      const type = source.u32(offset);
      if (type === sectionHeaderType) {
        interfaces = [];
      } else if (type === interfaceType) {
        interfaces.push(readInterface(source, offset, end - 4));
      } else if (type === enhancedPacketType || type === obsoletePacketType || type === simplePacketType) {
        const number = packets.length + 1;
        const fields = packetFields(source, offset, end - 4, type, interfaces, number);
        if (fields.start + fields.kept > end - 4)
          throw source.fault({
            offset,
            found: `packet ${number} keeps ${fields.kept} bytes in a block that has room for ${end - 4 - fields.start}`,
            expected: 'a packet that lies within its block',
          });
        warnings.push(...oddLengths(source, offset, number, fields.kept, fields.originalLength));
        const data = source.bytes.subarray(fields.start, fields.start + fields.kept);
        const time = nanosecondsOf(fields.units, fields.from);
        packets.push(
          packetOf(type === simplePacketType ? 0n : time, data, fields.originalLength, fields.from.checkSequenceBytes),
        );
      }
      offset = end;
    } catch (error) {
      if (!(error instanceof CaptureError && error.truncated) || offset === 0) throw error;
      if (keepTruncated) {
        warnings.push(`${source.name}: byte ${offset}: ${error.found}; ${keptBefore(packets.length)}`);
        break;
      }
      throw source.fault({
        offset,
        found: `the file is cut off: ${error.found}`,
        expected: 'whole blocks to the end',
        advice: cutOffAfter(packets.length),
        truncated: true,
      });
    }
  }
  return { linkType: ethernetLinkType, packets, warnings };
};

/** Checks a block's frame and, at a section header, takes on the section's byte order. Returns the offset after the block. */
const blockEnd = (source: ByteSource, offset: number): number => {
  source.need(offset, 12, 'a block header');
  const section = source.u32(offset) === sectionHeaderType;
  if (section) {
    source.byteOrder = 'little';
    if (source.u32(offset + 8) !== byteOrderMagic) source.byteOrder = 'big';
    if (source.u32(offset + 8) !== byteOrderMagic)
      throw source.fault({
        offset: offset + 8,
        found: `the byte-order magic ${hexadecimal(source.u32(offset + 8), 8)} in a section header`,
        expected: `${hexadecimal(byteOrderMagic, 8)} in one of the two byte orders`,
      });
  }
  const length = source.u32(offset + 4);
  const least = section ? 28 : 12;
  if (length % 4 !== 0 || length < least)
    throw source.fault({
      offset: offset + 4,
      found: `a block of ${length} bytes`,
      expected: `a multiple of 4, at least ${least}`,
    });
  source.need(offset, length, 'a block');
  const trailing = source.u32(offset + length - 4);
  if (trailing !== length)
    throw source.fault({
      offset: offset + length - 4,
      found: `a block that starts with length ${length} and ends with length ${trailing}`,
      expected: 'the same length twice',
    });
  if (section) {
    const major = source.u16(offset + 12);
    const minor = source.u16(offset + 14);
    // Version 1.2 was written by some programs for the format as it was at 1.0; the specification asks readers to take both alike.
    if (major !== 1 || (minor !== 0 && minor !== 2))
      throw source.fault({ offset: offset + 12, found: `version ${major}.${minor} of the format`, expected: '1.0' });
  }
  return offset + length;
};

/** The fields of a packet block that starts at `offset` and whose content ends at `end`. */
const packetFields = (
  source: ByteSource,
  offset: number,
  end: number,
  type: number,
  interfaces: readonly CaptureInterface[],
  number: number,
): PacketFields => {
  const headerBytes = type === simplePacketType ? 12 : 28;
  if (end - offset < headerBytes)
    throw source.fault({
      offset: offset + 4,
      found: `a packet block of ${end - offset + 4} bytes`,
      expected: `at least ${headerBytes + 4}`,
    });
  const id =
    type === enhancedPacketType ? source.u32(offset + 8) : type === obsoletePacketType ? source.u16(offset + 8) : 0;
  const from = interfaces[id];
  if (from === undefined)
    throw source.fault({
      offset: type === simplePacketType ? offset : offset + 8,
      found: `packet ${number} belongs to interface ${id}`,
      expected:
        interfaces.length === 0
          ? 'an interface description before the first packet of its section'
          : `an interface from 0 to ${interfaces.length - 1}`,
    });
  if (type === simplePacketType) {
    const originalLength = source.u32(offset + 8);
    const kept = from.snapLength === 0 ? originalLength : Math.min(originalLength, from.snapLength);
    return { from, start: offset + 12, kept, originalLength, units: 0n };
  }
  return {
    from,
    start: offset + 28,
    kept: source.u32(offset + 20),
    originalLength: source.u32(offset + 24),
    units: (BigInt(source.u32(offset + 12)) << 32n) | BigInt(source.u32(offset + 16)),
  };
};
