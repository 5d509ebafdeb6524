import { ByteSource, hexadecimal } from './byte-source.ts';
import type { Capture, ReadCaptureOptions } from './capture.ts';
import { pcapFormat, readPcap } from './pcap-reader.ts';
import { readPcapng, sectionHeaderType } from './pcapng-reader.ts';

/** First four bytes of files that are near enough to be handed over by mistake. */
const others: ReadonlyMap<number, string> = new Map([
  [0xa1b2cd34, 'a capture in the modified classic format, whose packets have longer headers'],
  [0x34cdb2a1, 'a capture in the modified classic format, whose packets have longer headers'],
  [0x736e6f6f, 'a capture in the snoop format'],
  [0x58435000, 'a capture in the format of Network Sniffer'],
  [0x52545353, 'a capture in the format of Network Monitor'],
  [0x28b52ffd, 'a file compressed with zstd'],
  [0x504b0304, 'a ZIP archive'],
]);

const nameOther = (magic: number): string => {
  if (magic >>> 16 === 0x1f8b) return 'a file compressed with gzip';
  if (magic >>> 8 === 0x425a68) return 'a file compressed with bzip2';
  return others.get(magic) ?? `a file that starts with ${hexadecimal(magic, 8)}`;
};

/**
 * Reads a capture file: classic pcap (microseconds or nanoseconds, either byte order) or pcapng. Packets are views into `bytes`.
 * @param name the file's name, for errors.
 * @throws CaptureError when the file is no capture, is damaged or cut off, or has another link type than Ethernet. Nothing else is thrown.
 */
export const readCapture = (bytes: Uint8Array, name: string, options: ReadCaptureOptions = {}): Capture => {
  const source = new ByteSource(bytes, name);
  if (bytes.length === 0)
    throw source.fault({ offset: 0, found: 'an empty file', expected: 'a pcap or pcapng capture', truncated: true });
  source.need(0, 4, 'the magic number');
  source.byteOrder = 'big';
  const magic = source.u32(0);
  const keepTruncated = options.truncated === 'keep';
  if (magic === sectionHeaderType) return readPcapng(source, keepTruncated);
  const format = pcapFormat(magic);
  if (format !== undefined) return readPcap(source, format, keepTruncated);
  throw source.fault({ offset: 0, found: nameOther(magic), expected: 'a pcap or pcapng capture' });
};
