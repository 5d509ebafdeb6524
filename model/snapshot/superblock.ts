import { crc32 } from 'node:zlib';
import { type Geometry, type Layout, recordSize, superblockHeader } from './layout.ts';
import { SnapshotError } from './storage.ts';

/** What happens when the store cannot take a copy: the snapshot is broken, or the write waits. */
export type Policy = 'break' | 'hold';
export type State = 'live' | 'broken' | 'going';

/** A snapshot as the superblock has it. */
export interface SnapshotRecord {
  /** Given once, in the order of instants. */
  readonly number: bigint;
  readonly name: string;
  /** Nanoseconds since 1970, or cycles. */
  readonly instant: bigint;
  readonly state: State;
  readonly policy: Policy;
  readonly place: number;
  /** Writes between its instant and that of the next newer one may be missing in its map. */
  readonly untracked: boolean;
}

/** What ties a store to its source: identifiers, 32 hexadecimal digits each, or null. */
export interface Binding {
  /** What the source is marked with. */
  readonly mark: string | null;
  /** What it is being marked with, so that it may have either. */
  readonly nextMark: string | null;
}

/** All that a store remembers beside its maps and slots. */
export interface Superblock extends Geometry {
  readonly nextNumber: bigint;
  /** The snapshot being restored and the number of its restore map, or null. */
  readonly restore: { readonly snapshot: bigint; readonly number: bigint } | null;
  readonly binding: Binding;
  /** From oldest to newest. */
  readonly snapshots: readonly SnapshotRecord[];
}

export const magic = 'PTCSNAP1';
const version = 2;
const headerSize = 56;
const markOffset = 72;
const markSize = 16;
export const longestName = 96;
const states: readonly State[] = ['live', 'broken', 'going'];
const policies: readonly Policy[] = ['break', 'hold'];

export const encodeSuperblock = (layout: Layout, sequence: bigint, block: Superblock): Buffer => {
  const bytes = Buffer.alloc(layout.superblockSize);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(version, 12);
  bytes.writeBigUInt64LE(sequence, 16);
  bytes.writeBigUInt64LE(BigInt(block.sourceSize), 24);
  bytes.writeUInt32LE(block.blockSize, 32);
  bytes.writeUInt32LE(block.pageSize, 36);
  bytes.writeUInt32LE(block.places, 40);
  bytes.writeBigUInt64LE(block.nextNumber, 48);
  bytes.writeBigUInt64LE(block.restore?.snapshot ?? 0n, headerSize);
  bytes.writeBigUInt64LE(block.restore?.number ?? 0n, headerSize + 8);
  bytes.write(block.binding.mark ?? '', markOffset, markSize, 'hex');
  bytes.write(block.binding.nextMark ?? '', markOffset + markSize, markSize, 'hex');
  for (const snapshot of block.snapshots) {
    const at = superblockHeader + snapshot.place * recordSize;
    bytes.writeBigUInt64LE(snapshot.number, at);
    bytes.writeBigUInt64LE(snapshot.instant, at + 8);
    bytes.writeUInt8(states.indexOf(snapshot.state) + 1, at + 16);
    bytes.writeUInt8(policies.indexOf(snapshot.policy), at + 17);
    bytes.writeUInt8(snapshot.untracked ? 1 : 0, at + 19);
    bytes.writeUInt8(bytes.write(snapshot.name, at + 32, longestName, 'utf8'), at + 18);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(12, superblockHeader + block.places * recordSize)), 8);
  return bytes;
};

const readMark = (bytes: Buffer, at: number): string | null => {
  const mark = bytes.toString('hex', at, at + markSize);
  return /^0+$/.test(mark) ? null : mark;
};

/** The superblock and its sequence, or null when the checksum is wrong. `bytes` must hold all of its records. */
export const decodeSuperblock = (bytes: Buffer): { block: Superblock; sequence: bigint } | null => {
  if (bytes.length < superblockHeader || bytes.toString('latin1', 0, 8) !== magic) return null;
  const places = bytes.readUInt32LE(40);
  const end = superblockHeader + places * recordSize;
  if (places < 1 || places > 1024 || bytes.length < end) return null;
  if (crc32(bytes.subarray(12, end)) !== bytes.readUInt32LE(8)) return null;
  if (bytes.readUInt32LE(12) !== version) {
    throw new SnapshotError(
      `The store has format ${bytes.readUInt32LE(12)}, and this program reads format ${version}. Export the snapshots that you need with the version of the program that made the store; then move the store away to begin without snapshots.`,
    );
  }
  const snapshots: SnapshotRecord[] = [];
  for (let place = 0; place < places; place += 1) {
    const at = superblockHeader + place * recordSize;
    const number = bytes.readBigUInt64LE(at);
    const state = states[bytes.readUInt8(at + 16) - 1];
    const policy = policies[bytes.readUInt8(at + 17)];
    if (number === 0n || state === undefined || policy === undefined) continue;
    const name = bytes.toString('utf8', at + 32, at + 32 + Math.min(bytes.readUInt8(at + 18), longestName));
    const untracked = bytes.readUInt8(at + 19) === 1;
    snapshots.push({ number, name, instant: bytes.readBigUInt64LE(at + 8), state, policy, place, untracked });
  }
  snapshots.sort((one, other) => (one.number < other.number ? -1 : 1));
  const restored = bytes.readBigUInt64LE(headerSize);
  const block = {
    sourceSize: Number(bytes.readBigUInt64LE(24)),
    blockSize: bytes.readUInt32LE(32),
    pageSize: bytes.readUInt32LE(36),
    places,
    nextNumber: bytes.readBigUInt64LE(48),
    restore: restored === 0n ? null : { snapshot: restored, number: bytes.readBigUInt64LE(headerSize + 8) },
    binding: { mark: readMark(bytes, markOffset), nextMark: readMark(bytes, markOffset + markSize) },
    snapshots,
  };
  return { block, sequence: bytes.readBigUInt64LE(16) };
};
