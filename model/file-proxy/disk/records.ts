/**
 * Records of the log: `checksum` (32 bits, of all that follows), `length` of the payload (32), `epoch` (64), `position` in the area (64), payload. Integers are
 * little-endian. What another epoch, or another place, left there is no record; a record that was torn has a wrong checksum.
 */
import { crc32 } from 'node:zlib';

export const recordHeaderBytes = 24;

export const encodeRecord = (epoch: number, position: number, payload: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(recordHeaderBytes + payload.length);
  bytes.writeUInt32LE(payload.length, 4);
  bytes.writeBigUInt64LE(BigInt(epoch), 8);
  bytes.writeBigUInt64LE(BigInt(position), 16);
  bytes.set(payload, recordHeaderBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
};

/** Bytes of the record whose header this is, in all; null where it is none of this epoch and position. */
export const recordBytes = (header: Uint8Array, epoch: number, position: number): number | null => {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const isOwn = bytes.readBigUInt64LE(8) === BigInt(epoch) && bytes.readBigUInt64LE(16) === BigInt(position);
  return isOwn ? recordHeaderBytes + bytes.readUInt32LE(4) : null;
};

/** The payload of a whole record; null where the checksum is wrong. */
export const payloadOf = (record: Uint8Array): Uint8Array | null => {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  return crc32(bytes.subarray(4)) === bytes.readUInt32LE(0) ? bytes.subarray(recordHeaderBytes) : null;
};
