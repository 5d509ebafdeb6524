import type { ByteOrder } from './capture.ts';
import { ethernetLinkType } from './link-types.ts';
import type { PacketToWrite } from './write-pcap.ts';

export interface WritePcapngOptions {
  readonly byteOrder?: ByteOrder;
  readonly linkType?: number;
  /** Value of option `if_tsresol`: n for units of 10^-n seconds, 128 + n for units of 2^-n; timestamps are cut to it. Nanoseconds unless given. */
  readonly timestampResolution?: number;
  /** Block that keeps the packets: the simple one keeps no time, and not that a packet was cut; the obsolete one is for tests of readers. */
  readonly packetBlock?: 'enhanced' | 'simple' | 'obsolete';
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;

/** A block of the given type: content padded to 32 bits, with its length before and after. */
export const pcapngBlock = (type: number, content: Uint8Array, byteOrder: ByteOrder = 'little'): Uint8Array => {
  const block = new Uint8Array(12 + padded(content.length));
  const view = new DataView(block.buffer);
  const little = byteOrder === 'little';
  view.setUint32(0, type, little);
  view.setUint32(4, block.length, little);
  block.set(content, 8);
  view.setUint32(block.length - 4, block.length, little);
  return block;
};

/**
 * Writes one section with one interface in the pcapng format, version 1.0. Sections written one after another make one file.
 * @throws RangeError for a time that the format cannot hold in the units asked for.
 */
export const writePcapng = (packets: readonly PacketToWrite[], options: WritePcapngOptions = {}): Uint8Array => {
  const byteOrder = options.byteOrder ?? 'little';
  const little = byteOrder === 'little';
  const resolution = options.timestampResolution ?? 9;
  const exponent = BigInt(resolution & 0x7f);
  const unitsInSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
  const packetBlock = options.packetBlock ?? 'enhanced';
  const content = (length: number, fill: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
    const bytes = new Uint8Array(length);
    fill(new DataView(bytes.buffer), bytes);
    return bytes;
  };

  const section = content(16, (view) => {
    view.setUint32(0, 0x1a2b3c4d, little);
    view.setUint16(4, 1, little);
    view.setBigInt64(8, -1n, little);
  });
  const description = content(20, (view, bytes) => {
    view.setUint16(0, options.linkType ?? ethernetLinkType, little);
    view.setUint16(8, 9, little);
    view.setUint16(10, 1, little);
    bytes[12] = resolution;
  });
  const packetBlocks = packets.map(({ timestampNanoseconds, data, originalLength }) => {
    if (packetBlock === 'simple')
      return pcapngBlock(
        3,
        content(4 + data.length, (view, bytes) => {
          view.setUint32(0, data.length, little);
          bytes.set(data, 4);
        }),
        byteOrder,
      );
    const units = (timestampNanoseconds * unitsInSecond) / 1_000_000_000n;
    if (units < 0n || units >= 1n << 64n)
      throw new RangeError(
        `A time of ${timestampNanoseconds} ns since 1970 does not fit 64 bits in units of 1/${unitsInSecond} s; choose a coarser resolution.`,
      );
    const fields = content(20 + data.length, (view, bytes) => {
      view.setUint32(4, Number(units >> 32n), little);
      view.setUint32(8, Number(units & 0xffffffffn), little);
      view.setUint32(12, data.length, little);
      view.setUint32(16, originalLength ?? data.length, little);
      bytes.set(data, 20);
    });
    return pcapngBlock(packetBlock === 'enhanced' ? 6 : 2, fields, byteOrder);
  });

  const blocks = [pcapngBlock(0x0a0d0d0a, section, byteOrder), pcapngBlock(1, description, byteOrder), ...packetBlocks];
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let offset = 0;
  for (const block of blocks) {
    bytes.set(block, offset);
    offset += block.length;
  }
  return bytes;
};
