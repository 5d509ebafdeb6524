import type { ByteOrder, CapturedPacket } from './capture.ts';
import { ethernetLinkType } from './link-types.ts';

/** What a writer needs to know of a packet; the original length is the data's unless given. */
export type PacketToWrite = Omit<CapturedPacket, 'originalLength'> & { readonly originalLength?: number };

export interface WritePcapOptions {
  readonly byteOrder?: ByteOrder;
  /** Unit of the timestamps, which are cut to it; without it, nanoseconds when a packet needs them, else microseconds. */
  readonly precision?: 'microseconds' | 'nanoseconds';
  readonly linkType?: number;
  /** Snapshot length for the file header; the packets are written as they are. */
  readonly snapLength?: number;
}

const second = 1_000_000_000n;

/**
 * Writes the classic capture format, version 2.4.
 * @throws RangeError for a time before 1970 or after 2106, which the format cannot hold.
 */
export const writePcap = (packets: readonly PacketToWrite[], options: WritePcapOptions = {}): Uint8Array => {
  const fine = packets.some(({ timestampNanoseconds }) => timestampNanoseconds % 1000n !== 0n);
  const nanoseconds = (options.precision ?? (fine ? 'nanoseconds' : 'microseconds')) === 'nanoseconds';
  const little = (options.byteOrder ?? 'little') === 'little';
  const bytes = new Uint8Array(packets.reduce((sum, { data }) => sum + 16 + data.length, 24));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, options.snapLength ?? 262144, little);
  view.setUint32(20, options.linkType ?? ethernetLinkType, little);
  let offset = 24;
  for (const { timestampNanoseconds, data, originalLength } of packets) {
    const seconds = timestampNanoseconds / second;
    if (timestampNanoseconds < 0n || seconds > 0xffffffffn)
      throw new RangeError(
        `A classic capture file holds times from 0 to ${0xffffffffn * second} ns since 1970, not ${timestampNanoseconds}; write pcapng instead.`,
      );
    view.setUint32(offset, Number(seconds), little);
    view.setUint32(offset + 4, Math.floor(Number(timestampNanoseconds % second) / (nanoseconds ? 1 : 1000)), little);
    view.setUint32(offset + 8, data.length, little);
    view.setUint32(offset + 12, originalLength ?? data.length, little);
    bytes.set(data, offset + 16);
    offset += 16 + data.length;
  }
  return bytes;
};
