import { type FileHandle, open, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { layoutOf } from '../layout.ts';
import { SnapshotError } from '../storage.ts';
import { keepNames } from './names.ts';

/** A copy of a snapshot in a file: whole, or what differs from an older one. Numbers are little-endian; specified in `docs/systems/snapshot.md`. */
export interface IncrementHeader {
  /** Bytes of the volume. */
  readonly size: number;
  readonly blockSize: number;
  /** What it is to be applied to; null: to nothing, this is a full copy. */
  readonly base: SnapshotId | null;
  readonly snapshot: SnapshotId;
  /** Blocks that follow. */
  readonly blocks: number;
}

/** A snapshot of one store, never mistaken for another one of it. */
export interface SnapshotId {
  readonly number: bigint;
  /** Nanoseconds since 1970. */
  readonly instant: bigint;
}

export interface IncrementBlock {
  readonly block: number;
  /** Null: zeros. */
  readonly content: Buffer | null;
}

const magic = 'PTCINCR1';
const version = 1;
const headerSize = 128;
const recordHeaderSize = 16;
const largestBlock = 2 ** 24;

export const sameSnapshot = (one: SnapshotId | null, other: SnapshotId | null): boolean =>
  one?.number === other?.number && one?.instant === other?.instant;

const encodeHeader = ({ size, blockSize, base, snapshot, blocks }: IncrementHeader): Buffer => {
  const bytes = Buffer.alloc(headerSize);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(version, 12);
  bytes.writeBigUInt64LE(BigInt(size), 16);
  bytes.writeUInt32LE(blockSize, 24);
  bytes.writeBigUInt64LE(base?.number ?? 0n, 32);
  bytes.writeBigUInt64LE(base?.instant ?? 0n, 40);
  bytes.writeBigUInt64LE(snapshot.number, 48);
  bytes.writeBigUInt64LE(snapshot.instant, 56);
  bytes.writeBigUInt64LE(BigInt(blocks), 64);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
};

/** The blocks of a volume. @throws what `refuse` makes, where no volume has that size and these blocks */
const checkShape = (size: number, blockSize: number, refuse: (what: string) => SnapshotError): number => {
  try {
    return layoutOf({ sourceSize: size, blockSize, pageSize: 4096, places: 1 }).blocks;
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw refuse(
      `It says that it is of ${size} bytes in blocks of ${blockSize}, which no volume has. ${error.message}`,
    );
  }
};

const decodeHeader = (path: string, bytes: Buffer): IncrementHeader => {
  const refuse = (what: string): SnapshotError => new SnapshotError(`${path}: ${what}`);
  if (bytes.length < headerSize || bytes.toString('latin1', 0, 8) !== magic)
    throw refuse('This is no copy of a snapshot. portcullis volume export makes one.');
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(12))) throw refuse('The header is damaged.');
  if (bytes.readUInt32LE(12) !== version)
    throw refuse(`It has format ${bytes.readUInt32LE(12)}; this reads ${version}.`);
  const id = (at: number): SnapshotId => ({
    number: bytes.readBigUInt64LE(at),
    instant: bytes.readBigUInt64LE(at + 8),
  });
  const base = id(32);
  const size = Number(bytes.readBigUInt64LE(16));
  const blockSize = bytes.readUInt32LE(24);
  const blocks = Number(bytes.readBigUInt64LE(64));
  const most = checkShape(size, blockSize, refuse);
  if (blocks > most) throw refuse(`It says that it has ${blocks} blocks of a volume that has ${most}.`);
  return { size, blockSize, base: base.number === 0n ? null : base, snapshot: id(48), blocks };
};

/** Writes all bytes: one write of the system may take only a part, as where the disk is full. @throws the system's errors */
export const writeFully = async (file: FileHandle, bytes: Uint8Array, at: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
};

const writeContent = async (
  file: FileHandle,
  header: Omit<IncrementHeader, 'blocks'>,
  blocks: AsyncIterable<IncrementBlock>,
): Promise<{ readonly blocks: number; readonly bytes: number }> => {
  let count = 0;
  let at = headerSize;
  for await (const { block, content } of blocks) {
    const record = Buffer.alloc(recordHeaderSize);
    record.writeBigUInt64LE(BigInt(block));
    record.writeUInt32LE(content?.length ?? 0, 8);
    const checked = content === null ? record.subarray(0, 12) : Buffer.concat([record.subarray(0, 12), content]);
    record.writeUInt32LE(crc32(checked), 12);
    await writeFully(file, content === null ? record : Buffer.concat([record, content]), at);
    at += recordHeaderSize + (content?.length ?? 0);
    count += 1;
  }
  await file.sync();
  await writeFully(file, encodeHeader({ ...header, blocks: count }), 0);
  await file.sync();
  return { blocks: count, bytes: at };
};

/**
 * Writes a copy to a file that is yet to be made; the header comes last, so that one that was interrupted is none.
 * @throws the system's errors, EEXIST where the file is there; then it made none
 */
export const writeIncrement = async (
  path: string,
  header: Omit<IncrementHeader, 'blocks'>,
  blocks: AsyncIterable<IncrementBlock>,
): Promise<{ readonly blocks: number; readonly bytes: number }> => {
  const file = await open(path, 'wx', 0o600);
  try {
    const written = await writeContent(file, header, blocks);
    await keepNames(path);
    return written;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};

const readExactly = async (file: FileHandle, path: string, at: number, bytes: number): Promise<Buffer> => {
  const into = Buffer.alloc(bytes);
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(into, done, bytes - done, at + done);
    if (bytesRead === 0)
      throw new SnapshotError(`${path}: The file ends in the middle of a block, at byte ${at + done}.`);
    done += bytesRead;
  }
  return into;
};

/** @throws SnapshotError for what is no such file; the system's errors */
export const readIncrementHeader = async (path: string): Promise<IncrementHeader> => {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(headerSize);
    const { bytesRead } = await file.read(bytes, 0, headerSize, 0);
    return decodeHeader(path, bytes.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
};

/** The blocks of a copy, in order. @throws SnapshotError where one is damaged or missing; the system's errors */
export async function* readIncrement(path: string, header: IncrementHeader): AsyncGenerator<IncrementBlock> {
  const file = await open(path, 'r');
  try {
    let at = headerSize;
    for (let index = 0; index < header.blocks; index += 1) {
      const record = await readExactly(file, path, at, recordHeaderSize);
      const block = Number(record.readBigUInt64LE(0));
      const length = record.readUInt32LE(8);
      if (length > largestBlock) throw new SnapshotError(`${path}: The block at byte ${at} is damaged.`);
      const content = length === 0 ? null : await readExactly(file, path, at + recordHeaderSize, length);
      const checked = content === null ? record.subarray(0, 12) : Buffer.concat([record.subarray(0, 12), content]);
      if (crc32(checked) !== record.readUInt32LE(12))
        throw new SnapshotError(`${path}: The block at byte ${at} is damaged.`);
      yield { block, content };
      at += recordHeaderSize + length;
    }
  } finally {
    await file.close();
  }
}
