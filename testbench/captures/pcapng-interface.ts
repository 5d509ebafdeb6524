import type { ByteSource } from './byte-source.ts';
import { ethernetLinkType, linkTypeName } from './link-types.ts';

/** An interface that packets of a pcapng section were captured on. */
export interface CaptureInterface {
  /** Most bytes kept of a packet; 0 = all. */
  readonly snapLength: number;
  /** Units of a timestamp in a second. */
  readonly unitsInSecond: bigint;
  /** Seconds to add to every timestamp. */
  readonly offsetSeconds: bigint;
  readonly checkSequenceBytes: number;
}

const optionEnd = 0;
const optionResolution = 9;
const optionCheckSequence = 13;
const optionOffset = 14;

const padded = (length: number): number => Math.ceil(length / 4) * 4;

/**
 * Reads an Interface Description Block. Source: draft-ietf-opsawg-pcapng, section 4.2.
 * @param start offset of the block; @param end offset of its trailing length.
 */
export const readInterface = (source: ByteSource, start: number, end: number): CaptureInterface => {
  if (end - start < 16)
    throw source.fault({
      offset: start,
      found: `an interface description of ${end - start + 4} bytes`,
      expected: 'at least 20',
    });
  const linkType = source.u16(start + 8);
  if (linkType !== ethernetLinkType)
    throw source.fault({
      offset: start + 8,
      found: `an interface of link type ${linkType}, ${linkTypeName(linkType)}`,
      expected: `link type ${ethernetLinkType}, Ethernet`,
    });
  let unitsInSecond = 1_000_000n;
  let offsetSeconds = 0n;
  let checkSequenceBytes = 0;
  let offset = start + 16;
  while (offset < end) {
    const length = end - offset < 4 ? -1 : source.u16(offset + 2);
    if (length < 0 || offset + 4 + padded(length) > end)
      throw source.fault({
        offset,
        found: 'an option of an interface description that runs over the end of its block',
        expected: `options that end by byte ${end}`,
      });
    const code = source.u16(offset);
    const value = offset + 4;
    const expectLength = (wanted: number, name: string): void => {
      if (length === wanted) return;
      throw source.fault({ offset: offset + 2, found: `option ${name} of ${length} bytes`, expected: `${wanted}` });
    };
    if (code === optionEnd) break;
    if (code === optionResolution) {
      expectLength(1, 'if_tsresol');
      const resolution = source.bytes[value]!;
      const exponent = BigInt(resolution & 0x7f);
      unitsInSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
    } else if (code === optionCheckSequence) {
      expectLength(1, 'if_fcslen');
      checkSequenceBytes = source.bytes[value]!;
    } else if (code === optionOffset) {
      expectLength(8, 'if_tsoffset');
      offsetSeconds = source.i64(value);
    }
    offset = value + padded(length);
  }
  return { snapLength: source.u32(start + 12), unitsInSecond, offsetSeconds, checkSequenceBytes };
};

/** Nanoseconds since 1970 of a timestamp in an interface's units; what is finer than a nanosecond is cut off. */
export const nanosecondsOf = (units: bigint, from: CaptureInterface): bigint =>
  (units * 1_000_000_000n) / from.unitsInSecond + from.offsetSeconds * 1_000_000_000n;
