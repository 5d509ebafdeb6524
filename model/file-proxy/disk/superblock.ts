import { crc32 } from 'node:zlib';

/** What a disk says of itself. */
export interface Superblock {
  /** Of a disk's superblocks, the one with the higher sequence counts. */
  readonly sequence: number;
  /** The log that counts: it lies in the area `epoch` modulo 2. */
  readonly epoch: number;
  /** The last epoch that was begun: of one beyond `epoch`, not all was there yet, and it is not used again. */
  readonly begun: number;
  /** The other disk was left behind: what is here alone may have been acknowledged. */
  readonly alone: boolean;
  /** Blocks of the disk that are used. */
  readonly blocks: number;
}

const magic = 'PTCTREE1';
const version = 1;
/** It fits a disk's sector, which is written whole or not at all. */
const superblockBytes = 48;

/** Blocks at a disk's beginning for superblocks, written by turns. */
export const superblocks = 2;

export const encodeSuperblock = (
  { sequence, epoch, begun, alone, blocks }: Superblock,
  blockBytes: number,
): Uint8Array => {
  const bytes = Buffer.alloc(blockBytes);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(version, 12);
  bytes.writeBigUInt64LE(BigInt(sequence), 16);
  bytes.writeBigUInt64LE(BigInt(epoch), 24);
  bytes.writeUInt32LE(blocks, 32);
  bytes.writeUInt8(alone ? 1 : 0, 36);
  bytes.writeBigUInt64LE(BigInt(begun), 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(12, superblockBytes)), 8);
  return bytes;
};

/** Null where it is none, or was torn. */
export const decodeSuperblock = (content: Uint8Array): Superblock | null => {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.toString('latin1', 0, 8) !== magic || bytes.readUInt32LE(12) !== version) return null;
  if (crc32(bytes.subarray(12, superblockBytes)) !== bytes.readUInt32LE(8)) return null;
  return {
    sequence: Number(bytes.readBigUInt64LE(16)),
    epoch: Number(bytes.readBigUInt64LE(24)),
    begun: Number(bytes.readBigUInt64LE(40)),
    blocks: bytes.readUInt32LE(32),
    alone: bytes.readUInt8(36) === 1,
  };
};
