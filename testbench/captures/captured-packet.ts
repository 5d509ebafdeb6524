import type { ByteSource } from './byte-source.ts';
import type { CapturedPacket } from './capture.ts';

/**
 * A packet without the frame check sequence that some files keep at its end.
 * @param originalLength as the file gives it, with the check sequence.
 * @param checkSequenceBytes length of the check sequence, 0 where the file keeps none.
 */
export const packetOf = (
  timestampNanoseconds: bigint,
  kept: Uint8Array,
  originalLength: number,
  checkSequenceBytes: number,
): CapturedPacket => {
  if (checkSequenceBytes === 0) return { timestampNanoseconds, data: kept, originalLength };
  const length = Math.max(0, originalLength - checkSequenceBytes);
  return { timestampNanoseconds, data: kept.subarray(0, Math.min(kept.length, length)), originalLength: length };
};

/** A warning where a packet kept more bytes than it had. */
export const oddLengths = (
  source: ByteSource,
  offset: number,
  number: number,
  kept: number,
  originalLength: number,
): readonly string[] =>
  kept <= originalLength
    ? []
    : [
        `${source.name}: byte ${offset}: packet ${number} had ${originalLength} bytes on the line, and ${kept} were kept`,
      ];
